package markdown

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/unicode/norm"

	"lockstep/site"
)

// canon is the canonical text of a document, worked out when somebody asks.
type canon struct {
	once   sync.Once
	blocks []site.Block
	texts  map[ast.Node]string // of all blocks
}

// Blocks is the canonical text of the document; see [site.Block]. An extract has
// none.
func (d *Document) Blocks() []site.Block {
	d.canon.once.Do(d.findBlocks)
	return d.canon.blocks
}

// findBlocks also tells the nodes which block they are, for the renderer.
func (d *Document) findBlocks() {
	if d.root == nil {
		return
	}
	f := blockFinder{d: d, ids: make(map[string]bool), same: make(map[string]int)}
	d.canon.texts = make(map[ast.Node]string)
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			f.frames.leave(n)
			return ast.WalkContinue, nil
		}
		if n == d.title {
			return ast.WalkSkipChildren, nil
		}
		f.frames.enter(n)
		kind, holder := blockOf(n)
		if kind == "" {
			return ast.WalkContinue, nil
		}
		if text := d.canonical(n, kind); text != "" {
			d.canon.texts[n] = text
			f.add(n, holder, kind, text)
		}
		return ast.WalkContinue, nil
	})
	f.head()
	d.canon.blocks = f.blocks
}

type blockFinder struct {
	d       *Document
	blocks  []site.Block
	ids     map[string]bool
	same    map[string]int // the last number that was given to blocks with the same words
	section []string
	levels  []int
	frames  framing
}

func (f *blockFinder) add(n, holder ast.Node, kind, text string) {
	sum := sha256.Sum256([]byte(kind + "\n" + text))
	hash := hex.EncodeToString(sum[:])
	b := site.Block{N: len(f.blocks), Kind: kind, Text: text, Hash: hash[:16]}
	if level := levelOf(n); level > 0 {
		for len(f.levels) > 0 && f.levels[len(f.levels)-1] >= level {
			f.levels, f.section = f.levels[:len(f.levels)-1], f.section[:len(f.section)-1]
		}
		b.Section = f.section
		f.levels, f.section = append(f.levels, level), append(f.section[:len(f.section):len(f.section)], text)
	} else {
		b.Section = f.section
	}
	b.Line, b.End = f.d.extent(n)
	b.Frame = f.frames.here()
	if fence, ok := n.(*ast.FencedCodeBlock); ok {
		i := f.d.info(fence)
		b.Label = strings.TrimSpace(i.language + " " + i.title)
	} else if b.Frame != nil {
		if note, ok := f.frames.top().node.(*extast.Footnote); ok {
			b.Label = string(note.Ref)
		}
	}
	if b.ID = f.d.elementID(holder); b.ID == "" {
		b.ID = f.newID(hash)
		holder.SetAttributeString("id", []byte(b.ID))
	}
	f.ids[b.ID] = true
	holder.SetAttributeString("data-b", []byte(strconv.Itoa(b.N)))
	f.blocks = append(f.blocks, b)
}

// newID is an id that nothing else on the page has.
func (f *blockFinder) newID(hash string) string {
	id := "b-" + hash[:8]
	k := max(1, f.same[id])
	for base := id; f.ids[id] || f.d.HasID(id); f.same[base] = k {
		k++
		id = base + "-" + strconv.Itoa(k)
	}
	return id
}

// elementID is the id that the renderer gives the element already.
func (d *Document) elementID(n ast.Node) string {
	if id := d.anchors[n]; id != "" {
		return id
	}
	return idOf(n)
}

// blockOf says of which kind a block is, "" for what is none, and the node whose
// element holds it. A tight list item has no paragraph, so the item holds it.
func blockOf(n ast.Node) (kind string, holder ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		return "heading", n
	case *ast.Paragraph:
		if onlyImages(n) {
			return "figure", n
		}
		return "paragraph", n
	case *ast.TextBlock:
		switch n.Parent().(type) {
		case *ast.ListItem:
			return "item", firstOf(n)
		case *extast.DefinitionDescription:
			return "definition", firstOf(n)
		}
	case *extast.DefinitionTerm:
		return "term", n
	case *extast.TableCell:
		return "cell", n
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return "code", n
	case *element:
		return elementKinds[n.name], n
	}
	return "", nil
}

var elementKinds = map[string]string{
	"h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
	"p": "paragraph", "li": "item", "td": "cell", "th": "cell", "dt": "term", "dd": "definition",
	"figcaption": "figure", "summary": "summary", "pre": "code", "blockquote": "paragraph",
}

// firstOf is the parent of a text without an element of its own, if the text is
// the first there; a later one would share the first one's number.
func firstOf(n ast.Node) ast.Node {
	if n.PreviousSibling() != nil {
		return n
	}
	return n.Parent()
}

// canonical is the text of a block without that of blocks within it.
func (d *Document) canonical(n ast.Node, kind string) string {
	if kind == "code" {
		if fence, ok := n.(*ast.FencedCodeBlock); ok {
			if f, _, ok := d.runFence(fence); ok {
				return norm.NFC.String(spaced(f.Words()))
			}
		}
		if _, ok := n.(*element); !ok {
			return norm.NFC.String(strings.TrimRight(string(d.lines(n)), "\n"))
		}
	}
	var b strings.Builder
	var walk func(n ast.Node)
	walk = func(parent ast.Node) {
		for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.Image:
				if kind == "figure" {
					b.WriteString(" " + d.text(c) + " " + string(unescape(c.Title)))
				}
			case *element:
				switch {
				case c.name == "img":
					if kind == "figure" {
						b.WriteString(" " + c.attr("alt"))
					}
				case isBlock(c):
				default:
					if c.name == "br" {
						b.WriteByte(' ')
					}
					walk(c)
				}
			case *ast.Text, *ast.String, *ast.AutoLink, *extast.FootnoteLink, *extast.FootnoteBacklink:
				d.appendNode(&b, c)
			default:
				if c.Type() != ast.TypeBlock {
					walk(c)
				}
			}
		}
	}
	walk(n)
	if kind == "code" {
		return norm.NFC.String(strings.Trim(b.String(), "\n"))
	}
	return norm.NFC.String(spaced(b.String()))
}

// spaced is a text with one space between its words and none around it. Most texts of
// ASCII are like that as they are.
func spaced(s string) string {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == ' ' && before == ' ' {
			return strings.Join(strings.Fields(s), " ")
		}
		before = c
	}
	return strings.TrimSuffix(s, " ")
}

// extent is the first and the last line of a block in the file, 0 if it stands in
// another one.
func (d *Document) extent(n ast.Node) (first, last int) {
	if first = d.line(n); first >= elsewhere {
		return 0, 0
	}
	last = first
	if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
		last = d.lineAt(n.Lines().At(n.Lines().Len() - 1).Start)
	}
	return first, last
}

// blockAttributes writes what makes an element a block that can be pointed at.
func blockAttributes(w util.BufWriter, n ast.Node) {
	number, ok := n.AttributeString("data-b")
	if !ok {
		return
	}
	if id := idOf(n); id != "" && levelOf(n) == 0 {
		w.WriteString(` id="` + html.EscapeString(id) + `"`)
	}
	w.WriteString(` data-b="`)
	w.Write(number.([]byte))
	w.WriteByte('"')
}
