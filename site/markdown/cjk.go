package markdown

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// asterisks reads emphasis beside Chinese, Japanese and Korean, which put no spaces
// between words. CommonMark asks for one between "**" and a letter where the other
// side is punctuation, so that **「刻舟求剑」**は would stay as it is written.
type asterisks struct{}

func (asterisks) Trigger() []byte { return []byte{'*'} }

func (asterisks) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, asterisks{})
	if d == nil {
		return nil
	}
	after := '\n'
	if d.OriginalLength < len(line) {
		after = util.ToRune(line, d.OriginalLength)
	}
	if wide(before) || wide(after) {
		d.CanOpen = !blank(after) && (!punctuation(after) || wide(after) || blank(before) || punctuation(before) || wide(before))
		d.CanClose = !blank(before) && (!punctuation(before) || wide(before) || blank(after) || punctuation(after) || wide(after))
	}
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

func (asterisks) IsDelimiter(b byte) bool { return b == '*' }

func (asterisks) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (asterisks) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

func blank(r rune) bool { return unicode.IsSpace(r) }

func punctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// wide is a letter or a mark of a script without spaces between words.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) ||
		r >= 0x3000 && r <= 0x303f || // 「」、。
		r >= 0xff00 && r <= 0xffef // ！（）
}
