package markdown

import (
	"strings"
	"sync"

	"github.com/yuin/goldmark-emoji/definition"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// emoji reads the names that GitHub has for them, ":rocket:".
type emoji struct{}

// emojiKey is for the name. The id of a heading comes from it, as it does on GitHub.
const emojiKey = "emoji"

// longestEmoji is how long a name may be, in bytes.
const longestEmoji = 64

var emojiByName = sync.OnceValue(func() definition.Emojis { return definition.Github() })

func (emoji) Trigger() []byte { return []byte{':'} }

func (emoji) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if before := block.PrecendingCharacter(); before < 128 && (isNamePart(byte(before)) || before == ':') {
		return nil // 10:30:00
	}
	end := 1
	for end < len(line) && end < longestEmoji && (isNamePart(line[end]) || line[end] == '+' || line[end] == '-') {
		end++
	}
	if end == 1 || end == len(line) || line[end] != ':' || end+1 < len(line) && isNamePart(line[end+1]) {
		return nil
	}
	name := string(line[1:end])
	if isMkDocs, _ := pc.Get(isMkDocsKey).(bool); isMkDocs && icon.MatchString(name) {
		block.Advance(end + 1)
		return iconNode(name, segment.Start)
	}
	known, ok := emojiByName().Get(strings.ToLower(name))
	if !ok || !known.IsUnicode() {
		return nil
	}
	block.Advance(end + 1)
	sign := ast.NewString([]byte(string(known.Unicode)))
	sign.SetAttributeString(emojiKey, name)
	return marked(sign, mark{dialect: dialectEmoji, at: segment.Start})
}

// anchorText is the text of a heading from which its id is made.
func (d *Document) anchorText(n ast.Node, text string) string {
	named := false
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if name, ok := n.AttributeString(emojiKey); ok && entering {
			named = true
			b.WriteString(name.(string))
			return ast.WalkSkipChildren, nil
		}
		if entering && n.FirstChild() == nil {
			d.appendNode(&b, n)
		}
		return ast.WalkContinue, nil
	})
	if !named {
		return text
	}
	return b.String()
}
