// Package reference is the guide for teams that bring their own repository, and the
// reference of all that they may write. It is read in three places: on this project's
// own site, whose pages its Markdown files are; in the terminal, by lockstep help; and
// by the code, which refuses the name of a rule that no page explains.
//
// A page below guide/rules has a heading of the second level for each rule. Under it
// stand the cause, a text that produces a finding of the rule, and after the line
// "Mended:" what is written instead. The examples are [Example]s, and a test runs them.
//
// Nothing here is made from the code; tests compare the two in both directions, so a
// rule, a key, a block or a verb that one of them lacks is an error.
package reference

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed guide
var files embed.FS

// Topic is a part of a page: what stands below one heading.
type Topic struct {
	Name string // of the heading, without its id: "dead-link"
	Page string // "guide/rules/links.md"
	Line int    // of the heading, from 1
	Text string // Markdown below the heading, up to the next one of its level
}

// Page is one text, as Markdown without its front matter.
type Page struct {
	Name    string // what it is asked for by: "configuration"
	File    string // "guide/configuration.md"
	Summary string
	Text    string
	Topics  []Topic // below headings of the second level
}

// Pages are all texts, the guide first.
var Pages = sync.OnceValue(func() (pages []Page) {
	fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			data, _ := files.ReadFile(name) // from memory: cannot fail
			pages = append(pages, read(name, string(data)))
		}
		return err
	})
	slices.SortStableFunc(pages, func(a, b Page) int { return rank(a) - rank(b) })
	return pages
})

// rank puts the guide first, then what has a page, then the rules.
func rank(p Page) int {
	switch {
	case p.Name == "guide":
		return 0
	case path.Dir(p.File) == "guide":
		return 1
	}
	return 2
}

// Find is the page of a name.
func Find(name string) (Page, bool) {
	i := slices.IndexFunc(Pages(), func(p Page) bool { return p.Name == name })
	if i < 0 {
		return Page{}, false
	}
	return Pages()[i], true
}

// About are the topics of a name: a rule, a key, a block.
func About(name string) (found []Topic) {
	for _, p := range Pages() {
		for _, t := range p.Topics {
			if t.Name == name {
				found = append(found, t)
			}
		}
	}
	return found
}

func read(name, text string) Page {
	p := Page{File: name, Name: strings.TrimSuffix(path.Base(name), ".md")}
	if p.Name == "index" {
		p.Name = path.Base(path.Dir(name))
	}
	before := 0
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if head, body, ok := strings.Cut(rest, "\n---\n"); ok {
			_, summary, _ := strings.Cut(head, "summary: ")
			p.Summary, _, _ = strings.Cut(summary, "\n")
			before, text = strings.Count(head, "\n")+3, body
		}
	}
	p.Text = text
	fence, line := "", before
	for l := range strings.Lines(text) {
		line++
		fence = within(fence, l)
		heading, ok := strings.CutPrefix(l, "## ")
		if ok && fence == "" {
			heading, _, _ = strings.Cut(strings.TrimSpace(heading), " {#")
			p.Topics = append(p.Topics, Topic{Name: heading, Page: name, Line: line})
		} else if n := len(p.Topics); n > 0 {
			p.Topics[n-1].Text += l
		}
	}
	return p
}

// within gives the marks of the block of code that is open after a line.
func within(fence, line string) string {
	marks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
	switch {
	case fence == "" && len(marks) >= 3:
		return marks
	case fence != "" && marks == fence && strings.TrimSpace(line) == fence:
		return ""
	}
	return fence
}
