package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

var void = []string{"br", "hr", "img", "wbr"}

// phrasing elements may stand within a paragraph; the others may not.
var phrasing = []string{"a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "math", "q", "s", "samp", "small", "strong", "sub", "sup", "u", "var", "wbr"}

// within are the elements that make sense only inside others.
var within = map[string][]string{
	"summary": {"details"}, "figcaption": {"figure"}, "li": {"ul", "ol"}, "dt": {"dl"}, "dd": {"dl"},
	"tr": {"table", "thead", "tbody"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
}

// implied are the elements that end where the next of their kind begins.
var implied = map[string][]string{
	"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"},
	"thead": {"td", "th", "tr", "tbody"}, "tbody": {"td", "th", "tr", "thead"}, "p": {"p"},
}

// element is a harmless element of raw HTML, with its content below it.
//
// Markdown knows raw HTML only as loose tags. Joining them into a tree, within
// one parent of the tree, is what makes pages well formed whatever the author
// left open or closed twice: an element cannot reach beyond its parent.
type element struct {
	ast.BaseInline
	name  string
	attrs []html.Attribute
	at    int // offset in the body
}

var kindElement = ast.NewNodeKind("Element")

func (e *element) Kind() ast.NodeKind { return kindElement }

func (e *element) Dump(source []byte, level int) {
	ast.DumpHelper(e, source, level, map[string]string{"Name": e.name}, nil)
}

func (e *element) attr(key string) string {
	for _, a := range e.attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// elements joins the loose tags of the text into elements.
func (d *Document) elements() {
	var parents []ast.Node
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if kind := n.Kind(); entering && (kind == ast.KindRawHTML || kind == ast.KindHTMLBlock) && !slices.Contains(parents, n.Parent()) {
			parents = append(parents, n.Parent())
		}
		return ast.WalkContinue, nil
	})
	reported := map[string]bool{}
	for _, parent := range parents {
		events := d.events(parent)
		parent.RemoveChildren(parent)
		j := joiner{d: d, events: events, reported: reported, open: []ast.Node{parent}}
		j.join()
	}
}

// joiner puts the children of one parent back, nested by their tags.
type joiner struct {
	d        *Document
	events   []tagEvent
	reported map[string]bool
	open     []ast.Node // the parent, then the elements that are open
	marked   bool       // the next </a> is of a mark, which is closed
}

func (j *joiner) top() ast.Node { return j.open[len(j.open)-1] }

func (j *joiner) join() {
	for i := 0; i < len(j.events); i++ {
		e := j.events[i]
		switch e.kind {
		case html.ErrorToken:
			j.add(e.node)
		case html.TextToken:
			j.text(e)
		case html.EndTagToken:
			if j.d.isText(e) {
				j.literal(e)
				continue
			}
			if e.token.Data == "a" && j.marked {
				j.marked = false
				continue
			}
			j.close(e.token.Data)
		case html.StartTagToken:
			if slices.Contains(dropped, e.token.Data) {
				j.d.judge(e, j.reported)
				if end := j.endOf(i); end > 0 {
					i = end
				}
				continue
			}
			j.start(i)
		}
		if e.last && e.block {
			j.marked = false
			// Inline elements end with their block, so that one <a name="x"> that
			// nobody closed does not swallow the page.
			for len(j.open) > 1 && slices.Contains(phrasing, j.name()) && j.endOf(i) < 0 {
				j.open = j.open[:len(j.open)-1]
			}
		}
	}
}

// name is the name of the innermost open element, or "".
func (j *joiner) name() string {
	if e, ok := j.top().(*element); ok {
		return e.name
	}
	return ""
}

func (j *joiner) text(e tagEvent) {
	if strings.TrimSpace(e.token.Data) == "" && (structural(j.name()) || isList(j.name())) {
		return // between cells and items
	}
	s := ast.NewString([]byte(e.token.Data))
	s.SetRaw(true)
	j.add(s)
}

// literal keeps a tag as the text that it is.
func (j *joiner) literal(e tagEvent) {
	s := ast.NewString([]byte(e.raw))
	s.SetRaw(true)
	j.add(s)
}

// add appends content. Where only rows and cells may stand, the table ends.
// Where only a line of text may, a paragraph gives what it holds, and any other
// block ends the line.
func (j *joiner) add(n ast.Node) {
	for structural(j.name()) {
		j.open = j.open[:len(j.open)-1]
	}
	if n.Kind() == ast.KindParagraph && isLine(j.name()) {
		top := j.top()
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			n.RemoveChild(n, c)
			top.AppendChild(top, c)
		}
		return
	}
	for isBlock(n) && isLine(j.name()) {
		j.open = j.open[:len(j.open)-1]
	}
	j.top().AppendChild(j.top(), n)
}

