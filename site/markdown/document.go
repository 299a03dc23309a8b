package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
	"lockstep/site/decision"
)

// Document is one parsed text. It does not change after Parse.
type Document struct {
	Source  string
	Meta    site.Meta
	Title   string
	Heading string // the first heading, where the front matter calls the page otherwise
	TitleID string // the id that Git hosts give the title, which has none here
	Summary string
	Outline []site.Heading
	Notes   map[string]string // the ids of footnotes by their labels
	Words   int
	Plays   bool // it has a block of inputs that the reader may change

	Links       []Link
	Numbers     []Number
	Runs        []Run
	Spans       []Span
	References  []site.Reference // candidates: whether a prefix is defined is for the site to say
	Definitions []site.Definition
	Terms       []site.Term
	Decision    *site.Decision
	Findings    []site.Finding
	Dialects    []string // ways to write that it uses, see [dialectMath] and its kin

	revisit      []site.Trigger // of the front matter, for the decision
	strict       bool
	prefixOf     func(source string) string
	words        *decision.Words
	told         map[string]bool // findings of which one a text is enough
	isMDX        bool
	isMkDocs     bool
	instructed   bool   // an instruction <?…?> was reported
	unread       bool   // the front matter cannot be read
	beside       string // the file that describes a record; its lines count backwards
	src          []byte // the body, without front matter
	lineOffset   int    // lines of the file before the body
	byteOffset   int    // bytes of the file before the body
	newlines     []int
	ledger       bool           // somebody answers for the ledger
	stretches    []stretch      // what the body was put together from; nil if the file is all
	files        []string       // from which passages were taken, see Place
	summaryLine  int            // of the summary in the front matter
	keyLines     map[string]int // of the front matter's keys
	statusLines  []int          // that state the status of a decision
	root         *ast.Document
	canon        *canon
	title        ast.Node            // the first h1, which the layout prints
	ids          map[string]int      // id -> line
	anchors      map[ast.Node]string // terms and badges that get an id
	calloutKinds map[ast.Node]string
}

// Link is a link or an image. Start and End are as those of a Number.
type Link struct {
	Dest       string
	Text       string
	Line       int
	Image      bool
	Heading    string // id of the nearest heading above
	Start, End int
}

// Number is a figure in the text that is bound to a value: a link to "model:…",
// "evidence:…" or "ledger:…". Start and End are the offsets of its text in the
// file, or both 0 where the text is not one plain run or stands in another file.
type Number struct {
	Dest       string
	Text       string
	Line       int
	Start, End int
}

// Extract is all that other pages ask of a document, without the parsed text,
// which is nine times as large as its source. It cannot be rendered; parsing the
// source again takes half a millisecond.
func (d *Document) Extract() *Document {
	e := *d
	e.src, e.newlines, e.stretches, e.root, e.canon, e.title, e.anchors, e.calloutKinds = nil, nil, nil, nil, &canon{}, nil, nil, nil
	return &e
}

// HasID says whether the page has an element with that id.
func (d *Document) HasID(id string) bool { _, ok := d.ids[id]; return ok }

// LineOf is the line of the element with that id, 0 if there is none.
func (d *Document) LineOf(id string) int { return d.ids[id] }

// IDs lists the ids of the page.
func (d *Document) IDs() []string {
	ids := make([]string, 0, len(d.ids))
	for id := range d.ids {
		ids = append(ids, id)
	}
	return ids
}

// text is the plain text of a node: entities decoded, breaks as spaces.
func (d *Document) text(n ast.Node) string {
	var b strings.Builder
	d.appendText(&b, n)
	return strings.TrimSpace(b.String())
}

func (d *Document) appendText(b *strings.Builder, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		d.appendNode(b, c)
	}
}

func (d *Document) appendNode(b *strings.Builder, n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Segment.Value(d.src)
		if n.Parent().Kind() != ast.KindCodeSpan {
			value = unescape(value)
		}
		b.Write(value)
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte(' ')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(d.src))
	case *element:
		if n.name == "br" {
			b.WriteByte(' ')
		}
		b.WriteString(n.attr("alt"))
		d.appendText(b, n)
	case *extast.FootnoteLink, *extast.FootnoteBacklink:
	default:
		d.appendText(b, n)
		if n.Type() == ast.TypeBlock {
			b.WriteByte(' ')
		}
	}
}

// sections calls visit for each heading with the nodes below it, up to the next
// heading of any level. The part above the first heading has a nil heading.
func (d *Document) sections(visit func(heading *ast.Heading, body []ast.Node)) {
	var heading *ast.Heading
	var body []ast.Node
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			visit(heading, body)
			heading, body = h, nil
			continue
		}
		body = append(body, n)
	}
	visit(heading, body)
}
