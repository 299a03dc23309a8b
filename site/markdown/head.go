package markdown

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lockstep/site"
)

// head adds what the layout prints above the text: the title, and the facts of a
// decision or the byline of a document. Each is a block of its own kind, so that a
// comment on the status stays on the status, whatever it says.
func (f *blockFinder) head() {
	d := f.d
	f.fact("title", d.Title, d.titleLine())
	if dec := d.Decision; dec != nil {
		status := string(dec.Status)
		if dec.Status == site.StatusUnknown && strings.TrimSpace(dec.StatusText) != "" {
			status = "unknown"
		}
		line := 0
		if len(d.statusLines) > 0 {
			line = d.statusLines[0]
		}
		f.fact("status", status, line)
		f.fact("date", dec.Date, d.keyLine("date"))
		f.fact("deciders", strings.Join(dec.Deciders, ", "), d.keyLine("decision-makers", "deciders"))
		f.fact("consulted", strings.Join(dec.Consulted, ", "), d.keyLine("consulted"))
		f.fact("informed", strings.Join(dec.Informed, ", "), d.keyLine("informed"))
		if len(dec.Options) > 1 {
			for _, o := range dec.Options {
				f.fact("option", o.Title, 0)
			}
		}
		return
	}
	f.fact("lede", d.Meta.Summary, d.summaryLine)
	if d.Meta.Kind == site.KindDocument || d.Meta.Kind == site.KindRunbook {
		if d.Meta.Status != "" {
			f.fact("status", "Status: "+d.Meta.Status, d.keyLine("status"))
		}
		f.fact("date", d.Meta.Date, d.keyLine("date"))
		f.fact("authors", strings.Join(d.Meta.Authors, ", "), d.keyLine("authors", "author"))
	}
}

func (f *blockFinder) fact(kind, text string, line int) {
	text = norm.NFC.String(strings.Join(strings.Fields(text), " "))
	if text == "" {
		return
	}
	sum := sha256.Sum256([]byte("head " + kind + "\n" + text))
	hash := hex.EncodeToString(sum[:])
	b := site.Block{N: len(f.blocks), Kind: kind, ID: f.newID(hash), Text: text, Hash: hash[:16], Line: max(line, 0), End: max(line, 0), Head: true}
	f.ids[b.ID] = true
	f.blocks = append(f.blocks, b)
}

// titleLine is the line of the title that the page has.
func (d *Document) titleLine() int {
	if d.title == nil || d.Meta.Title != "" {
		return d.keyLine("title")
	}
	if line := d.line(d.title); line < elsewhere {
		return line
	}
	return 0
}

// keyLine is the line of the first of these keys in the front matter, 0 if it has
// none of them.
func (d *Document) keyLine(keys ...string) int {
	for _, key := range keys {
		if line := d.keyLines[key]; line > 0 {
			return line
		}
	}
	return 0
}
