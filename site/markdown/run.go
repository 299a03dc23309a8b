package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
	"lockstep/site/run"
)

// Run is a fence that shows a run of the laboratory.
type Run struct {
	run.Fence
	Line    int
	Heading string // id of the nearest heading above
}

// runFence is what a fence asks of the laboratory; ok is false for any other fence.
func (d *Document) runFence(n *ast.FencedCodeBlock) (f run.Fence, at int, ok bool) {
	if n.Info == nil || d.info(n).language != "run" {
		return f, 0, false
	}
	_, text, _ := strings.Cut(string(n.Info.Segment.Value(d.src)), " ")
	f = run.Parse(text)
	if f.Caption == "" {
		return f, 0, true
	}
	return f, n.Info.Segment.Start + strings.Index(string(n.Info.Segment.Value(d.src)), f.Caption), true
}

// notesRun notes a run, and the figures of its caption as those of the text.
func (d *Document) notesRun(n *ast.FencedCodeBlock, heading string) {
	f, caption, ok := d.runFence(n)
	if !ok {
		return
	}
	line := d.lineAt(n.Info.Segment.Start)
	d.Runs = append(d.Runs, Run{f, line, heading})
	for _, p := range f.Pieces() {
		if p.Dest == "" {
			continue
		}
		start, end := 0, 0
		if at, ok := d.offsetInFile(caption + p.Start); ok {
			start, end = at, at+len(p.Text)
		}
		d.Numbers = append(d.Numbers, Number{Dest: p.Dest, Text: p.Text, Line: line, Start: start, End: end})
	}
}

// runStatement is a caption as something that the text states.
func runStatement(f run.Fence, line, block int) Statement {
	s := Statement{Line: line, Block: block}
	for _, p := range f.Pieces() {
		s.Pieces = append(s.Pieces, Piece{Text: p.Text, Line: line, Dest: p.Dest})
	}
	return s
}

// drawRun gives the drawer of one fence. What is wrong with it is for the site to
// report, which knows the laboratory and the recording.
func (p *page) drawRun(n *ast.FencedCodeBlock) func(source, title, alt string) (site.HTML, error) {
	return func(string, string, string) (site.HTML, error) {
		f, _, _ := p.d.runFence(n)
		drawing, ok := p.r.Run(f)
		if !ok {
			return "", errNotDrawn
		}
		return drawing, nil
	}
}
