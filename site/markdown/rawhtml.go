package markdown

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// Raw HTML is not passed through. A few harmless elements, which many
// repositories use because Markdown has no words for them, become nodes of the
// tree and are written anew, without attributes except those below. Comments
// vanish, as they should. Everything else is a finding, since it would be lost.
var harmless = map[string][]string{
	"a": {"href", "id", "name"}, "abbr": {"title"}, "b": {"id"}, "blockquote": nil, "br": nil, "cite": nil, "code": nil, "dd": nil, "del": nil,
	"details": {"open"}, "dl": nil, "dt": nil, "em": {"id"}, "figcaption": nil, "figure": nil,
	"h1": {"id"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "h5": {"id"}, "h6": {"id"},
	"hr": nil, "i": {"id"}, "img": {"src", "alt", "width", "height", "title"}, "ins": nil, "kbd": nil, "li": nil, "mark": nil,
	"ol": {"start"}, "p": nil, "pre": nil, "q": nil, "s": nil, "samp": nil, "small": nil, "strong": {"id"}, "sub": nil,
	"summary": nil, "sup": nil, "table": nil, "tbody": nil, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "thead": nil,
	"tr": nil, "u": nil, "ul": nil, "var": nil, "wbr": nil,
}

// own are the elements that our own texts may use; other repositories may use
// all that are harmless.
var own = []string{"br", "kbd", "sub", "sup", "mark", "details", "summary", "abbr", "wbr"}

// unwrapped elements keep their content and lose their tags without a word:
// they only say how something looks, or choose between pictures.
var unwrapped = []string{"center", "font", "picture", "source", "span", "div", "article", "aside", "footer", "header", "main", "nav", "section"}

// dropped elements lose their content too, which is no text.
var dropped = []string{"script", "style", "iframe", "object", "template", "svg", "math", "noscript", "video", "audio", "canvas"}

// otherElements are those of HTML that are not named above.
var otherElements = strings.Fields("acronym address area base bdi bdo big blink body button caption col colgroup data datalist dfn dialog dir embed " +
	"fieldset form frame frameset head hgroup html input label legend link map marquee menu meta meter nobr noframes optgroup option output param " +
	"progress rb rp rt rtc ruby search select slot strike tfoot textarea time title track tt xmp")

// isText says whether a tag is text; in MDX it is a component.
func (d *Document) isText(e tagEvent) bool { return !d.isMDX && isText(e) }

// isText says whether a tag within a line is text that looks like one: the type in
// Consumer<T>.
func isText(e tagEvent) bool {
	name := e.token.Data
	_, kept := harmless[name]
	return !e.block && !kept && !strings.Contains(name, "-") && !slices.Contains(unwrapped, name) && !slices.Contains(dropped, name) && !slices.Contains(otherElements, name)
}

// tagEvent is a tag or a text of raw HTML, or a node of the tree as it is.
type tagEvent struct {
	kind  html.TokenType // StartTagToken, EndTagToken, TextToken; ErrorToken for a node
	token html.Token
	raw   string // as it was written
	node  ast.Node
	at    int  // offset in the body
	block bool // from an HTML block: it does not stand within a paragraph
	last  bool // of its fragment
}

// events lists the children of a parent, raw HTML taken apart. Comments are
// left out.
func (d *Document) events(parent ast.Node) (events []tagEvent) {
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		var raw []byte
		var at int
		block := false
		switch n := c.(type) {
		case *ast.RawHTML:
			at = n.Segments.At(0).Start
			for i := range n.Segments.Len() {
				segment := n.Segments.At(i)
				raw = append(raw, segment.Value(d.src)...)
			}
		case *ast.HTMLBlock:
			raw, at = d.blockSource(n)
			block = true
		default:
			events = append(events, tagEvent{kind: html.ErrorToken, node: c})
			continue
		}
		d.leftOut(includeComment, raw, at)
		for _, part := range cut(raw) {
			if part.text {
				events = append(events, tagEvent{kind: html.TextToken, token: html.Token{Type: html.TextToken, Data: string(part.raw)}, at: at, block: block})
			} else if !part.drop {
				events = tokenize(events, part.raw, at, block)
			} else if !d.instructed {
				d.instructed = true
				d.find(d.lineAt(at), "raw-html", "the instruction <?…?> would be lost", "write it as code, between backticks")
			}
			at += part.length
		}
		if len(events) > 0 {
			events[len(events)-1].last = true
		}
	}
	return events
}

// part is a stretch of raw HTML: tags and text, the text of a CDATA section, or a
// processing instruction such as <?php … ?>, which is none of a reader's business.
type part struct {
	raw        []byte
	length     int // in the source
	text, drop bool
}