func isBlock(n ast.Node) bool {
	e, ok := n.(*element)
	return ok && !slices.Contains(phrasing, e.name) || !ok && n.Type() == ast.TypeBlock
}

// isLine says whether an element holds text and no blocks.
func isLine(name string) bool {
	return isHeading(name) || name == "summary" || name == "pre" || slices.Contains(phrasing, name)
}

func structural(name string) bool {
	return name == "table" || name == "thead" || name == "tbody" || name == "tr"
}

func isList(name string) bool { return name == "ul" || name == "ol" || name == "dl" }

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// start opens an element, if it may stand here.
func (j *joiner) start(i int) {
	e := j.events[i]
	name := e.token.Data
	if j.d.isMDX && (name == "tabs" || name == "tabitem") {
		j.tab(e)
		return
	}
	if kept := j.d.judge(e, j.reported); !kept && j.d.isText(e) {
		j.literal(e)
		return
	} else if !kept || !e.block && !slices.Contains(phrasing, name) {
		j.anchor(e)
		return
	}
	for len(j.open) > 1 && slices.Contains(implied[name], j.name()) {
		j.open = j.open[:len(j.open)-1]
	}
	if parents := within[name]; parents != nil && !slices.Contains(parents, j.name()) {
		return
	}
	n := &element{name: name, attrs: j.d.attributes(e), at: e.at}
	if n.attr("id") == "" && !isCell(name) && name != "summary" {
		j.anchor(e)
	}
	if parents := within[name]; parents != nil {
		j.top().AppendChild(j.top(), n)
	} else {
		j.add(n)
	}
	// A mark holds nothing: a link in it would be a link within a link.
	mark := name == "a" && n.attr("href") == ""
	if name == "a" {
		j.marked = mark && !strings.HasSuffix(e.raw, "/>")
	}
	if !mark && !slices.Contains(void, name) {
		j.open = append(j.open, n)
	}
	if n.attr("id") == "" && isCell(name) {
		j.anchor(e)
	}
}

// tab opens a tab of Docusaurus: what it shows when it is chosen stands under its label.
func (j *joiner) tab(e tagEvent) {
	if j.d.speaks(dialectTabs); e.token.Data == "tabs" {
		return
	}
	label := ""
	for _, a := range e.token.Attr {
		if a.Key == "label" || a.Key == "value" && label == "" {
			label = a.Val
		}
	}
	n := &element{name: "tabitem", at: e.at, attrs: []html.Attribute{attribute("label", label)}}
	j.add(n)
	j.open = append(j.open, n)
}

// anchor keeps the id of an element that is not kept with it, or the name that Git hosts
// take for one, as a place to which links lead. It stands before the element, and in a cell
// or an item within it.
func (j *joiner) anchor(e tagEvent) {
	id := ""
	for _, a := range e.token.Attr {
		if a.Val == "" || strings.ContainsAny(a.Val, " \t\n\r\f") {
			continue
		}
		// The name of details says which of them open one at a time.
		if _, text := harmless[e.token.Data]; a.Key == "id" || a.Key == "name" && id == "" && text && e.token.Data != "details" {
			id = a.Val
		}
	}
	if top := j.top(); id != "" && !structural(j.name()) && !isList(j.name()) {
		top.AppendChild(top, &element{name: "a", at: e.at, attrs: []html.Attribute{attribute("id", id)}})
	}
}

// isCell says whether an element may hold anything and stands among its like.
func isCell(name string) bool { return slices.Contains([]string{"li", "td", "th", "dt", "dd"}, name) }

// close ends the innermost element of that name, and those within it.
func (j *joiner) close(name string) {
	for i := len(j.open) - 1; i > 0; i-- {
		if j.open[i].(*element).name == name {
			j.open = j.open[:i]
			return
		}
	}
}

// endOf is the index of the end tag of the innermost open element, or of the
// start tag at i, among what follows; -1 if there is none.
func (j *joiner) endOf(i int) int {
	name := j.name()
	if j.events[i].kind == html.StartTagToken && slices.Contains(dropped, j.events[i].token.Data) {
		name = j.events[i].token.Data
	}
	for k := i + 1; k < len(j.events); k++ {
		if j.events[k].kind == html.EndTagToken && j.events[k].token.Data == name {
			return k
		}
	}
	return -1
}
