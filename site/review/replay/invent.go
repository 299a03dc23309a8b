package replay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
)

// Framed counts where comments stand that were made on cells, list items and lines of
// code of invented texts. What is right is known from the edits, which carry each
// cell, item and line along, whatever it says.
type Framed struct {
	Samples int `json:"samples"` // of what is still there
	// Exact and Labelled stand on the right one, as unchanged or with a reason.
	Exact    int `json:"exact"`
	Labelled int `json:"labelled"`
	Unsure   int `json:"unsure"` // shown near it, without a passage
	Gone     int `json:"gone"`   // samples of what was deleted
	// WrongExact stand on another one, and say that nothing has changed. There must be
	// none.
	WrongExact int `json:"wrong_exact"`
	// WrongLabelled do too, and say that something has.
	WrongLabelled int `json:"wrong_labelled"`
}

// FrameKinds are what comments are made on.
var FrameKinds = []string{"cell", "item", "line"}

// Invented is the measurement on invented texts.
type Invented struct {
	Edits    int               `json:"edits"`
	Kinds    map[string]Framed `json:"kinds"`
	MeanMS   float64           `json:"mean_ms"`
	Mistakes []string          `json:"-"`
}

// Invent makes texts with tables, lists and code, edits them, and places a comment
// after each edit. One of four times the old text is lost.
func Invent(seed uint64, edits int) Invented {
	v := &inventing{random: rand.New(rand.NewPCG(seed, 3)), parser: markdown.New(markdown.Options{}), table: Invented{Kinds: make(map[string]Framed)}}
	for v.table.Edits < edits {
		old := newPlan(v.random)
		before, spots := v.read(old)
		now := old.clone()
		for range 1 + v.random.IntN(8) {
			now.edit()
			v.table.Edits++
			after, places := v.read(now)
			for range 6 {
				v.sample(before, after, spots, places)
			}
		}
	}
	if v.placed > 0 {
		v.table.MeanMS = float64(v.took.Microseconds()) / 1000 / float64(v.placed)
	}
	return v.table
}

type inventing struct {
	random *rand.Rand
	parser *markdown.Parser
	table  Invented
	took   time.Duration
	placed int
}

// read parses a plan, and checks that each block is what the plan says.
func (v *inventing) read(p *plan) (*anchor.Doc, []spot) {
	text, spots := p.markdown()
	doc := Parse(v.parser, "plan.md", []byte(text))
	if n := len(doc.Blocks); n != len(spots) {
		panic(fmt.Sprintf("%d blocks, and the plan has %d:\n%s", n, len(spots), text))
	}
	return doc, spots
}

func (v *inventing) sample(before, after *anchor.Doc, spots, places []spot) {
	i := v.random.IntN(len(spots))
	own := spots[i]
	request := anchor.Request{Block: &i}
	kind, row := own.kind, 0
	text := before.Blocks[i].Text
	switch {
	case kind == "other":
		return
	case kind == "code":
		kind = "line"
		row = v.random.IntN(len(own.code.lines))
		start := 0
		for _, l := range own.code.lines[:row] {
			start += len([]rune(l.text)) + 1
		}
		runes := []rune(text)
		request.Quote = own.code.lines[row].text
		end := start + len([]rune(request.Quote))
		request.Prefix, request.Suffix = string(runes[max(0, start-32):start]), string(runes[end:min(len(runes), end+32)])
	case v.random.IntN(2) == 0:
		request.Quote = text
	}
	a, err := anchor.Make(before, request)
	if err != nil {
		return // the line stands twice between the same lines
	}
	known := before
	if v.random.IntN(4) == 0 {
		known = nil
	}
	begin := time.Now()
	place := anchor.Place(a, known, after)
	v.took += time.Since(begin)
	v.placed++

	c := v.table.Kinds[kind]
	there := v.there(own, row, places)
	if there {
		c.Samples++
	} else {
		c.Gone++
	}
	passage := place.State == anchor.Exact || place.State == anchor.Moved || place.State == anchor.Edited
	right := passage && v.right(own, row, place, spots, places, after)
	switch {
	case right && place.State == anchor.Exact:
		c.Exact++
	case right:
		c.Labelled++
	case !passage && there:
		c.Unsure++
	case passage && place.State == anchor.Exact:
		c.WrongExact++
		v.mistake(kind, a, place, before, after, known == nil)
	case passage:
		c.WrongLabelled++
		v.mistake(kind, a, place, before, after, known == nil)
	}
	v.table.Kinds[kind] = c
}

