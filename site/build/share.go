package build

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/card"
	"lockstep/site/diagram"
)

var cardDrawer = sync.OnceValue(func() *card.Drawer {
	d, err := card.New(diagram.Fonts())
	if err != nil {
		panic("fonts are in the program: " + err.Error())
	}
	return d
})

// share gives pages their pictures, where the address of the site is known: those who
// show one ask for it by its whole address. A picture is named after its words, so that
// who keeps one notices that they changed.
func (t *Tree) share() {
	if t.Site.BaseURL == "" {
		return
	}
	t.pictures = make(map[string]card.Words)
	for _, p := range t.Pages {
		if w := t.words(p); cardDrawer().Spells(w) {
			p.Picture = "/static/cards/" + w.Key() + ".png"
			t.pictures[p.Picture] = w
		}
	}
}

// words are what the picture of a page says.
func (t *Tree) words(p *site.Page) card.Words {
	w := card.Words{Site: t.Site.Title, Title: p.Title, Kind: t.Site.Tagline}
	if p.Path != "/" {
		w.Kind = t.sectionTitle(p.Section, titled(p.Section))
	}
	if d := p.Decision; d != nil {
		w.Kind = d.ID
		w.State = strings.ToUpper(string(d.Status[:min(1, len(d.Status))])) + string(d.Status[min(1, len(d.Status)):])
		w.Tone = map[site.Status]string{site.StatusAccepted: "ok", site.StatusProposed: "warn", site.StatusRejected: "bad", site.StatusSuperseded: "bad", site.StatusDeprecated: "bad"}[d.Status]
	} else if p.Meta.Status != "" {
		w.State = p.Meta.Status
	}
	w.Title = cmp.Or(w.Title, t.Site.Title)
	return w
}

// Picture is the picture at a rooted path, or nil if no page has it.
func (t *Tree) Picture(path string) []byte {
	w, ok := t.pictures[path]
	if !ok {
		return nil
	}
	return cardDrawer().Draw(w)
}

// putPicture writes a picture, or takes it from the tree of before: under its name there
// can be no other.
func (t *Tree) putPicture(w *writer, path string) error {
	name := w.name(path)
	if err := w.mkdir(filepath.Dir(name)); err == nil && w.before != "" {
		before := filepath.Join(w.before, filepath.FromSlash(strings.TrimPrefix(path, "/")))
		if info, err := os.Lstat(before); err == nil && info.Mode().IsRegular() && os.Link(before, name) == nil {
			w.files.Add(1)
			w.bytes.Add(info.Size())
			return nil
		}
	}
	return w.put(path, t.Picture(path))
}
