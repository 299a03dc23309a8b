package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
)

// Sections are the places of the page that can be led to, each with its text, in
// reading order; see [site.Section]. Together they have all words of the page. An
// extract has none.
func (d *Document) Sections() []site.Section {
	if d.root == nil {
		return nil
	}
	d.Blocks()
	f := sectionFinder{d: d}
	f.begin("", "")
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			f.leave(n)
			return ast.WalkContinue, nil
		}
		if n == d.title {
			return ast.WalkSkipChildren, nil
		}
		f.open(n)
		if fence, ok := n.(*ast.FencedCodeBlock); ok {
			f.fence(fence)
			return ast.WalkContinue, nil
		}
		kind, _ := blockOf(n)
		if kind == "" || kind == "term" || levelOf(n) > 0 {
			return ast.WalkContinue, nil
		}
		if kind == "code" {
			f.add(&f.code, d.canon.texts[n])
		} else {
			f.add(&f.text, d.canon.texts[n])
		}
		return ast.WalkContinue, nil
	})
	f.end()
	return f.all
}

type sectionFinder struct {
	d          *Document
	all        []site.Section
	text, code strings.Builder
	heading    site.Section // the last heading that was begun
	left       bool         // what comes next stands below heading again
}

func (f *sectionFinder) add(to *strings.Builder, text string) {
	if text == "" {
		return
	}
	if f.left {
		f.begin(f.heading.ID, f.heading.Heading)
	}
	if to.Len() > 0 {
		to.WriteByte(' ')
	}
	to.WriteString(text)
}

func (f *sectionFinder) begin(id, heading string) {
	f.end()
	f.all, f.left = append(f.all, site.Section{ID: id, Heading: heading}), false
}

func (f *sectionFinder) end() {
	if len(f.all) > 0 {
		last := &f.all[len(f.all)-1]
		last.Text, last.Code = f.text.String(), f.code.String()
	}
	f.text.Reset()
	f.code.Reset()
}

// leave returns to the heading when a list of terms or a table of identifiers ends.
func (f *sectionFinder) leave(n ast.Node) {
	switch n.(type) {
	case *extast.DefinitionList, *extast.Table:
		f.left = len(f.all) > 0 && f.all[len(f.all)-1].ID != f.heading.ID
	}
}

// open begins a section where a node has an address of its own and a name.
func (f *sectionFinder) open(n ast.Node) {
	if levelOf(n) > 0 {
		if id := f.d.elementID(n); id != "" {
			f.begin(id, f.d.text(n))
			f.heading = f.all[len(f.all)-1]
		} else {
			f.add(&f.text, f.d.text(n))
		}
		return
	}
	switch n := n.(type) {
	case *extast.DefinitionTerm:
		if id := f.d.anchors[n]; id != "" {
			f.begin(id, f.d.text(n))
		} else if f.text.Len() == 0 && len(f.all) > 0 && f.all[len(f.all)-1].Heading != "" {
			f.all[len(f.all)-1].Heading += ", " + f.d.text(n) // another spelling of the term
		} else {
			f.add(&f.text, f.d.text(n))
		}
	case *extast.TableRow:
		// The row of an identifier: "SLO-2".
		if id, ok := n.AttributeString("id"); ok && n.FirstChild() != nil {
			heading := f.d.text(n.FirstChild())
			if next := n.FirstChild().NextSibling(); next != nil {
				heading += ": " + shorten(f.d.text(next), 80)
			}
			f.begin(attributeText(id), heading)
		}
	}
}

func attributeText(value any) string {
	switch value := value.(type) {
	case []byte:
		return string(value)
	case string:
		return value
	}
	return ""
}

// fence keeps the code, and what a drawing says: its title, what it shows, its labels.
func (f *sectionFinder) fence(n *ast.FencedCodeBlock) {
	i := f.d.info(n)
	if !drawn[i.language] {
		f.add(&f.code, f.d.canon.texts[n])
		return
	}
	f.add(&f.text, i.title)
	f.add(&f.text, i.alt)
	for _, label := range labelParts.Split(string(f.d.lines(n)), -1) {
		f.add(&f.code, strings.Trim(label, " \t\r\n\"'|"))
	}
}
