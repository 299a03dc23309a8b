package markdown

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/text/unicode/norm"

	"lockstep/site"
	"lockstep/site/run"
)

// Shown tells what a page shows and its text only names.
type Shown interface {
	// Picture identifies the bytes of a picture: two that differ have two names. It
	// is "" for one that stands on another host or nowhere.
	Picture(dest string) string
	// Figures are the figures that a chart draws, as text.
	Figures(chart string) string
	// Run is what was recorded of a run, as text.
	Run(f run.Fence) string
}

// Revision is RevisionWith for a text that shows nothing but itself.
func (d *Document) Revision() string { return d.RevisionWith(textAlone{}) }

type textAlone struct{}

func (textAlone) Picture(string) string { return "" }
func (textAlone) Figures(string) string { return "" }
func (textAlone) Run(run.Fence) string  { return "" }

// RevisionWith is a hash of all that the text says to a reader: its title and facts,
// words and their emphasis, the structure of headings, lists and tables, links and
// where they lead, code, the text of diagrams, the bytes of pictures and the
// figures of charts. An approval is bound to it.
//
// The word "proposed" and the word "accepted" are the same in the status of a
// decision, so that an approval outlives the one passage that it is for. What is
// not shown is left out, such as comments and the arrangement of lines, and so is
// what other pages decide: which words are terms of the glossary, or the names of
// tests.
func (d *Document) RevisionWith(shown Shown) string {
	m := &meaning{d: d, shown: shown, sum: sha256.New(), start: true}
	if m.mayPass() {
		m.stated = slices.Compact(slices.Clone(d.statusLines))
	}
	m.token("lockstep revision", strconv.Itoa(site.RevisionScheme))
	m.facts()
	if d.root != nil {
		if d.title != nil {
			for _, logo := range pictures(d.title) {
				m.node(logo)
			}
		}
		m.children(d.root)
		m.block()
	}
	return site.RevisionOf(hex.EncodeToString(m.sum.Sum(nil)))
}

// meaning writes a document into a hash, as tokens that cannot run together. White
// space is what a browser makes of it: a run is one space, and none where a block
// begins or ends.
type meaning struct {
	d     *Document
	shown Shown
	sum   hash.Hash
	text  bytes.Buffer
	buf   []byte // of the token that is written
	space bool   // is owed to the text
	start bool   // nothing was said in this block
	exact bool   // white space is kept
	// stated are the lines that state the status and were not written yet.
	stated []int
	passed bool // this block stated the status
}

func (m *meaning) token(parts ...string) {
	count := strconv.Itoa(len(parts))
	m.buf = append(strconv.AppendInt(m.buf[:0], int64(len(count)), 10), ':')
	m.buf = append(m.buf, count...)
	for _, part := range parts {
		m.buf = append(strconv.AppendInt(m.buf, int64(len(part)), 10), ':')
		m.buf = append(m.buf, part...)
	}
	m.sum.Write(m.buf)
}

func (m *meaning) say(text string) {
	for text != "" {
		word := len(text)
		if !m.exact {
			if word = blankAt(text); word == 0 {
				m.space, text = !m.start, text[1:]
				continue
			}
			if m.space {
				m.text.WriteByte(' ')
			}
		}
		m.text.WriteString(text[:word])
		m.space, m.start, text = false, false, text[word:]
	}
}

// blankAt is where the first white space is, or the end of the text.
func blankAt(text string) int {
	for i := range len(text) {
		switch text[i] {
		case ' ', '\t', '\n', '\r', '\f':
			return i
		}
	}
	return len(text)
}

func (m *meaning) flush() {
	if m.text.Len() > 0 {
		m.token("text", norm.NFC.String(m.text.String()))
		m.text.Reset()
	}
}

// mark ends a run of text within a line: a space that is owed stands before the
// mark, wherever the author wrote it.
func (m *meaning) mark() {
	if m.space {
		m.text.WriteByte(' ')
		m.space, m.start = false, true
	}
	m.flush()
}

// block ends a line of text.
func (m *meaning) block() {
	m.flush()
	m.space, m.start = false, true
}

