package anchor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/site"
)

// token is a word that is known apart from how it is spelt: a decoy has the same
// spelling and another id, a copy has the same of both.
type token struct {
	id   int
	text string
}

// paper is a text whose words are known.
type paper struct {
	random *rand.Rand
	next   int
	blocks [][]token
	kinds  []string
}

func (p *paper) word() token {
	p.next++
	return token{p.next, fmt.Sprintf("%c%x", 'a'+rune(p.next%26), p.next*7919%65521)}
}

func (p *paper) sentence() (s []token) {
	for range 5 + p.random.IntN(9) {
		s = append(s, p.word())
	}
	s[len(s)-1].text += "."
	return s
}

func (p *paper) paragraph() (b []token) {
	for range 1 + p.random.IntN(4) {
		b = append(b, p.sentence()...)
	}
	return b
}

func newPaper(random *rand.Rand) *paper {
	p := &paper{random: random}
	for i := range 12 {
		if i%4 == 0 {
			p.blocks, p.kinds = append(p.blocks, []token{p.word(), p.word()}), append(p.kinds, "heading")
		}
		p.blocks, p.kinds = append(p.blocks, p.paragraph()), append(p.kinds, "paragraph")
	}
	// Decoys: sentences of one paragraph, word for word, in another.
	for range 3 {
		from, to := p.anyParagraph(), p.anyParagraph()
		if from == to {
			continue
		}
		source := p.blocks[from]
		n := min(len(source), 6+p.random.IntN(6))
		for _, t := range source[:n] {
			p.next++
			p.blocks[to] = append(p.blocks[to], token{p.next, t.text})
		}
	}
	return p
}

func (p *paper) anyParagraph() int {
	for {
		if i := p.random.IntN(len(p.blocks)); p.kinds[i] == "paragraph" {
			return i
		}
	}
}

func (p *paper) clone() *paper {
	c := *p
	c.blocks = make([][]token, len(p.blocks))
	for i, b := range p.blocks {
		c.blocks[i] = slices.Clone(b)
	}
	c.kinds = slices.Clone(p.kinds)
	return &c
}

// edit makes one change: insert, delete, move, split, duplicate or retype.
func (p *paper) edit() {
	i := p.anyParagraph()
	insert := func(at int, b []token) {
		p.blocks, p.kinds = slices.Insert(p.blocks, at, b), slices.Insert(p.kinds, at, "paragraph")
	}
	remove := func(at int) {
		p.blocks, p.kinds = slices.Delete(p.blocks, at, at+1), slices.Delete(p.kinds, at, at+1)
	}
	b := p.blocks[i]
	paragraphs := 0
	for _, k := range p.kinds {
		if k == "paragraph" {
			paragraphs++
		}
	}
	switch p.random.IntN(10) {
	case 0:
		insert(i, p.paragraph())
	case 1:
		at := p.random.IntN(len(b) + 1)
		p.blocks[i] = slices.Insert(b, at, p.sentence()...)
	case 2:
		if paragraphs > 4 {
			remove(i)
		}
	case 3:
		at := p.random.IntN(len(b))
		if n := min(len(b)-at, 1+p.random.IntN(10)); n < len(b) {
			p.blocks[i] = slices.Delete(b, at, at+n)
		}
	case 4:
		moved := slices.Clone(b)
		remove(i)
		insert(p.random.IntN(len(p.blocks)+1), moved)
	case 5:
		j := p.anyParagraph()
		at := p.random.IntN(len(b))
		if n := min(len(b)-at, 4+p.random.IntN(10)); n < len(b) && i != j {
			p.blocks[j] = append(p.blocks[j], b[at:at+n]...)
			p.blocks[i] = slices.Delete(b, at, at+n)
		}
	case 6:
		if len(b) > 4 && len(p.blocks) < 40 {
			at := 1 + p.random.IntN(len(b)-1)
			rest := slices.Clone(b[at:])
			p.blocks[i] = slices.Clone(b[:at])
			insert(i+1, rest)
		}
	case 7:
		if len(p.blocks) < 40 {
			insert(p.random.IntN(len(p.blocks)+1), slices.Clone(b))
		}
	case 8: // a heading goes, now and then
		if at := slices.Index(p.kinds, "heading"); at >= 0 && p.random.IntN(4) == 0 {
			remove(at)
		}
	default:
		for range 1 + p.random.IntN(3) {
			b[p.random.IntN(len(b))] = p.word()
		}
	}
}

