package search

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Folder is where an index lies, and CatalogueName the file with which a reader
// begins. Everything else is in a folder of its own, below.
const (
	Folder        = "/search-index/"
	CatalogueName = "index.idx"
	ext           = ".idx"
)

// Index is a finished index.
type Index struct {
	files map[string][]byte
	names []string
}

// Names are the files in their order, as paths below [Folder].
func (x *Index) Names() []string { return x.names }

// File is the content of a file, nil if there is none of that name.
func (x *Index) File(name string) []byte { return x.files[name] }

// Bytes is the size of all files.
func (x *Index) Bytes() (n int) {
	for _, data := range x.files {
		n += len(data)
	}
	return n
}

// posting is a section of the site and how much a word says in it.
type posting struct {
	section uint32
	impact  uint8
}

// Build joins what was read of all pages, in the order in which equals are listed.
// Synonyms are groups of spellings that mean the same.
func Build(pages []*Prepared, synonyms [][]string) *Index {
	j := joinPages(pages)
	parts := map[string][][]byte{}
	c := Catalogue{Synonyms: foldGroups(synonyms)}
	var wait sync.WaitGroup
	var terms, forward, backward, heads [][]byte
	wait.Go(func() { terms, c.Terms = j.termFiles() })
	wait.Go(func() {
		forward, c.Forward = spellingFiles(j.spelled(false))
		backward, c.Backward = spellingFiles(j.spelled(true))
	})
	wait.Go(func() { heads, c.Heads = headFiles(pages) })
	wait.Wait()
	parts["t"], parts["f"], parts["b"], parts["h"] = terms, forward, backward, heads
	for _, p := range pages {
		var sections []int
		for _, t := range p.texts {
			parts["x"] = append(parts["x"], t.data)
			sections = append(sections, t.sections)
		}
		c.add(p.page, sections)
	}
	return finish(c, parts)
}

// finish names the files by what is in them.
func finish(c Catalogue, parts map[string][][]byte) *Index {
	x := &Index{files: make(map[string][]byte)}
	sum := sha256.New()
	for _, kind := range []string{"t", "f", "b", "h", "x"} {
		for _, data := range parts[kind] {
			sum.Write([]byte(kind + strconv.Itoa(len(data)) + ":"))
			sum.Write(data)
		}
	}
	c.Folder = hex.EncodeToString(sum.Sum(nil)[:5])
	x.add(CatalogueName, zip(c.encode()))
	for _, kind := range []string{"t", "f", "b", "h", "x"} {
		for i, data := range parts[kind] {
			x.add(c.Folder+"/"+kind+strconv.Itoa(i)+ext, data)
		}
	}
	return x
}

func (x *Index) add(name string, data []byte) {
	x.names = append(x.names, name)
	x.files[name] = data
}

// joined are the words of all pages with their sections.
type joined struct {
	terms    []string    // sorted
	lists    [][]posting // by term
	sections int
}

func joinPages(pages []*Prepared) *joined {
	ids := make(map[string]uint32)
	var names []string
	var counts []int
	own := make([][]uint32, len(pages)) // by page and its term: the term of all
	total := 0
	for i, p := range pages {
		own[i] = make([]uint32, len(p.terms))
		for k, term := range p.terms {
			id, ok := ids[term]
			if !ok {
				id = uint32(len(names))
				ids[term] = id
				names, counts = append(names, term), append(counts, 0)
			}
			own[i][k] = id
		}
		for _, post := range p.posts {
			counts[own[i][post.term]]++
		}
		total += len(p.posts)
	}
	// One piece of memory for all lists, each in its place.
	all := make([]posting, total)
	lists := make([][]posting, len(names))
	at := 0
	for id, n := range counts {
		lists[id] = all[at : at : at+n]
		at += n
	}
	j := &joined{}
	for i, p := range pages {
		for _, post := range p.posts {
			id := own[i][post.term]
			lists[id] = append(lists[id], posting{uint32(j.sections) + uint32(post.section), post.impact})
		}
		j.sections += len(p.page.Sections)
	}
	order := make([]uint32, len(names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(names[a], names[b]) })
	for _, id := range order {
		j.terms, j.lists = append(j.terms, names[id]), append(j.lists, lists[id])
	}
	return j
}

// parallel calls f(0) to f(n-1) on as many goroutines as there are processors.
func parallel(n int, f func(i int)) {
	var wait sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	wait.Wait()
}