// facts are what the page shows of the front matter.
func (m *meaning) facts() {
	d := m.d
	m.token("kind", string(d.Meta.Kind))
	m.token("title", d.Title)
	m.token("summary", d.Meta.Summary)
	m.token(append([]string{"authors"}, d.Meta.Authors...)...)
	m.token(append([]string{"tags"}, d.Meta.Tags...)...)
	if d.Decision == nil {
		m.token("page", withoutPassage(d.Meta.Status, passage.FindStringIndex(d.Meta.Status)), d.Meta.Date)
		return
	}
	dec := d.Decision
	status := dec.StatusText
	if m.mayPass() {
		status = withoutPassage(status, m.d.passageIn(status))
	}
	m.token("decision", status, dec.Date)
	m.token(append([]string{"deciders"}, dec.Deciders...)...)
	m.token(append([]string{"consulted"}, dec.Consulted...)...)
	m.token(append([]string{"informed"}, dec.Informed...)...)
	for _, l := range dec.Links {
		m.token("relation", string(l.Relation), l.Target, l.Text, m.target(l.Href))
	}
	for _, t := range dec.Triggers {
		m.token("revisit", t.When, t.Says, t.Because, t.Answered, t.Date)
	}
}

// mayPass says whether the decision stands before or after the passage that does
// not count.
func (m *meaning) mayPass() bool {
	dec := m.d.Decision
	return dec != nil && (dec.Status == site.StatusProposed || dec.Status == site.StatusAccepted)
}

var passage = regexp.MustCompile(`(?i)\b(?:proposed|accepted)\b`)

// passageIn is where a text has either word, or what stands for it elsewhere: "Approved",
// "Akzeptiert".
func (d *Document) passageIn(text string) []int {
	if at := passage.FindStringIndex(text); at != nil {
		return at
	}
	return d.words.Passage(text)
}

// withoutPassage puts one mark, which no text has, for either word.
func withoutPassage(status string, at []int) string {
	if at == nil {
		return status
	}
	return status[:at[0]] + "\x00" + status[at[1]:]
}

// words says a text. The first such word on a line that states the status is the
// passage.
func (m *meaning) words(n ast.Node, text string) {
	if len(m.stated) > 0 {
		if i := slices.Index(m.stated, m.d.line(n)); i >= 0 {
			if at := m.d.passageIn(text); at != nil {
				m.stated = slices.Delete(m.stated, i, i+1)
				m.passed, text = true, withoutPassage(text, at)
			}
		}
	}
	m.say(text)
}

func (m *meaning) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.node(c)
	}
}

// within writes what a node is, and what it holds.
func (m *meaning) within(n ast.Node, parts ...string) {
	end := m.mark
	if isBlock(n) {
		end = m.block
	}
	end()
	m.token(parts...)
	m.children(n)
	end()
	m.token("end")
}

// alone writes a node that holds nothing.
func (m *meaning) alone(parts ...string) {
	m.mark()
	m.token(parts...)
	m.start = false
}

