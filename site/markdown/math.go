package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"lockstep/site"
	"lockstep/site/formula"
)

// inlineMath reads formulas within a line: "$x^2$", "$`x^2`$" and "$$x^2$$". Dollars
// mean money and variables of a shell as well, so a formula begins behind a blank or a
// parenthesis and ends before one, with no blank inside beside a dollar.
type inlineMath struct{}

// maxInline is how long a formula within a line may be, in bytes.
const maxInline = 2 << 10

func (inlineMath) Trigger() []byte { return []byte{'$'} }

func (inlineMath) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if before := block.PrecendingCharacter(); !unicode.IsSpace(before) && !unicode.IsPunct(before) || before == '$' || before == '\\' {
		return nil
	}
	tex, length, ownLine := formulaIn(line[:min(len(line), maxInline)])
	if length == 0 {
		return nil
	}
	block.Advance(length)
	return formulaNode(tex, string(line[:length]), segment.Start, ownLine)
}

// formulaIn is the formula with which a line begins.
func formulaIn(line []byte) (tex string, length int, ownLine bool) {
	open, end := []byte("$"), []byte("$")
	switch {
	case bytes.HasPrefix(line, []byte("$`")):
		open, end = []byte("$`"), []byte("`$")
	case bytes.HasPrefix(line, []byte("$$")):
		open, end, ownLine = []byte("$$"), []byte("$$"), true
	}
	from := len(open)
	at := bytes.Index(line[from:], end)
	for at > 0 && line[from+at-1] == '\\' && len(end) == 1 { // "\$" is a dollar within
		next := bytes.Index(line[from+at+1:], end)
		if next < 0 {
			return "", 0, false
		}
		at += 1 + next
	}
	if at <= 0 {
		return "", 0, false
	}
	inside, behind := line[from:from+at], line[from+at+len(end):]
	after, _ := utf8.DecodeRune(behind)
	if len(behind) > 0 && (unicode.IsLetter(after) || unicode.IsDigit(after) || strings.ContainsRune("_${", after)) {
		return "", 0, false
	}
	if len(open) == 1 {
		first, _ := utf8.DecodeRune(inside)
		last, _ := utf8.DecodeLastRune(inside)
		if unicode.IsSpace(first) || unicode.IsSpace(last) || bytes.IndexByte(inside, '`') >= 0 ||
			bytes.IndexByte(inside, ' ') >= 0 && !bytes.ContainsAny(inside, `\^_={}<>+`) { // "$5, or 6$"
			return "", 0, false
		}
	}
	return string(inside), from + at + len(end), ownLine
}

// formulaNode is a formula, or its source where it cannot be shown. What is in it for
// who reads the page as text is what it shows.
func formulaNode(tex, source string, at int, ownLine bool) ast.Node {
	_, said, err := formula.Translate(tex, ownLine)
	if err != nil {
		return literal(source, mark{dialect: dialectMath, at: at, kind: dialectMath, wrong: "a formula is shown as it is written: " + err.Error()})
	}
	math := &element{name: "math", at: at, attrs: []html.Attribute{attribute("tex", tex)}}
	if ownLine {
		math.attrs = append(math.attrs, attribute("display", "block"))
	}
	text := ast.NewString([]byte(said))
	text.SetRaw(true)
	math.AppendChild(math, text)
	return marked(math, mark{dialect: dialectMath, at: at})
}

func attribute(key, value string) html.Attribute { return html.Attribute{Key: key, Val: value} }

// mathMarkup is the markup of a formula that was translated before.
func mathMarkup(e *element) site.HTML {
	markup, _, _ := formula.Translate(e.attr("tex"), e.attr("display") != "")
	return markup
}

// mathBlock reads a formula between lines that begin with "$$". It is a fence of the
// language math.
type mathBlock struct{}

const mathKey = "math"

// maxFormula is how far away the end of a formula may be, in bytes.
const maxFormula = 8 << 10

func (mathBlock) Trigger() []byte             { return []byte{'$'} }
func (mathBlock) CanInterruptParagraph() bool { return true }
func (mathBlock) CanAcceptIndentedLine() bool { return false }

func (mathBlock) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || !bytes.HasPrefix(line[at:], []byte("$$")) {
		return nil, parser.NoChildren
	}
	n := ast.NewFencedCodeBlock(nil)
	n.SetAttributeString(mathKey, true)
	inside := bytes.TrimRight(line[at+2:], " \t\r\n")
	from := segment.Start + at + 2 - segment.Padding
	if end := bytes.Index(inside, []byte("$$")); end >= 0 {
		if end != len(inside)-2 || end == 0 {
			return nil, parser.NoChildren // "$$x$$ and more" is a paragraph
		}
		n.Lines().Append(text.NewSegment(from, from+end))
		n.SetAttributeString("closed", true)
	} else {
		source := reader.Source()[from:]
		if end := bytes.Index(source[:min(len(source), maxFormula)], []byte("$$")); end < 0 {
			return nil, parser.NoChildren
		}
		if len(bytes.TrimSpace(inside)) > 0 {
			n.Lines().Append(text.NewSegment(from, segment.Stop))
		}
	}
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

func (mathBlock) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	if _, closed := n.AttributeString("closed"); closed {
		return parser.Close
	}
	line, segment := reader.PeekLine()
	if end := bytes.Index(line, []byte("$$")); end >= 0 {
		if !util.IsBlank(line[:end]) {
			n.Lines().Append(text.NewSegment(segment.Start, segment.Start+end-segment.Padding))
		}
		reader.Advance(end + 2)
		if rest, _ := reader.PeekLine(); util.IsBlank(rest) {
			reader.AdvanceToEOL()
		}
		return parser.Close
	}
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (mathBlock) Close(ast.Node, text.Reader, parser.Context) {}

// isMathBlock says whether a fence was written with dollars.
func isMathBlock(n ast.Node) bool {
	_, ok := n.AttributeString(mathKey)
	return ok
}

// formulaFence reports the first fence whose formula is shown as it is written.
func (d *Document) formulaFence(n *ast.FencedCodeBlock) {
	if d.info(n).language != "math" {
		return
	}
	d.speaks(dialectMath)
	if _, _, err := formula.Translate(string(d.lines(n)), true); err != nil {
		d.once(dialectMath, d.line(n), "dialect", "mend it, or leave it as it is", "a formula is shown as it is written: %v", err)
	}
}

// math writes a formula on lines of its own; false if it cannot be shown.
func (p *page) math(w util.BufWriter, n ast.Node, source []byte) bool {
	markup, _, err := formula.Translate(string(source), true)
	if err != nil {
		return false
	}
	w.WriteString(`<div class="math"`)
	blockAttributes(w, n)
	w.WriteString(` tabindex="0" role="region" aria-label="` + p.label("Formula") + `">`)
	w.WriteString(string(markup))
	w.WriteString("</div>\n")
	return true
}
