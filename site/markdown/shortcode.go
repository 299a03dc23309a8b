package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// shortcode finds what other generators put something for: the shortcodes of Hugo,
// "{{< figure src=x >}}", the tags of Jekyll, "{% include x %}", and those of mdBook,
// "{{#include x}}". They are shown as code, since readers would miss what they stand for,
// and reported once a kind.
type shortcode struct{}

var (
	hugo   = regexp.MustCompile(`^\{\{(?:<[ \t]*(/?)([\w./-]+)[^\n]*?>\}\}|%[ \t]*(/?)([\w./-]+)[^\n]*?%\}\})`)
	jekyll = regexp.MustCompile(`^\{%-?[ \t]*(\w+)[^\n]*?%\}`)
	mdbook = regexp.MustCompile(`^\{\{[ \t]*#(include|rustdoc_include|playground|playpen|title)\b[^\n{}]*\}\}`)
	liquid = regexp.MustCompile(`^\{\{-?[ \t]*((?:site|page|include|layout|post)\.[\w.]+)[^\n{}]*?\}\}`)
)

// MadeByShortcode says whether another generator puts something into an address.
func MadeByShortcode(dest string) bool {
	return strings.Contains(dest, "{{") || strings.Contains(dest, "{%")
}

// longestShortcode is how long one may be, in bytes.
const longestShortcode = 1 << 10

func (shortcode) Trigger() []byte { return []byte{'{'} }

func (shortcode) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) < 4 || line[1] != '{' && line[1] != '%' {
		return nil
	}
	line = line[:min(len(line), longestShortcode)]
	name, length := "", 0
	switch {
	case hugo.Match(line):
		m := hugo.FindSubmatch(line)
		name, length = string(m[2])+string(m[4]), len(m[0])
	case jekyll.Match(line):
		m := jekyll.FindSubmatch(line)
		name, length = string(m[1]), len(m[0])
		if bytes.Contains([]byte(" raw endraw "), []byte(" "+name+" ")) { // which only mean that nothing in between is a tag
			block.Advance(length)
			return marked(ast.NewString(nil), mark{dialect: dialectShortcodes, at: segment.Start})
		}
	case mdbook.Match(line):
		m := mdbook.FindSubmatch(line)
		name, length = string(m[1]), len(m[0])
	case liquid.Match(line):
		m := liquid.FindSubmatch(line)
		name, length = string(m[1]), len(m[0])
	default:
		return nil
	}
	block.Advance(length)
	return literal(string(line[:length]), mark{dialect: dialectShortcodes, at: segment.Start, kind: name,
		wrong: "the shortcode " + name + " is for another generator; it is shown as it is written"})
}

// VitePress puts a part of a text where "<!--@include: ./a.md-->" stands, which others take
// for a comment, and a file where "<<< @/a.js" stands on a line of its own.
var (
	includeComment = regexp.MustCompile(`<!--[ \t]*@include:[ \t]*([^\s>]+?)[ \t]*-->`)
	snippetLine    = regexp.MustCompile(`^<<<[ \t]*([@.\w][^\s{]*/[^\s{]+)`)
)

// leftOut reports the files whose texts would be here.
func (d *Document) leftOut(by *regexp.Regexp, text []byte, at int) {
	for _, m := range by.FindAllSubmatch(text, -1) {
		d.findf(d.lineAt(at), "dialect", "write the text here, or a link to the file", "VitePress puts the text of %s here, and it is missing", m[1])
	}
}