func (m *meaning) node(n ast.Node) {
	d := m.d
	if n == d.title {
		return
	}
	switch n := n.(type) {
	case *ast.Text:
		value := n.Segment.Value(d.src)
		if !n.IsRaw() {
			value = unescape(value)
		}
		m.words(n, string(value))
		switch {
		case n.HardLineBreak():
			m.lineBreak()
		case n.SoftLineBreak():
			m.say(" ")
		}
	case *ast.String:
		m.words(n, string(n.Value))
	case *ast.CodeSpan:
		m.mark()
		m.token("code")
		m.exact = true
		m.say(strings.ReplaceAll(d.rawText(n), "\n", " "))
		m.exact = false
		m.flush()
		m.token("end")
	case *ast.Heading:
		// The id of a heading that states the status changes with it.
		id := idOf(n)
		m.passed = false
		m.block()
		m.token("heading", strconv.Itoa(max(n.Level, 2))) // as the page has it
		m.children(n)
		m.block()
		if m.passed {
			id = ""
		}
		m.token("end", id)
	case *ast.Paragraph:
		if image, ok := figure(n); ok {
			m.within(n, "figure", onLine(image.Title))
			return
		}
		m.within(n, "paragraph")
	case *ast.TextBlock:
		m.within(n, "line")
	case *ast.Blockquote:
		m.within(n, "quote", d.calloutKinds[n])
	case *ast.List:
		m.within(n, "list", strconv.FormatBool(n.IsOrdered()), strconv.Itoa(n.Start), strconv.FormatBool(n.IsTight))
	case *ast.FencedCodeBlock:
		m.fence(n)
	case *ast.CodeBlock:
		m.block()
		m.token("block of code", trimmedLines(d.lines(n)))
	case *ast.Emphasis:
		m.within(n, "emphasis", strconv.Itoa(n.Level))
	case *ast.Link:
		m.within(n, "link", m.target(destination(n.Destination)), onLine(n.Title))
	case *ast.AutoLink:
		m.alone("link", string(n.URL(d.src)), string(n.Label(d.src)))
	case *ast.Image:
		m.picture(destination(n.Destination), d.text(n), onLine(n.Title))
	case *extast.TaskCheckBox:
		m.alone("box", strconv.FormatBool(n.IsChecked))
	case *extast.Table:
		m.within(n, "table")
	case *extast.TableCell:
		m.within(n, "cell", n.Alignment.String())
	case *extast.FootnoteLink:
		m.alone("note", strconv.Itoa(n.Index))
	case *extast.FootnoteBacklink:
	case *extast.DefinitionDescription:
		m.within(n, "description", strconv.FormatBool(n.IsTight))
	case *element:
		m.element(n)
	default:
		// Whatever else the parser makes is at least told apart by its kind.
		m.within(n, n.Kind().String())
	}
}

func (m *meaning) lineBreak() {
	m.block()
	m.token("break")
}

// element writes an element of raw HTML.
func (m *meaning) element(e *element) {
	switch e.name {
	case "br":
		m.lineBreak()
		return
	case "img":
		m.picture(e.attr("src"), e.attr("alt"), e.attr("title"), e.attr("width"), e.attr("height"))
		return
	}
	parts := []string{"element", e.name}
	for _, a := range e.attrs {
		value := a.Val
		if a.Key == "href" {
			value = m.target(value)
		}
		parts = append(parts, a.Key, value)
	}
	if e.name == "pre" && !m.exact {
		m.exact = true
		defer func() { m.exact = false }()
	}
	m.within(e, parts...)
}

// fence writes code as it stands, a diagram by its text, and a chart by its text
// and its figures. Blanks at the end of a line are not seen.
func (m *meaning) fence(n *ast.FencedCodeBlock) {
	m.block()
	i := m.d.info(n)
	source := m.d.lines(n)
	figures := ""
	if i.language == "chart" {
		figures = m.shown.Figures(string(source))
	}
	if f, _, ok := m.d.runFence(n); ok {
		figures = string(n.Info.Segment.Value(m.d.src)) + m.shown.Run(f)
	}
	m.token("fence", i.language, i.title, i.alt, trimmedLines(source), figures)
}

func (m *meaning) picture(dest string, about ...string) {
	m.alone(append([]string{"picture", m.target(dest), m.shown.Picture(dest)}, about...)...)
}

// target is where an address leads: one that is relative leads elsewhere from
// another folder.
func (m *meaning) target(dest string) string {
	if dest == "" || site.Scheme(dest) != "" || strings.HasPrefix(dest, "/") || strings.HasPrefix(dest, "#") || strings.HasPrefix(dest, "?") {
		return dest
	}
	file, rest := dest, ""
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		file, rest = dest[:i], dest[i:]
	}
	return path.Join(path.Dir(m.d.Source), file) + rest
}

// rawText is the text of a code span, in which nothing is an escape.
func (d *Document) rawText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(d.src))
		case *ast.String:
			b.Write(c.Value)
		}
	}
	return b.String()
}

// onLine is a title without the line breaks of its source.
func onLine(title []byte) string { return strings.Join(strings.Fields(string(unescape(title))), " ") }

func trimmedLines(source []byte) string {
	lines := bytes.Split(source, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimRight(line, " \t")
	}
	return norm.NFC.String(strings.TrimRight(string(bytes.Join(lines, []byte("\n"))), "\n"))
}
