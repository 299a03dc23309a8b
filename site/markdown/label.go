package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var (
	codeInLabel = regexp.MustCompile("`([^`]+)`")
	labelParts  = regexp.MustCompile(`[:;{}]|\\n|->|<-`)
)

// drawn are the languages of fences that become drawings.
var drawn = map[string]bool{"d2": true, "chart": true, "columns": true}

// labels notes what the words of a drawing may name: its title, the sentence for those
// who cannot see it, and its labels.
func (d *Document) labels(n *ast.FencedCodeBlock) {
	i := d.info(n)
	if !drawn[i.language] {
		return
	}
	line := d.line(n)
	for _, text := range []string{i.title, i.alt} {
		d.label(text, line-1)
	}
	for at := range n.Lines().Len() {
		segment := n.Lines().At(at)
		for _, part := range labelParts.Split(string(segment.Value(d.src)), -1) {
			d.label(strings.Trim(part, " \t\r\n\"'|"), line+at)
		}
	}
}

func (d *Document) label(text string, line int) {
	for _, name := range testWord.FindAllString(codeInLabel.ReplaceAllString(text, ""), -1) {
		d.Spans = append(d.Spans, Span{Text: name, Line: line, Prose: true})
	}
	for _, m := range codeInLabel.FindAllStringSubmatch(text, -1) {
		d.Spans = append(d.Spans, Span{Text: m[1], Line: line})
	}
	if text != "" {
		d.Spans = append(d.Spans, Span{Text: text, Line: line, Label: true})
	}
}
