// Package diagram draws D2 text as SVG that belongs to the page: it takes its
// colours from the site's stylesheet, so it follows the reader's scheme; it
// holds no style of its own, since the Content-Security-Policy forbids that; and
// it says in words what it shows.
//
// The same text gives the same bytes. Drawing takes a good part of a second, so
// drawings are kept in a folder, by the hash of their text; a damaged entry is
// drawn again.
package diagram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2dagrelayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/d2target"
	d2log "oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"

	"lockstep/durable"
	"lockstep/site"
)

// version is part of every cache key: it changes when this package draws
// differently.
const version = "4"

// Drawer draws diagrams. It may be used by many goroutines at once.
type Drawer struct {
	dir string // "" keeps drawings in memory only

	mu    sync.Mutex
	drawn map[string]*drawing
}

type drawing struct {
	once sync.Once
	html site.HTML
	err  error
}

// New keeps drawings in dir, which need not exist yet; "" means in memory only.
func New(dir string) *Drawer { return &Drawer{dir: dir, drawn: make(map[string]*drawing)} }

// Draw gives a figure: the drawing, its title as caption, and its content in
// words. Title and alt are plain text. An error speaks of the D2 text by line.
func (d *Drawer) Draw(source, title, alt string) (site.HTML, error) {
	sum := sha256.Sum256([]byte(strings.Join([]string{version, source, title, alt}, "\x00")))
	key := hex.EncodeToString(sum[:12])
	d.mu.Lock()
	entry := d.drawn[key]
	if entry == nil {
		entry = &drawing{}
		d.drawn[key] = entry
	}
	d.mu.Unlock()
	entry.once.Do(func() {
		if stored, ok := d.load(key); ok {
			entry.html = stored
			return
		}
		if entry.html, entry.err = draw(source, title, alt, key); entry.err == nil {
			d.store(key, entry.html)
		}
	})
	return entry.html, entry.err
}

func (d *Drawer) path(key string) string { return filepath.Join(d.dir, key+".html") }

// load reads a stored drawing. The last line is a checksum.
func (d *Drawer) load(key string) (site.HTML, bool) {
	if d.dir == "" {
		return "", false
	}
	data, err := os.ReadFile(d.path(key))
	if err != nil || len(data) < 2*sha256.Size {
		return "", false
	}
	body, sum := data[:len(data)-2*sha256.Size], data[len(data)-2*sha256.Size:]
	if checksum(body) != string(sum) {
		return "", false
	}
	return site.HTML(body), true
}

// store is best effort: without a cache the next build is only slower.
func (d *Drawer) store(key string, drawn site.HTML) {
	if d.dir == "" || os.MkdirAll(d.dir, 0o755) != nil {
		return
	}
	_ = durable.WriteFile(d.path(key), []byte(string(drawn)+checksum([]byte(drawn))), 0o600)
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var rulers = sync.Pool{New: func() any {
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return err
	}
	return ruler
}}

// rightward is what makes a drawing wider than a phone.
var rightward = regexp.MustCompile(`(?m)^direction: *right *$`)

// draw draws a diagram. One that goes to the right is drawn downward as well, for
// narrow screens.
func draw(source, title, alt, key string) (site.HTML, error) {
	var svg, said string
	if s, ok := readSequence(source); ok {
		svg = s.draw(title, alt, key)
		links := make([]link, len(s.steps))
		for i, st := range s.steps {
			links[i] = st.link
		}
		said = words(links, nil)
	} else {
		drawn, diagram, err := lay(source, title, alt, key)
		if err != nil {
			return "", err
		}
		svg, said = drawn, words(linksOf(diagram))
		if rightward.MatchString(source) {
			narrow, _, err := lay(rightward.ReplaceAllString(source, "direction: down"), title, alt, key+"n")
			if err != nil {
				return "", err
			}
			svg = strings.Replace(svg, `class="d2"`, `class="d2 wide"`, 1) + strings.Replace(narrow, `class="d2"`, `class="d2 narrow"`, 1)
		}
	}
	var b strings.Builder
	b.WriteString(`<figure class="diagram"><div class="diagram-scroll" tabindex="0" role="region" aria-label="Diagram: ` + html.EscapeString(title) + `">` + svg + "</div>\n")
	b.WriteString("<figcaption>" + html.EscapeString(title) + "\n<details><summary>The diagram in words</summary>\n")
	if alt != "" {
		b.WriteString("<p>" + html.EscapeString(alt) + "</p>\n")
	}
	b.WriteString(said + "</details></figcaption></figure>\n")
	return site.HTML(b.String()), nil
}

// lay lays a text out and draws it as it stands.
func lay(source, title, alt, key string) (clean string, diagram *d2target.Diagram, err error) {
	defer func() {
		// The layout engine is a program of its own in an interpreter; some texts
		// make it panic.
		if r := recover(); r != nil {
			err = fmt.Errorf("lay out: %v", r)
		}
	}()
	ruler, ok := rulers.Get().(*textmeasure.Ruler)
	if !ok {
		return "", nil, errors.New("measure text: no fonts")
	}
	defer rulers.Put(ruler)
	ctx := d2log.With(context.Background(), slog.New(slog.DiscardHandler))
	pad, yes := int64(8), true
	options := &d2svg.RenderOpts{Pad: &pad, NoXMLTag: &yes, OmitVersion: &yes, Salt: &key}
	diagram, _, err = d2lib.Compile(ctx, source, &d2lib.CompileOptions{
		Ruler:          ruler,
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) { return d2dagrelayout.DefaultLayout, nil },
	}, options)
	if err != nil {
		return "", nil, errors.New(strings.TrimPrefix(err.Error(), "failed to compile: "))
	}
	svg, err := d2svg.Render(diagram, options)
	if err != nil {
		return "", nil, fmt.Errorf("render: %w", err)
	}
	clean, err = restyle(string(svg), key, title, alt)
	return clean, diagram, err
}

// link is one arrow: what it joins, what it says, and where it has heads.
type link struct {
	from, to, label string
	src, dst        bool
}

// linksOf gives the arrows of a diagram, and the names of its shapes.
func linksOf(diagram *d2target.Diagram) (links []link, shapes []string) {
	label := make(map[string]string)
	for _, s := range diagram.Shapes {
		label[s.ID] = s.Label
		shapes = append(shapes, s.Label)
	}
	for _, c := range diagram.Connections {
		if from, to := label[c.Src], label[c.Dst]; from != "" && to != "" { // else a lifeline
			links = append(links, link{from, to, c.Label, c.SrcArrow != d2target.NoArrowhead, c.DstArrow != d2target.NoArrowhead})
		}
	}
	return links, shapes
}

// words lists the arrows of a diagram, or its shapes if it has none.
func words(links []link, shapes []string) string {
	var b strings.Builder
	item := func(text string) {
		b.WriteString("<li>" + html.EscapeString(strings.ReplaceAll(text, "\n", ", ")) + "</li>\n")
	}
	b.WriteString("<ul>\n")
	for _, l := range links {
		arrow := " to "
		switch {
		case l.src && l.dst:
			arrow = " to and from "
		case l.src:
			arrow = " from "
		}
		text := l.from + arrow + l.to
		if l.label != "" {
			text += ": " + l.label
		}
		item(text)
	}
	if len(links) == 0 {
		for _, name := range shapes {
			item(name)
		}
	}
	b.WriteString("</ul>\n")
	return b.String()
}
