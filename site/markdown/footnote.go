package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

var footnoteStart = regexp.MustCompile(`(?m)^ {0,3}\[\^([^\]\s]+)\]:`)

// footnoteStarts is where definitions of footnotes begin: neither in code nor in blocks of
// HTML, which have to be there still.
func (d *Document) footnoteStarts() (starts [][]int) {
	if !bytes.Contains(d.src, []byte("[^")) {
		return nil // most texts have none, and the expression is tried at every line
	}
	if starts = footnoteStart.FindAllSubmatchIndex(d.src, -1); starts == nil {
		return nil
	}
	var raw [][2]int
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
			if lines := n.Lines(); entering && lines.Len() > 0 {
				raw = append(raw, [2]int{lines.At(0).Start, lines.At(lines.Len() - 1).Stop})
			}
		}
		return ast.WalkContinue, nil
	})
	return slices.DeleteFunc(starts, func(m []int) bool {
		return slices.ContainsFunc(raw, func(r [2]int) bool { return m[0] >= r[0] && m[0] < r[1] })
	})
}

// footnotes claims the ids of footnotes before any heading can, and reports
// notes that nothing refers to and those that are defined again, since they
// would vanish.
func (d *Document) footnotes(starts [][]int) {
	if starts == nil {
		return
	}
	shown, defined := map[string]bool{}, map[string]int{}
	d.Notes = make(map[string]string)
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *extast.Footnote:
			shown[string(n.Ref)] = true
			d.ids[noteID(n.Index)], d.Notes[string(n.Ref)] = d.line(n), noteID(n.Index)
		case *extast.FootnoteLink:
			d.ids[noteRefID(n.Index, n.RefIndex)] = d.line(n)
		}
		return ast.WalkContinue, nil
	})
	for _, m := range starts {
		name, line := string(d.src[m[2]:m[3]]), d.lineAt(m[2])
		if !shown[name] {
			d.findf(line, "unused-footnote", fmt.Sprintf("refer to it in the text with [^%s], or remove it", name), "nothing refers to the footnote %q, so it would not be shown", name)
		} else if first, again := defined[name]; again {
			_, first = d.Place(first)
			_, second := d.Place(line)
			d.findf(line, "unused-footnote", "give one of them another name, and refer to it, or remove it",
				"the footnote %q is already defined on line %d, so what line %d says of it would not be shown", name, first, second)
		} else {
			defined[name] = line
		}
	}
}

// Ids have no colon, which CSS and some URL checks trip over.
func noteID(index int) string { return fmt.Sprintf("note-%d", index) }

func noteRefID(index, ref int) string {
	if ref == 0 {
		return fmt.Sprintf("noteref-%d", index)
	}
	return fmt.Sprintf("noteref-%d-%d", index, ref+1)
}

func (p *page) registerFootnotes(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(extast.KindFootnoteLink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if note := n.(*extast.FootnoteLink); entering && p.inLink() {
			fmt.Fprintf(w, `<sup id="%s">%d</sup>`, noteRefID(note.Index, note.RefIndex), note.Index)
		} else if entering {
			fmt.Fprintf(w, `<sup id="%s"><a class="footnote-ref" role="doc-noteref" href="#%s" aria-label="Note %d">%d</a></sup>`,
				noteRefID(note.Index, note.RefIndex), noteID(note.Index), note.Index, note.Index)
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(extast.KindFootnoteBacklink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if note := n.(*extast.FootnoteBacklink); entering && !p.inLink() {
			fmt.Fprintf(w, ` <a class="footnote-back" role="doc-backlink" href="#%s" aria-label="Back to the text">↩</a>`, noteRefID(note.Index, note.RefIndex))
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(extast.KindFootnote, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			fmt.Fprintf(w, "<li id=\"%s\">\n", noteID(n.(*extast.Footnote).Index))
		} else {
			w.WriteString("</li>\n")
		}
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindFootnoteList, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString("<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Notes\">\n<hr>\n<ol>\n")
		} else {
			w.WriteString("</ol>\n</section>\n")
		}
		return ast.WalkContinue, nil
	})
}
