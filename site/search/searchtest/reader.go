package searchtest

import (
	"fmt"
	"slices"
	"strconv"

	"lockstep/site/search"
)

// Reader asks an index as a browser does: each file once, and only what a question
// needs.
type Reader struct {
	read    func(name string) []byte
	c       *catalogue
	kept    map[string]any
	Files   int // that were asked for
	Fetched int // bytes of them
}

// Open reads the catalogue. Read gives the files, by their names below
// [search.Folder]; nil is for one that is not there.
func Open(read func(name string) []byte) (*Reader, error) {
	r := &Reader{read: read, kept: make(map[string]any)}
	c, err := readCatalogue(r.fetch(search.CatalogueName))
	r.c = c
	return r, err
}

func (r *Reader) fetch(name string) *file {
	data := r.read(name)
	f, err := unpack(data)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	r.Files++
	r.Fetched += len(data)
	return f
}

// keep reads a file of the folder if it was not read before.
func keep[T any](r *Reader, kind string, i int, parse func(f *file) T) T {
	name := r.c.folder + "/" + kind + strconv.Itoa(i) + ".idx"
	if r.kept[name] == nil {
		r.kept[name] = parse(r.fetch(name))
	}
	return r.kept[name].(T)
}

type termFile struct {
	order      []string
	words      map[string]*list
	beginnings map[string]*list
}

func (r *Reader) terms(i int) *termFile {
	return keep(r, "t", i, func(f *file) *termFile {
		t := &termFile{words: make(map[string]*list), beginnings: make(map[string]*list)}
		f.sorted(f.number(), func(word string) {
			df := f.number()
			t.order = append(t.order, word)
			t.words[word] = f.postings(df, min(df, r.c.most))
		})
		for range f.number() {
			word := f.text()
			n := f.number()
			t.beginnings[word] = f.postings(n, n)
		}
		return t
	})
}

func (r *Reader) listOf(term string) *list { return r.terms(placeIn(r.c.terms, term)).words[term] }

type spelledWord struct {
	word   string
	common int
}

func (r *Reader) spelled(kind string, i int) []spelledWord {
	return keep(r, kind, i, func(f *file) (all []spelledWord) {
		f.sorted(f.number(), func(word string) { all = append(all, spelledWord{word, f.number()}) })
		return all
	})
}

// Head is the address, the identifier, the title and the headings of a page.
type Head struct {
	Path, ID, Title string
	Sections        [][2]string // id, heading
}

func (r *Reader) head(page int) Head {
	i := placeIn(r.c.heads, page)
	from, to := r.c.heads[i], len(r.c.first)-1
	if i+1 < len(r.c.heads) {
		to = r.c.heads[i+1]
	}
	return keep(r, "h", i, func(f *file) (all []Head) {
		for p := from; p < to; p++ {
			h := Head{Path: f.text(), ID: f.text(), Title: f.text()}
			for range r.c.first[p+1] - r.c.first[p] {
				h.Sections = append(h.Sections, [2]string{f.text(), f.text()})
			}
			all = append(all, h)
		}
		return all
	})[page-from]
}

func (r *Reader) text(section int) string {
	i := placeIn(r.c.texts, section)
	from, to := r.c.texts[i], len(r.c.pageOf)
	if i+1 < len(r.c.texts) {
		to = r.c.texts[i+1]
	}
	return keep(r, "x", i, func(f *file) (all []string) {
		for range to - from {
			all = append(all, f.text())
		}
		return all
	})[section-from]
}

// placeIn is the last of sorted things that is not after x, at least the first.
func placeIn[T int | string](sorted []T, x T) int {
	i, found := slices.BinarySearch(sorted, x)
	if found {
		// Pages without sections of their own begin where the next one does.
		for i+1 < len(sorted) && sorted[i+1] == x {
			i++
		}
		return i
	}
	return max(0, i-1)
}
