package markdown

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// calloutKind is a kind of note beside the text: how it looks, and what it is called
// where its author gives it no title.
type calloutKind struct{ class, title string }

// callouts are the kinds of all dialects by their names.
var callouts = map[string]calloutKind{
	"NOTE": {"note", "Note"}, "TIP": {"tip", "Tip"}, "IMPORTANT": {"important", "Important"}, "WARNING": {"warning", "Warning"}, "CAUTION": {"caution", "Caution"},

	"INFO": {"note", "Info"}, "ABSTRACT": {"note", "Abstract"}, "SUMMARY": {"note", "Summary"}, "TLDR": {"note", "In short"}, "TODO": {"note", "To do"}, "SEEALSO": {"note", "See also"}, "SECONDARY": {"note", "Note"},
	"QUESTION": {"note", "Question"}, "HELP": {"note", "Help"}, "FAQ": {"note", "Question"}, "EXAMPLE": {"note", "Example"}, "QUOTE": {"note", "Quote"}, "CITE": {"note", "Quote"}, "DETAILS": {"note", "Details"},
	"HINT": {"tip", "Hint"}, "SUCCESS": {"tip", "Success"}, "CHECK": {"tip", "Check"}, "DONE": {"tip", "Done"}, "ATTENTION": {"warning", "Attention"}, "WARN": {"warning", "Warning"},
	"DANGER": {"caution", "Danger"}, "ERROR": {"caution", "Error"}, "FAILURE": {"caution", "Failure"}, "FAIL": {"caution", "Failure"}, "MISSING": {"caution", "Missing"}, "BUG": {"caution", "Bug"},

	"TAB": {"tab", ""},
}

// alerts are the names that GitHub knows.
var alerts = []string{"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"}

// container is what a block parser leaves on the quote in which it puts what stands in
// an admonition or a tab.
type container struct {
	dialect string
	name    string // as written
	title   bool   // its first child is its title
	bare    bool   // it has no title at all
	fold    bool   // it can be folded
	open    bool
	plain   bool // it is a group and nothing else
}

const (
	containerKey = "container"
	titleKey     = "callout-title"
)

// alert is the first line of a quote that is a callout: "[!NOTE]", "[!note]- Title".
var alert = regexp.MustCompile(`^\[!([A-Za-z]+)\]([+-]?)[ \t]*(.*)$`)