// there says whether what was commented on is still in the text.
func (v *inventing) there(own spot, row int, places []spot) bool {
	i := slices.IndexFunc(places, own.is)
	if i < 0 || own.code == nil {
		return i >= 0
	}
	return slices.ContainsFunc(places[i].code.lines, func(l line) bool { return l.id == own.code.lines[row].id })
}

// right says whether a placement is on what was commented on, for all that anybody can
// see: things that look the same and only changed places among themselves have not
// moved, and one that was deleted and put back is there.
func (v *inventing) right(own spot, row int, place anchor.Placement, spots, places []spot, after *anchor.Doc) bool {
	at := places[place.Block]
	if own.code == nil {
		if at.kind == own.kind && at.b == own.b && at.from == own.a && own.a > 0 && !slices.ContainsFunc(places, own.is) {
			return true // the copy is all that is left
		}
		was, is := lookAlike(spots, own), lookAlike(places, own)
		return at.is(own) || own.seen != "" && at.seen == own.seen && at.b == own.b && (slices.Equal(was, is) || len(was) == 1 && len(is) == 1 || own.run != "" && own.run == at.run)
	}
	if at.code == nil || !at.is(own) && !(at.code.same(own.code) && sole(spots, own.code) && sole(places, own.code)) {
		return false
	}
	n := strings.Count(string([]rune(after.Blocks[place.Block].Text)[:place.Start]), "\n")
	return at.code.lines[n].id == own.code.lines[row].id || at.code.lines[n].text == own.code.lines[row].text && sameLines(own.code, at.code)
}

// lookAlike are the ids of what looks like something, sorted.
func lookAlike(spots []spot, own spot) (ids []int) {
	for _, s := range spots {
		if s.kind == own.kind && s.b == own.b && s.seen == own.seen {
			ids = append(ids, s.a)
		}
	}
	slices.Sort(ids)
	return ids
}

func sameLines(a, b *listing) bool {
	return slices.EqualFunc(a.lines, b.lines, func(x, y line) bool { return x.text == y.text })
}

func (c *listing) same(other *listing) bool {
	return c.language == other.language && c.title == other.title && sameLines(c, other)
}

// sole says whether only one block of code says the same.
func sole(spots []spot, c *listing) bool {
	n := 0
	for _, s := range spots {
		if s.code != nil && s.code.same(c) {
			n++
		}
	}
	return n == 1
}

func (v *inventing) mistake(kind string, a anchor.Anchor, place anchor.Placement, before, after *anchor.Doc, blind bool) {
	if len(v.table.Mistakes) >= maxMistakes && (place.State != anchor.Exact || len(v.table.Mistakes) > 4*maxMistakes) {
		return
	}
	around := func(doc *anchor.Doc, n int) string {
		var b strings.Builder
		frame, row := doc.Blocks[n].Frame, 0
		for i, block := range doc.Blocks {
			mark := ""
			switch at := block.Frame; {
			case i == n:
				mark = "»"
			case frame != nil && frame.Kind == "table" && at != nil && at.Kind == "table":
				if at.N != frame.N && at.Col == 1 && at.Row == 1 {
					fmt.Fprintf(&b, " TABLE %d", at.N)
				}
			case frame == nil && (i < n-2 || i > n+2), frame != nil && (at == nil || at.N != frame.N):
				continue
			}
			if at := block.Frame; at != nil {
				if at.Row != row {
					b.WriteString(" ⁄ ")
				}
				row = at.Row
				if at.Col > 0 {
					fmt.Fprintf(&b, "%d:", at.Col)
				}
			}
			fmt.Fprintf(&b, "%s%q ", mark, block.Text)
		}
		return b.String()
	}
	v.table.Mistakes = append(v.table.Mistakes, fmt.Sprintf("%s %s (%s), old text lost %v: %s, now %s", kind, place.State, place.Reason, blind, around(before, a.Block.N), around(after, place.Block)))
}
