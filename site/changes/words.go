package changes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/diff"
)

// change is what happened to a page, as a reader would say it.
type change struct {
	facts    []string // "new", "accepted", "superseded by ADR-0007"
	text     string   // what of it has changed: "", "links or emphasis" or "text"
	sections []string // in which it has, outermost headings
	details  []string // of the head of the page: date, authors
}

// most is how many sections or facts are named.
const most = 4

// words say a change; there are none if no reader sees it.
func (c change) words() []string {
	words := atMost(c.facts)
	if c.text != "" {
		in := ""
		if len(c.sections) > 0 {
			in = ": " + strings.Join(atMost(c.sections), ", ")
		}
		words = append(words, c.text+" changed"+in)
	}
	if len(c.details) > 0 {
		words = append(words, strings.Join(c.details, ", ")+" changed")
	}
	return words
}

func atMost(words []string) []string {
	if len(words) > most+1 {
		return append(slices.Clone(words[:most]), fmt.Sprintf("and %d more", len(words)-most))
	}
	return slices.Clone(words)
}

// then is a change with one that came later.
func (c change) then(later change) change {
	join := func(a, b []string) []string {
		a = slices.Clone(a)
		for _, word := range b {
			if !slices.Contains(a, word) {
				a = append(a, word)
			}
		}
		return a
	}
	return change{join(c.facts, later.facts), max(c.text, later.text), join(c.sections, later.sections), join(c.details, later.details)}
}

const (
	textChanged   = "text"
	markupChanged = "links or emphasis"
)

// describe says what differs between two texts of a page.
func describe(old, new Text, pieces []site.Piece) (c change) {
	was, is := old.Decision, new.Decision
	if was != nil && is != nil && was.Status != is.Status && is.Status != site.StatusUnknown {
		fact := string(is.Status)
		var by []string
		for _, l := range is.Links {
			if l.Relation == site.SupersededBy {
				by = append(by, l.Target)
			}
		}
		if is.Status == site.StatusSuperseded && len(by) > 0 {
			fact += " by " + strings.Join(by, ", ")
		}
		c.facts = append(c.facts, fact)
	}
	if old.Title != new.Title && old.Title != "" {
		c.facts = append(c.facts, "title was “"+site.Visible(old.Title)+"”")
	}
	for _, p := range pieces {
		switch {
		case p.Op == site.PieceSame:
		case p.Op == site.PieceMarkup:
			c.text = max(c.text, markupChanged)
		case !p.Head:
			c.text = textChanged
		case p.Kind == "title", p.Kind == "status" && is != nil, slices.Contains(c.details, cmp.Or(headNames[p.Kind], p.Kind)):
		default:
			c.details = append(c.details, cmp.Or(headNames[p.Kind], p.Kind))
		}
	}
	for _, name := range diff.Sections(pieces) {
		c.sections = append(c.sections, "“"+site.Visible(name)+"”")
	}
	return c
}

// headNames are what a reader calls parts of the head of a page.
var headNames = map[string]string{"lede": "summary", "triggers": "when to revisit", "option": "options"}
