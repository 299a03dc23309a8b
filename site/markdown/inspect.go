package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
)

// inspect walks the text once and notes what the rest of the site must know of
// it: links, numbers, references, definitions; and what is wrong with it.
func (d *Document) inspect() {
	d.anchors = make(map[ast.Node]string)
	heading := ""
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n == d.title {
				return ast.WalkSkipChildren, nil
			}
			heading = idOf(n)
			d.defineByHeading(n, heading)
		case *element:
			if isHeading(n.name) && n != d.title {
				heading = idOf(n)
			}
			d.note(n, heading)
			d.codeElement(n)
		case *ast.Paragraph:
			if n.Lines().Len() > 0 {
				first := n.Lines().At(0)
				d.leftOut(snippetLine, first.Value(d.src), first.Start)
			}
		case *extast.TableRow:
			d.defineByRow(n)
		case *ast.Link:
			d.link(n, heading)
		case *ast.Image:
			d.image(n, heading)
		case *ast.AutoLink:
			d.autoLink(n, heading)
		case *ast.Text:
			for range bytes.FieldsSeq(n.Segment.Value(d.src)) {
				d.Words++
			}
			d.references(n, heading)
			d.testWords(n)
		case *ast.String:
			d.testWordsOfElement(n)
		case *ast.FencedCodeBlock:
			d.diagramFence(n)
			d.mermaidFence(n)
			d.formulaFence(n)
			d.shellFence(n)
			d.rehearsalFence(n)
			d.Plays = d.Plays || d.info(n).language == "play"
			d.labels(n)
			d.notesRun(n, heading)
		case *ast.CodeSpan:
			d.Spans = append(d.Spans, Span{Text: d.text(n), Line: d.line(n)})
		}
		return ast.WalkContinue, nil
	})
}

func (d *Document) link(n *ast.Link, heading string) {
	if isWiki(n) {
		d.noteWiki(n, heading)
		return
	}
	dest, line := destination(n.Destination), d.line(n)
	text := d.text(n)
	if d.isValue(dest) {
		d.badge(n, dest, line)
		d.number(n, dest, text, line)
		return
	}
	if !safeURL(dest, false) {
		d.findf(line, "unsafe-url", "link to an address with https, http, mailto or tel, or to a file", "a link leads to %q", dest)
		return
	}
	if text == "" && !hasImage(n) {
		d.find(line, "empty-link", "a link has no text, so nobody can follow it", "write what it leads to between [ and ]")
	}
	if dest == "" {
		d.findf(line, "empty-link", "write the address between ( and )", "the link %q leads nowhere", text)
		return
	}
	start, end := d.run(n)
	d.Links = append(d.Links, Link{Dest: dest, Text: text, Line: line, Heading: heading, Start: start, End: end})
}

func hasImage(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() == ast.KindImage || c.Kind() == kindElement || hasImage(c) {
			return true
		}
	}
	return false
}

// number notes a figure and where its text stands, so that it can be rewritten.
func (d *Document) number(n *ast.Link, dest, text string, line int) {
	start, end := d.run(n)
	d.Numbers = append(d.Numbers, Number{Dest: dest, Text: text, Line: line, Start: start, End: end})
}

// run is where the text of a link stands in the file, if it is one plain run.
func (d *Document) run(n *ast.Link) (start, end int) {
	if t, ok := n.FirstChild().(*ast.Text); ok && t.NextSibling() == nil {
		if start, ok := d.offsetInFile(t.Segment.Start); ok {
			return start, start + t.Segment.Len()
		}
	}
	return 0, 0
}

// badge makes the status of an entry the place to which references to it lead, if
// no heading and no row is.
func (d *Document) badge(n ast.Node, dest string, line int) {
	id, ok := badgeOf(dest)
	if _, taken := d.ids[id]; ok && !taken {
		d.ids[id], d.anchors[n] = line, id
	}
}

// badgeOf is the id for the address of a status that stands at its own entry.
func badgeOf(dest string) (id string, ok bool) {
	id, ok = strings.CutPrefix(strings.ToLower(dest), "ledger:")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(id, ".badge")
}