// callouts finds the quotes that are callouts, in any dialect, and takes what says so
// out of their text.
func (d *Document) callouts() {
	d.calloutKinds = make(map[ast.Node]string)
	var quotes []ast.Node
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == ast.KindBlockquote {
			quotes = append(quotes, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range quotes {
		value, _ := n.AttributeString(containerKey)
		if c, ok := value.(container); ok {
			d.container(n, c)
			continue
		}
		d.alert(n)
	}
}

func (d *Document) alert(n ast.Node) {
	paragraph, ok := n.FirstChild().(*ast.Paragraph)
	if !ok || paragraph.Lines().Len() == 0 {
		return
	}
	m := alert.FindStringSubmatch(d.rawLine(paragraph, 0))
	if m == nil {
		return
	}
	name := strings.ToUpper(m[1])
	if callouts[name].class == "" || name == "TAB" || d.strict && !slices.Contains(alerts, name) {
		d.findf(d.line(paragraph), "unknown-callout", "use NOTE, TIP, IMPORTANT, WARNING or CAUTION", "there is no callout %q", name)
		return
	}
	d.speaks(dialectAlerts)
	d.calloutKinds[n] = name
	title := ast.NewParagraph()
	behind := false // the marker
	for c := paragraph.FirstChild(); c != nil; c = paragraph.FirstChild() {
		paragraph.RemoveChild(paragraph, c)
		t, ok := c.(*ast.Text)
		if behind {
			title.AppendChild(title, c)
		} else if ok {
			// What the author wrote behind it may stand in the same run of text.
			if end := bytes.IndexByte(t.Segment.Value(d.src), ']'); end >= 0 {
				behind = true
				from := t.Segment.Start + end + 1
				for from < t.Segment.Stop && strings.IndexByte("+- \t", d.src[from]) >= 0 {
					from++
				}
				if from < t.Segment.Stop {
					title.AppendChild(title, ast.NewTextSegment(t.Segment.WithStart(from)))
				}
			}
		}
		if ok && (t.SoftLineBreak() || t.HardLineBreak()) {
			t.SetSoftLineBreak(false)
			t.SetHardLineBreak(false)
			break
		}
	}
	if paragraph.FirstChild() == nil {
		n.RemoveChild(n, paragraph)
	}
	if m[3] != "" {
		title.SetAttributeString(titleKey, true)
		title.SetLines(paragraph.Lines())
		insertFirst(n, title)
	}
	if m[2] != "" {
		d.fold(n, m[2] == "+")
	}
}

func insertFirst(n, child ast.Node) {
	if first := n.FirstChild(); first != nil {
		n.InsertBefore(n, first, child)
	} else {
		n.AppendChild(n, child)
	}
}

// container makes a callout of an admonition, and a group of what is only one.
func (d *Document) container(n ast.Node, c container) {
	d.speaks(c.dialect)
	name := strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(c.name))
	if c.plain {
		replace(n, children(n)...)
		return
	}
	kind, known := callouts[name]
	if !known {
		d.once(name, d.lineAt(max(n.Pos(), 0)), "unknown-callout", "use note, tip, important, warning or caution", "there is no admonition %q; it is shown as a note", c.name)
		name = "NOTE"
	}
	d.calloutKinds[n] = name
	if !c.title && !c.bare && (!known || kind.title == "") {
		title := ast.NewParagraph()
		title.AppendChild(title, ast.NewString([]byte(site.Capital(c.name))))
		title.SetAttributeString(titleKey, true)
		insertFirst(n, title)
	}
	if c.bare {
		n.SetAttributeString("bare", true)
	}
	if c.fold {
		d.fold(n, c.open)
	}
}

// fold makes a callout that opens and closes.
func (d *Document) fold(n ast.Node, open bool) {
	details := &element{name: "details", at: max(n.Pos(), 0)}
	if open {
		details.attrs = append(details.attrs, attribute("open", ""))
	}
	summary := &element{name: "summary", at: details.at}
	details.AppendChild(details, summary)
	if title := n.FirstChild(); isTitle(title) {
		n.RemoveChild(n, title)
		for _, c := range children(title) {
			summary.AppendChild(summary, c)
		}
	} else {
		summary.AppendChild(summary, ast.NewString([]byte(callouts[d.calloutKinds[n]].title)))
	}
	details.SetAttributeString("class", callouts[d.calloutKinds[n]].class)
	delete(d.calloutKinds, n)
	for _, c := range children(n) {
		details.AppendChild(details, c)
	}
	replace(n, details)
}

func isTitle(n ast.Node) bool {
	if n == nil {
		return false
	}
	_, ok := n.AttributeString(titleKey)
	return ok
}

func (p *page) blockquote(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	kind, ok := callouts[p.d.calloutKinds[n]]
	switch {
	case !ok && entering:
		w.WriteString("<blockquote>\n")
	case !ok:
		w.WriteString("</blockquote>\n")
	case !entering:
		w.WriteString("</div>\n")
	default:
		title, own := kind.title, isTitle(n.FirstChild())
		if own {
			title = cmp.Or(p.d.text(n.FirstChild()), title) // a title may be a picture
		}
		class, role := "callout "+kind.class, "note"
		if kind.class == "tab" {
			class, role = "tab", "group"
		}
		fmt.Fprintf(w, `<div class="%s" role="%s" aria-label="%s">`+"\n", class, role, html.EscapeString(title))
		if _, bare := n.AttributeString("bare"); !own && !bare {
			fmt.Fprintf(w, `<p class="callout-title">%s</p>`+"\n", html.EscapeString(title))
		}
	}
	return ast.WalkContinue, nil
}
