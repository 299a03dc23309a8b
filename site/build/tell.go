package build

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/markdown"
)

// told keeps what was said of changes, for as long as texts are read alike. The texts of
// a change never differ, so it is worked out once.
type told struct {
	mu     sync.Mutex
	parser *markdown.Parser
	of     map[[2]string]change
}

// change is what happened to a page, as a reader would say it.
type change struct {
	facts    []string // "new", "accepted", "superseded by ADR-0007"
	what     string   // of the text has changed: "", "links or emphasis" or "text"
	sections []string // in which it has, outermost headings
	details  []string // of the head of the page: date, authors
}

// most is how many sections or facts are named.
const most = 4

// words say a change; there are none if no reader sees it.
func (c change) words() []string {
	words := atMost(c.facts)
	if c.what != "" {
		in := ""
		if len(c.sections) > 0 {
			in = ": " + strings.Join(atMost(c.sections), ", ")
		}
		words = append(words, c.what+" changed"+in)
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
	return change{join(c.facts, later.facts), max(c.what, later.what), join(c.sections, later.sections), join(c.details, later.details)}
}

const (
	textChanged   = "text"
	markupChanged = "links or emphasis"
)

// changeOf says what a revision did to its page.
func (t *Tree) changeOf(e pageRevision) (c change) {
	switch {
	case e.page == nil:
		return change{facts: []string{"removed"}}
	case t.history.Shallow && e.First:
		return change{facts: []string{"older than this clone"}}
	case e.Status == 'A' || e.Status == 'C':
		if d := e.page.Decision; d != nil && d.Status != site.StatusUnknown && t.history.Of[e.File][0] == e.Revision {
			return change{facts: []string{"new, " + string(d.Status)}}
		}
		return change{facts: []string{"new"}}
	case e.Status == 'D':
		return change{facts: []string{"removed, and put back later"}}
	case e.Before != e.After && t.changes.paths[e.Revision] == "":
		c.what = textChanged
	case e.Before != e.After:
		c, _ = t.tell(e.page, e.Before, e.After, false)
	}
	if e.Status == 'R' && e.Was != "" {
		c.facts = append([]string{"renamed from " + site.Visible(e.Was)}, c.facts...)
	}
	return c
}

// tell compares two texts of a page. The pieces are given if they are asked for. A text
// that cannot be read is a change of which no more is known.
func (t *Tree) tell(p *site.Page, before, after string, pieces bool) (change, []site.Piece) {
	b := t.builder
	b.told.mu.Lock()
	if b.told.parser != t.parser {
		b.told.parser, b.told.of = t.parser, make(map[[2]string]change)
	}
	known, ok := b.told.of[[2]string{before, after}]
	b.told.mu.Unlock()
	if ok && !pieces && after != "" {
		return known, nil
	}
	old, err := t.revisionOf(p, before)
	if err != nil {
		return change{what: textChanged}, nil
	}
	new, err := t.revisionOf(p, after)
	if err != nil {
		return change{what: textChanged}, nil
	}
	all := diff.Compare(old.Text, new.Text)
	c := describe(old.Document, new.Document, all)
	if after != "" {
		b.told.mu.Lock()
		if b.told.parser == t.parser {
			b.told.of[[2]string{before, after}] = c
		}
		b.told.mu.Unlock()
	}
	return c, all
}

// oldText is a page as one revision has it, read as the page is read today.
type oldText struct {
	*markdown.Document
	diff.Text
}

func (t *Tree) revisionOf(p *site.Page, blob string) (oldText, error) {
	d := t.documents[p]
	text := d.text
	if blob != "" {
		var err error
		if text, err = t.changes.Read(blob, maxSource); err != nil {
			return oldText{}, err
		}
	}
	parsed := t.parser.Parse(d.Source, text, d.kind)
	return oldText{parsed, diff.Text{Blocks: parsed.Blocks(), Source: string(text)}}, nil
}

// describe says what differs between two texts of a page.
func describe(old, new *markdown.Document, pieces []site.Piece) (c change) {
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
			c.what = max(c.what, markupChanged)
		case !p.Head:
			c.what = textChanged
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

// reveal shows what would hide something in a text: marks of direction, and characters
// without a width.
func reveal(pieces []site.Piece) {
	spans := func(spans []site.Span) {
		for i := range spans {
			spans[i].Text = site.Visible(spans[i].Text)
		}
	}
	for _, p := range pieces {
		spans(p.Spans)
		for _, r := range p.Rows {
			for _, cell := range r.Cells {
				spans(cell)
			}
		}
	}
}