func (p *paper) doc() *Doc {
	d := &Doc{}
	var section []string
	sum := sha256.New()
	for i, b := range p.blocks {
		words := make([]string, len(b))
		for j, t := range b {
			words[j] = t.text
		}
		text := strings.Join(words, " ")
		hash := sha256.Sum256([]byte(p.kinds[i] + "\n" + text))
		block := site.Block{N: i, Kind: p.kinds[i], Text: text, Hash: hex.EncodeToString(hash[:8])}
		if p.kinds[i] == "heading" {
			section = []string{text}
		} else {
			block.Section = section
		}
		d.Blocks = append(d.Blocks, block)
		sum.Write(hash[:])
	}
	d.Revision = hex.EncodeToString(sum.Sum(nil))
	return d
}

// at lists the ids of the words that a range of a block touches.
func (p *paper) at(block, start, end int) (ids []int) {
	offset := 0
	for _, t := range p.blocks[block] {
		n := len([]rune(t.text))
		if offset < end && offset+n > start {
			ids = append(ids, t.id)
		}
		offset += n + 1
	}
	return ids
}

// has says whether words stand in one run somewhere.
func (p *paper) has(ids []int) bool {
	for _, b := range p.blocks {
		for i := 0; i+len(ids) <= len(b); i++ {
			if slices.EqualFunc(b[i:i+len(ids)], ids, func(t token, id int) bool { return t.id == id }) {
				return true
			}
		}
	}
	return false
}

// TestPlace_random edits texts at random and follows threads through them. No
// thread is ever without a place, none is shown on words that are not its own,
// and one that says exact has its very words. LOCKSTEP_STEPS sets how many edits.
func TestPlace_random(t *testing.T) {
	steps := 20_000
	if n, err := strconv.Atoi(os.Getenv("LOCKSTEP_STEPS")); err == nil {
		steps = n
	}
	states := make(map[string]int)
	random := rand.New(rand.NewPCG(42, 42))
	for done := 0; done < steps; {
		old := newPaper(random)
		before := old.doc()
		now := old.clone()
		for range 1 + random.IntN(30) {
			now.edit()
			done++
			after := now.doc()
			i := old.anyParagraph()
			words := old.blocks[i]
			n := min(len(words), 3+random.IntN(12))
			first := random.IntN(len(words) - n + 1)
			var quote, prefix []string
			own, home := make(map[int]bool), make(map[string]bool) // words of the passage, and of its block
			for _, w := range words {
				home[w.text] = true
			}
			for _, w := range words[first : first+n] {
				quote = append(quote, w.text)
				own[w.id] = true
			}
			for _, w := range words[max(0, first-5):first] {
				prefix = append(prefix, w.text)
			}
			p := strings.Join(prefix, " ")
			if p != "" {
				p += " "
			}
			a, err := Make(before, Request{Block: &i, Quote: strings.Join(quote, " "), Prefix: p})
			if err != nil {
				continue // it stands twice in its block
			}
			known := before
			if random.IntN(4) == 0 {
				known = nil // the old revision may be lost
			}
			got := Place(a, known, after)
			states[got.State]++
			judge(t, done, a, got, old, now, after, own, home, known == nil)
			whole, err := Make(before, Request{Block: &i})
			if err != nil {
				t.Fatal(err)
			}
			got = Place(whole, known, after)
			clear(own)
			for _, w := range words {
				own[w.id] = true
			}
			judge(t, done, whole, got, old, now, after, own, home, known == nil)
			if t.Failed() {
				return
			}
		}
	}
	t.Log(states)
	for _, state := range []string{Exact, Moved, Edited, Block, Section, Orphan} {
		if states[state] == 0 {
			t.Errorf("no thread was ever %s: the test does not try it", state)
		}
	}
}