// cut takes out what a tokenizer of HTML takes for a comment that ends at the first
// ">": CDATA sections, whose text it would lose, and instructions, whose end it would
// leave.
func cut(raw []byte) (parts []part) {
	plain := 0
	for i := 0; i < len(raw); {
		var end int
		p := part{}
		switch rest := raw[i:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			if end = bytes.Index(rest, []byte("-->")); end < 0 {
				end = len(rest)
			}
			i += end
			continue
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			if end = bytes.Index(rest, []byte("]]>")); end < 0 {
				end = len(rest)
			}
			p = part{raw: rest[len("<![CDATA["):max(end, len("<![CDATA["))], length: min(end+3, len(rest)), text: true}
		case bytes.HasPrefix(rest, []byte("<?")):
			if end = bytes.Index(rest, []byte("?>")); end < 0 {
				end = len(rest)
			}
			p = part{length: min(end+2, len(rest)), drop: true}
		default:
			i++
			continue
		}
		if plain < i {
			parts = append(parts, part{raw: raw[plain:i], length: i - plain})
		}
		parts = append(parts, p)
		i += p.length
		plain = i
	}
	if plain < len(raw) {
		parts = append(parts, part{raw: raw[plain:], length: len(raw) - plain})
	}
	return parts
}

func tokenize(events []tagEvent, raw []byte, at int, block bool) []tagEvent {
	z := html.NewTokenizer(bytes.NewReader(raw))
	for z.Next() != html.ErrorToken {
		offset, written := at, string(z.Raw())
		at += len(written)
		token := z.Token()
		if token.Type == html.SelfClosingTagToken {
			token.Type = html.StartTagToken
		}
		if token.Type != html.CommentToken && token.Type != html.DoctypeToken {
			events = append(events, tagEvent{kind: token.Type, token: token, raw: written, at: offset, block: block})
		}
	}
	return events
}

func (d *Document) blockSource(n *ast.HTMLBlock) (raw []byte, at int) {
	at = -1
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		raw = append(raw, segment.Value(d.src)...)
		if at < 0 {
			at = segment.Start
		}
	}
	if n.HasClosure() {
		raw = append(raw, n.ClosureLine.Value(d.src)...)
		if at < 0 {
			at = n.ClosureLine.Start
		}
	}
	return raw, max(at, 0)
}

// judge reports what will be lost of a start tag and says whether the element
// is kept.
func (d *Document) judge(e tagEvent, reported map[string]bool) (keep bool) {
	name := e.token.Data
	_, keep = harmless[name]
	if d.strict {
		keep = slices.Contains(own, name)
	}
	if d.isMDX && isComponent(e.raw) {
		keep = false // a Table is not a table
	}
	if !keep && !slices.Contains(unwrapped, name) && !reported[name] {
		reported[name] = true
		if d.isMDX && isComponent(e.raw) {
			d.findf(d.lineAt(e.at), "component", "write in Markdown what it shows", "the component <%s> is not shown; the text in it is", componentName(e.raw))
			return false
		}
		if d.isText(e) {
			d.findf(d.lineAt(e.at), "raw-html", "write it as code, between backticks", "%s is no HTML element; it is shown as text", e.raw)
			return false
		}
		mend := "write it in Markdown"
		if d.strict {
			mend += "; of HTML only " + strings.Join(own, ", ") + " are kept"
		}
		d.findf(d.lineAt(e.at), "raw-html", mend, "the HTML element <%s> would be lost", componentName(e.raw))
	}
	return keep
}

// isComponent says whether a tag is one of MDX.
func isComponent(raw string) bool { return len(raw) > 1 && raw[1] >= 'A' && raw[1] <= 'Z' }

// componentName is the name in a tag as it is written.
func componentName(raw string) string {
	name := strings.TrimLeft(raw, "</")
	if end := strings.IndexAny(name, " \t\n/>"); end >= 0 {
		name = name[:end]
	}
	return name
}

// attributes keeps what is harmless of an element's attributes.
func (d *Document) attributes(e tagEvent) (kept []html.Attribute) {
	name := e.token.Data
	for _, a := range e.token.Attr {
		if !slices.Contains(harmless[name], a.Key) {
			continue
		}
		switch a.Key {
		case "href", "src":
			if !safeURL(a.Val, name == "img") {
				d.findf(d.lineAt(e.at), "unsafe-url", "link to an address with https, http, mailto or tel, or to a file", "raw HTML leads to %q", a.Val)
				continue
			}
		case "id", "name":
			if a.Key = "id"; a.Val == "" || strings.ContainsAny(a.Val, " \t\n\r\f") {
				continue
			}
		case "width", "height", "start", "colspan", "rowspan":
			if n, err := strconv.Atoi(a.Val); err != nil || n < 1 || n > 10000 {
				continue
			}
		}
		if !slices.ContainsFunc(kept, func(k html.Attribute) bool { return k.Key == a.Key }) {
			kept = append(kept, html.Attribute{Key: a.Key, Val: a.Val})
		}
	}
	return kept
}

// note adds the links and the id of a raw element to those of the page. An id
// that is taken goes: authors set anchors beside headings that have the same.
func (d *Document) note(e *element, heading string) {
	if id := e.attr("id"); id != "" && !isHeading(e.name) {
		if _, taken := d.ids[id]; taken {
			e.attrs = slices.DeleteFunc(e.attrs, func(a html.Attribute) bool { return a.Key == "id" })
		} else {
			d.ids[id] = d.lineAt(e.at)
		}
	}
	for _, key := range []string{"href", "src"} {
		if dest := e.attr(key); dest != "" {
			d.Links = append(d.Links, Link{Dest: dest, Text: d.text(e), Line: d.lineAt(e.at), Image: key == "src", Heading: heading})
		}
	}
}