// isValue says whether a link names a value that its text states.
func (d *Document) isValue(dest string) bool {
	scheme := site.Scheme(dest)
	return scheme == "model" || scheme == "evidence" || scheme == "ledger" && d.ledger
}

func (d *Document) image(n *ast.Image, heading string) {
	dest, line := destination(n.Destination), d.line(n)
	if !safeURL(dest, true) {
		d.findf(line, "unsafe-url", "show a file, or an address with https", "an image is loaded from %q", shorten(dest, 60))
		return
	}
	if d.text(n) == "" && d.strict {
		d.findf(line, "missing-alt", "say between [ and ] what the picture shows", "the image %q has no alternative text", dest)
	}
	d.Links = append(d.Links, Link{Dest: dest, Text: d.text(n), Line: line, Image: true, Heading: heading})
}

func (d *Document) autoLink(n *ast.AutoLink, heading string) {
	dest := string(n.URL(d.src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	if !safeURL(dest, false) {
		d.findf(d.line(n), "unsafe-url", "link to an address with https, http, mailto or tel", "a link leads to %q", dest)
		return
	}
	d.Links = append(d.Links, Link{Dest: dest, Text: string(n.Label(d.src)), Line: d.line(n), Heading: heading})
}

// references notes identifiers in running text.
func (d *Document) references(n *ast.Text, heading string) {
	if !referable(n) {
		return
	}
	for _, m := range site.FindReferences(n.Segment.Value(d.src)) {
		d.References = append(d.References, site.Reference{ID: m.ID, Line: d.lineAt(n.Segment.Start + m.Start), Heading: heading})
	}
}

// referable says whether identifiers in a text node become links: not in code,
// not within another link, and not in headings, whose text is repeated in the
// outline.
func referable(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		switch p.Kind() {
		case ast.KindCodeSpan, ast.KindLink, ast.KindImage, ast.KindHeading:
			return false
		case kindElement:
			if name := p.(*element).name; isHeading(name) || slices.Contains([]string{"a", "summary", "code", "kbd", "pre", "samp", "var"}, name) {
				return false
			}
		case extast.KindTableCell:
			// The first cell of a row that defines the identifier.
			if p.PreviousSibling() == nil {
				if row := p.Parent(); row != nil && row.Kind() == extast.KindTableRow {
					if _, defines := row.AttributeString("id"); defines {
						return false
					}
				}
			}
		}
	}
	return true
}

// defineByHeading: "### FM-11: Reconnect storm".
func (d *Document) defineByHeading(n *ast.Heading, id string) {
	text := d.text(n)
	m := site.FindReferences([]byte(text))
	if len(m) == 0 || m[0].Start != 0 {
		return
	}
	rest := text[m[0].End:]
	title := strings.TrimLeft(rest, " :—–-.")
	if title == "" || title == rest {
		return
	}
	d.Definitions = append(d.Definitions, site.Definition{ID: m[0].ID, Title: title, Anchor: id, Line: d.line(n)})
}

// defineByRow: a table row whose first cell is an identifier alone.
func (d *Document) defineByRow(row *extast.TableRow) {
	first := row.FirstChild()
	if first == nil || first.NextSibling() == nil || first.FirstChild() == nil || hasLink(first) {
		return
	}
	text := d.text(first)
	m := site.FindReferences([]byte(text))
	if len(m) != 1 || m[0].Start != 0 || m[0].End != len(text) {
		return
	}
	anchor := strings.ToLower(m[0].ID)
	if _, taken := d.ids[anchor]; taken {
		return
	}
	line := d.line(row)
	d.ids[anchor] = line
	row.SetAttributeString("id", []byte(anchor))
	d.Definitions = append(d.Definitions, site.Definition{ID: m[0].ID, Title: d.text(first.NextSibling()), Anchor: anchor, Line: line})
}

func hasLink(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() == ast.KindLink || c.Kind() == ast.KindCodeSpan || hasLink(c) {
			return true
		}
	}
	return false
}