func judge(t *testing.T, step int, a Anchor, got Placement, old, now *paper, after *Doc, own map[int]bool, home map[string]bool, blind bool) {
	t.Helper()
	what := func() string {
		text := ""
		if got.Block >= 0 {
			text = after.Blocks[got.Block].Text
		}
		return fmt.Sprintf("step %d: %+v\nof %+v in %q\nplaced in %q", step, got, a.Quote, a.Block.Text, text)
	}
	switch got.State {
	case Exact, Moved, Edited, Block, Section, Orphan:
	default:
		t.Errorf("no such state: %s", what())
		return
	}
	if (got.Block < 0) != (got.State == Orphan) || got.Block >= len(after.Blocks) {
		t.Errorf("no such block: %s", what())
		return
	}
	if got.State == Block || got.State == Section || got.State == Orphan {
		if got.Reason == "" {
			t.Errorf("no reason: %s", what())
		}
		return
	}
	text := []rune(after.Blocks[got.Block].Text)
	start, end := got.Start, got.End
	if a.Quote == nil {
		start, end = 0, len(text)
	}
	if start < 0 || end > len(text) || start >= end {
		t.Errorf("no such place: %s", what())
		return
	}
	if got.State == Exact && a.Quote != nil && string(text[start:end]) != a.Quote.Exact {
		t.Errorf("exact, and other words: %s", what())
	}
	if (got.State == Exact) != (got.Reason == "") {
		t.Errorf("a reason for exact, or none for the rest: %s", what())
	}
	// A decoy that a split made a paragraph of its own, equal to the one that was
	// deleted, is that paragraph for all that anybody can see.
	if after.Blocks[got.Block].Hash == a.Block.Hash {
		return
	}
	// Without the old text, a decoy that stood between the same words cannot be
	// told from the passage; it is labelled as moved, then.
	if blind && got.State == Moved && a.Quote != nil && string(text[start:end]) == a.Quote.Exact {
		return
	}
	mine, all := 0, 0
	for _, id := range now.at(got.Block, start, end) {
		all++
		if own[id] {
			mine++
		}
	}
	// The very words, pieced together anew from parts of decoys, stood nowhere
	// before: whoever reads them finds what was commented on.
	pieced := got.State == Moved && a.Quote != nil && string(text[start:end]) == a.Quote.Exact && !old.has(now.at(got.Block, start, end))
	if 2*mine < all && (got.State == Exact || got.State == Moved) && !pieced {
		t.Errorf("%d of %d words are its own: %s", mine, all, what())
	}
	if got.State == Edited {
		// By spelling: the paragraph of a decoy, edited, may look like the one that
		// was deleted. The label says that it was edited.
		for _, w := range now.blocks[got.Block] {
			if home[w.text] {
				return
			}
		}
		t.Errorf("edited, in a block that has no word of its own: %s", what())
	}
}

func FuzzMake(f *testing.F) {
	doc := newPaper(rand.New(rand.NewPCG(1, 1))).doc()
	f.Add(1, "a", "", "")
	f.Add(-1, doc.Blocks[1].Text, "x", "y")
	f.Fuzz(func(t *testing.T, block int, quote, prefix, suffix string) {
		r := Request{Quote: quote, Prefix: prefix, Suffix: suffix}
		if block >= 0 {
			r.Block = &block
		}
		a, err := Make(doc, r)
		if err != nil {
			return
		}
		if a.Quote != nil && string([]rune(a.Block.Text)[a.Quote.Start:a.Quote.End]) != a.Quote.Exact {
			t.Errorf("%+v is not in its block", a.Quote)
		}
		if got := Place(a, doc, doc); got.State != Exact {
			t.Errorf("in the same text: %+v", got)
		}
	})
}

func TestDiff(t *testing.T) {
	for _, tt := range []struct{ old, now, want string }{
		{"a b c", "a b c", "=a b c"},
		{"a b c", "a x c", "=a |-b |+x |=c"},
		{"", "a", "+a"},
		{"a", "", "-a"},
	} {
		var parts []string
		for _, s := range Diff(tt.old, tt.now) {
			parts = append(parts, string(s.Op)+s.Text)
		}
		if got := strings.Join(parts, "|"); got != tt.want {
			t.Errorf("%q to %q: %s, want %s", tt.old, tt.now, got, tt.want)
		}
	}
	spans := marked(Diff("one two three", "one 2 three"), 4, 7)
	if len(spans) < 2 || spans[1].Op != '-' || spans[1].Text != "two" || !spans[1].Quote {
		t.Errorf("marked: %+v", spans)
	}
}
