package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// Statement is the least part of a text that can claim something: a sentence, a
// heading, or a row of a table.
type Statement struct {
	Line   int
	Block  int // statements of one paragraph, or of one table, have the same
	Row    bool
	Level  int // of a heading, from 1
	Pieces []Piece
}

// Piece is a run of a statement's text of one kind.
type Piece struct {
	Text string
	Line int
	Code bool
	Dest string // where it leads, if it is a link
	Cell int    // of a row, from 0
}

// Text is the whole statement as a reader sees it; cells are parted by " | ".
func (s Statement) Text() string {
	var b strings.Builder
	for i, p := range s.Pieces {
		if i > 0 && p.Cell != s.Pieces[i-1].Cell {
			b.WriteString(" | ")
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// wordsOf says what of a line of a drawing's text a reader sees: all of it, or the
// label of a chart's line, whose references are looked up. It is nil for what is not
// drawn.
func wordsOf(language string) func(line string) string {
	switch language {
	case "d2", "columns":
		return func(line string) string { return line }
	case "chart":
		return func(line string) string {
			label, _, _ := strings.Cut(line, ": ")
			return label
		}
	}
	return nil
}

// Statements cuts a text into what it states, in order. Blocks of code state
// nothing; what a reader hears of a picture is a part of its sentence, and each
// line of a drawing's text is one statement.
func (d *Document) Statements() (all []Statement) {
	block := 0
	if d.Meta.Summary != "" { // lists and the top of the page show it
		all = append(all, plainStatement(d.Meta.Summary, d.summaryLine, block))
	}
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case extast.KindTable:
			block++
		case ast.KindFencedCodeBlock:
			// What a reader sees and hears of a drawing.
			i := d.info(n.(*ast.FencedCodeBlock))
			for _, text := range []string{i.title, i.alt} {
				if block++; text != "" {
					line := d.lineAt(n.(*ast.FencedCodeBlock).Info.Segment.Start)
					all = append(all, plainStatement(text, line, block))
				}
			}
			if f, _, ok := d.runFence(n.(*ast.FencedCodeBlock)); ok {
				block++
				all = append(all, runStatement(f, d.line(n), block))
			}
			if words := wordsOf(i.language); words != nil {
				first := d.line(n)
				for at, line := range strings.Split(string(d.lines(n)), "\n") {
					block++
					all = append(all, plainStatement(words(line), first+at, block))
				}
			}
		case kindElement:
			if !holdsText(n) {
				break // its parts are visited
			}
			block++
			all = append(all, sentences(d.pieces(nil, n, Piece{Line: d.line(n)}), block)...)
			return ast.WalkSkipChildren, nil
		case extast.KindTableHeader, extast.KindTableRow:
			row := Statement{Line: d.line(n), Block: block, Row: true}
			cell := 0
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				for _, p := range d.pieces(nil, c, Piece{Line: row.Line}) {
					p.Cell = cell
					row.Pieces = append(row.Pieces, p)
				}
				cell++
			}
			if len(row.Pieces) > 0 {
				all = append(all, row)
			}
			return ast.WalkSkipChildren, nil
		case ast.KindString:
			// What stood in an element that only says how something looks.
			if text := string(n.(*ast.String).Value); strings.TrimSpace(text) != "" {
				block++
				line := 1 + d.lineOffset
				if len(all) > 0 {
					line = all[len(all)-1].Line
				}
				all = append(all, plainStatement(text, line, block))
			}
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			block++
			for _, s := range sentences(d.pieces(nil, n, Piece{Line: d.line(n)}), block) {
				if h, ok := n.(*ast.Heading); ok {
					s.Level = h.Level
				}
				all = append(all, s)
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return all
}

func plainStatement(text string, line, block int) Statement {
	return Statement{Line: line, Block: block, Pieces: []Piece{{Text: text, Line: line}}}
}

// holdsText says whether there is text right in an element of raw HTML.
func holdsText(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			return true
		case *ast.String:
			if len(bytes.TrimSpace(c.Value)) > 0 {
				return true
			}
		}
	}
	return false
}

// pieces flattens what is below a node. The frame is what the nodes above say of
// all of it.
func (d *Document) pieces(list []Piece, n ast.Node, frame Piece) []Piece {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		p := frame
		switch c := c.(type) {
		case *ast.Text:
			p.Line, p.Text = d.lineAt(c.Segment.Start), string(c.Segment.Value(d.src))
			if !p.Code {
				p.Text = string(unescape([]byte(p.Text)))
			}
			if c.SoftLineBreak() || c.HardLineBreak() {
				p.Text += " "
			}
			// The parser cuts text wherever something might have begun.
			if last := len(list) - 1; last >= 0 && list[last].Line == p.Line && list[last].Code == p.Code && list[last].Dest == p.Dest && p.Dest == "" {
				list[last].Text += p.Text
				continue
			}
			list = append(list, p)
		case *ast.String:
			p.Text = string(c.Value)
			list = append(list, p)
		case *ast.AutoLink:
			p.Text, p.Dest = string(c.Label(d.src)), string(c.URL(d.src))
			list = append(list, p)
		case *ast.CodeSpan:
			p.Code = true
			list = d.pieces(list, c, p)
		case *ast.Link:
			p.Dest = destination(c.Destination)
			list = d.pieces(list, c, p)
		case *element:
			p.Code = p.Code || slices.Contains([]string{"code", "kbd", "pre", "samp", "var"}, c.name)
			if c.name == "a" {
				p.Dest = c.attr("href")
			}
			list = d.pieces(list, c, p)
		default:
			list = d.pieces(list, c, frame)
		}
	}
	return list
}

// sentenceEnd is a full stop and what begins anew after it. "0.5", "e.g. a" and
// "etc. and" are none.
var sentenceEnd = regexp.MustCompile(`[.!?]["”’)*]*\s+`)

// sentences cuts pieces where a sentence ends.
func sentences(pieces []Piece, block int) (all []Statement) {
	var now []Piece
	end := func() {
		if len(now) > 0 {
			all = append(all, Statement{Line: now[0].Line, Block: block, Pieces: now})
		}
		now = nil
	}
	for i, p := range pieces {
		if p.Code || p.Dest != "" {
			now = append(now, p)
			continue
		}
		from := 0
		for _, at := range sentenceEnd.FindAllStringIndex(p.Text, -1) {
			next := p.Text[at[1]:]
			if next == "" && i+1 < len(pieces) {
				next = pieces[i+1].Text
			}
			if next != "" && next[0] >= 'a' && next[0] <= 'z' {
				continue
			}
			part := p
			part.Text = p.Text[from:at[1]]
			now = append(now, part)
			end()
			from = at[1]
		}
		if p.Text = p.Text[from:]; p.Text != "" {
			now = append(now, p)
		}
	}
	end()
	return all
}
