package search

import (
	"slices"
	"strings"
)

// Version is that of the files. A reader that knows another one asks for the page to
// be loaded again.
const Version = 1

// Catalogue says which files there are and by what a reader narrows down. Its file has
// its parts in the order of the fields of encode.
type Catalogue struct {
	Folder string
	// By page: how many sections each of its files of texts holds.
	Texts [][]int
	// What pages are, by name; 0 is none, so a name's number is its place plus one.
	Kinds, Statuses, Series, Tags, Deciders, Dates names
	Kind, Status, Serie, Date                      []int // by page
	Old                                            []bool
	PageTags, PageDeciders                         [][]int

	Terms, Forward, Backward []string   // the first word of each file
	Heads                    []int      // pages in each file
	Synonyms                 [][]string // spellings that mean the same, folded
}

// names are numbered in the order in which they come.
type names struct {
	list []string
	ids  map[string]int
}

func (n *names) id(name string) int {
	if name == "" {
		return 0
	}
	if n.ids == nil {
		n.ids = make(map[string]int)
	}
	if n.ids[name] == 0 {
		n.list = append(n.list, name)
		n.ids[name] = len(n.list)
	}
	return n.ids[name]
}

func (n *names) all(list []string) (ids []int) {
	for _, name := range list {
		if id := n.id(strings.TrimSpace(name)); id > 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *Catalogue) add(p Page, texts []int) {
	c.Texts = append(c.Texts, texts)
	c.Kind = append(c.Kind, c.Kinds.id(p.Kind))
	c.Status = append(c.Status, c.Statuses.id(p.Status))
	c.Serie = append(c.Serie, c.Series.id(p.Series))
	c.Date = append(c.Date, c.Dates.id(p.Date))
	c.Old = append(c.Old, p.Old)
	c.PageTags = append(c.PageTags, c.Tags.all(p.Tags))
	c.PageDeciders = append(c.PageDeciders, c.Deciders.all(p.Deciders))
}

func (c *Catalogue) encode() []byte {
	var w writer
	w.number(Version)
	w.text(c.Folder)
	w.number(MaxPostings)
	w.number(len(c.Texts))
	for _, sections := range c.Texts {
		w.number(len(sections))
		for _, n := range sections {
			w.number(n)
		}
	}
	for _, n := range []names{c.Kinds, c.Statuses, c.Series, c.Dates, c.Tags, c.Deciders} {
		w.texts(n.list)
	}
	for _, column := range [][]int{c.Kind, c.Status, c.Serie, c.Date} {
		for _, id := range column {
			w.number(id)
		}
	}
	for _, old := range c.Old {
		if old {
			w.octet(1)
		} else {
			w.octet(0)
		}
	}
	for _, column := range [][][]int{c.PageTags, c.PageDeciders} {
		for _, ids := range column {
			w.number(len(ids))
			for _, id := range ids {
				w.number(id)
			}
		}
	}
	w.texts(c.Terms)
	w.texts(c.Forward)
	w.texts(c.Backward)
	w.number(len(c.Heads))
	for _, n := range c.Heads {
		w.number(n)
	}
	w.number(len(c.Synonyms))
	for _, group := range c.Synonyms {
		w.texts(group)
	}
	return w.buf
}
