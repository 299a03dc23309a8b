package searchtest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"lockstep/site/search"
)

// file reads the parts of one unpacked file.
type file struct{ data []byte }

func unpack(data []byte) (*file, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(z)
	return &file{plain}, err
}

func (f *file) number() int {
	n, size := binary.Uvarint(f.data)
	if size <= 0 {
		panic("a file of the index ends too early")
	}
	f.data = f.data[size:]
	return int(n)
}

func (f *file) octet() byte {
	b := f.data[0]
	f.data = f.data[1:]
	return b
}

func (f *file) text() string {
	n := f.number()
	s := string(f.data[:n])
	f.data = f.data[n:]
	return s
}

func (f *file) texts() []string {
	all := make([]string, f.number())
	for i := range all {
		all[i] = f.text()
	}
	return all
}

// sorted reads n words, of which each begins like the one before it.
func (f *file) sorted(n int, more func(word string)) {
	before := ""
	for range n {
		shared := f.number()
		before = before[:shared] + f.text()
		more(before)
	}
}

// list are the sections of a word.
type list struct {
	df       int
	sections []int
	impacts  []byte
}

func (f *file) postings(df, n int) *list {
	l := &list{df: df, sections: make([]int, n)}
	at := 0
	for i := range n {
		at += f.number()
		l.sections[i] = at
	}
	l.impacts, f.data = f.data[:n], f.data[n:]
	return l
}

// catalogue is what the first file says.
type catalogue struct {
	folder            string
	most              int
	first             []int // section of each page, and the number of sections
	texts             []int // first section of each file of texts
	pageOf            []int
	kinds, statuses   []string
	kind, status      []int
	series            []string
	serie             []int
	tags, deciders    []string
	pageTags          [][]int
	old               []bool
	terms             []string
	forward, backward []string
	heads             []int // first page of each file
	synonyms          [][]string
}

func readCatalogue(f *file) (*catalogue, error) {
	if v := f.number(); v != search.Version {
		return nil, fmt.Errorf("the index has version %d", v)
	}
	c := &catalogue{folder: f.text(), most: f.number()}
	pages, at := f.number(), 0
	for p := range pages {
		c.first = append(c.first, at)
		for range f.number() {
			c.texts = append(c.texts, at)
			for range f.number() {
				c.pageOf = append(c.pageOf, p)
				at++
			}
		}
	}
	c.first = append(c.first, at)
	c.kinds, c.statuses, c.series = f.texts(), f.texts(), f.texts()
	f.texts() // dates
	c.tags, c.deciders = f.texts(), f.texts()
	column := func() []int {
		ids := make([]int, pages)
		for i := range ids {
			ids[i] = f.number()
		}
		return ids
	}
	c.kind, c.status, c.serie = column(), column(), column()
	column() // dates
	for range pages {
		c.old = append(c.old, f.octet() == 1)
	}
	lists := func() [][]int {
		all := make([][]int, pages)
		for i := range all {
			for range f.number() {
				all[i] = append(all[i], f.number())
			}
		}
		return all
	}
	c.pageTags = lists()
	lists() // deciders
	c.terms, c.forward, c.backward = f.texts(), f.texts(), f.texts()
	page := 0
	for range f.number() {
		c.heads = append(c.heads, page)
		page += f.number()
	}
	for range f.number() {
		c.synonyms = append(c.synonyms, f.texts())
	}
	return c, nil
}
