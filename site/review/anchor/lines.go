package anchor

import (
	"fmt"
	"strings"
)

// followed finds a passage that stood more than once in its block, and a line of code
// among others: there the words alone do not tell which of them is meant, and what
// stands before and after them does. Ok is false where the words are no riddle.
func (p *placer) followed() (place Placement, ok bool) {
	if !p.framed || p.a.Quote == nil {
		return place, false
	}
	code := p.a.Block.Kind == "code"
	was, is := []rune(p.a.Block.Text), []rune(p.now.Blocks[p.mine].Text)
	if n := len(Occurrences(was, p.quote)); n < 2 {
		return place, false
	}
	at, certain := follow(string(was), string(is), code, p.a.Quote.Start, p.a.Quote.End)
	standing := len(Occurrences(is, p.quote))
	switch {
	case certain && at >= 0:
		return Placement{State: Edited, Block: p.mine, Start: at, End: at + len(p.quote), Score: 1, Margin: 1, Rung: 1,
			Reason: fmt.Sprintf("the same words; the %s around them was edited", p.noun())}, true
	case standing == 0:
		return place, false
	case certain:
		return Placement{State: Block, Block: p.mine, Rung: 1, Reason: fmt.Sprintf("the passage is gone; the same words stood elsewhere in the %s, and still do", p.noun())}, true
	}
	return Placement{State: Block, Block: p.mine, Rung: 1,
		Reason: fmt.Sprintf("the %s was edited, and which of the same words is meant cannot be told", p.noun())}, true
}

// follow says where a passage of a text is in a later one, both cut into words, or
// into lines. At is -1 if it is gone.
func follow(was, is string, lines bool, start, end int) (at int, certain bool) {
	cut := words
	if lines {
		cut = func(text string) []string { return strings.SplitAfter(text+"\n", "\n") }
	}
	a, b := cut(was), cut(is)
	w := waysOf(trimmed(a), trimmed(b))
	if w == nil {
		return -1, false
	}
	offset, offsets := 0, make([]int, len(b)+1)
	for j, unit := range b {
		offsets[j] = offset
		offset += len([]rune(unit))
	}
	first, previous := -1, -1
	begin := 0
	for i, unit := range a {
		from := begin
		begin += len([]rune(unit))
		if begin <= start || from >= end {
			continue
		}
		j, certain := w.of(i)
		if !certain {
			return -1, false
		}
		if j < 0 || previous >= 0 && j != previous+1 {
			return -1, true
		}
		if first < 0 {
			first = offsets[j] + start - from
		}
		previous = j
	}
	return first, first >= 0
}

// trimmed are units without the white space around them, by which they are compared.
func trimmed(units []string) (out []string) {
	for _, unit := range units {
		out = append(out, strings.TrimRight(unit, " \n\t"))
	}
	return out
}
