package state

import (
	"fmt"
	"slices"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/merge"
)

// Kept are the hashes of the texts that a state speaks of, by revision. One revision
// may have several: what a block is called is not part of it.
func (s *State) Kept() map[string][]string {
	kept := make(map[string][]string)
	for _, it := range s.log {
		if it.Event.Type == event.DocPublished && it.Event.Kept != "" {
			kept[it.Event.Revision] = append(kept[it.Event.Revision], it.Event.Kept)
		}
	}
	return kept
}

// Revisions are those that somebody said something about, sorted.
func (s *State) Revisions() (all []string) {
	for _, t := range s.threads {
		all = append(all, t.Anchor.Revision)
	}
	for _, v := range s.verdicts {
		all = append(all, v.Revision)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(r string) bool { return !event.IsRevision(r) })
}

// Canonical puts the lines of one page into the order of the graph. Orphans are
// those that stand on something which is not there.
func Canonical(lines []entry.Line) (sorted, orphans []entry.Line) {
	lines = entry.Chain(lines)
	graph, byID := merge.NewGraph(), make(map[string]entry.Line, len(lines))
	for todo := lines; len(todo) > 0; {
		orphans = nil
		for _, l := range todo {
			e, _ := event.Decode(l)
			id := l.ID()
			if graph.Add(id, keyOf(e), l.Parents) != nil {
				orphans = append(orphans, l)
				continue
			}
			if was, ok := byID[id]; !ok || was.Text == nil {
				byID[id] = l
			}
		}
		if len(orphans) == len(todo) {
			break
		}
		todo = orphans
	}
	for i, id := range graph.Order() {
		l := byID[id]
		l.N = uint64(i) + 1
		sorted = append(sorted, l)
	}
	return sorted, orphans
}

// Of is what exported lines of one page add up to.
func Of(lines []entry.Line) (*State, error) {
	s, err := Sum(lines)
	if err != nil {
		return nil, err
	}
	if n := len(s.Missing()); n > 0 {
		return nil, fmt.Errorf("the texts of comments are missing: %d", n)
	}
	return s, nil
}

// Sum is what they add up to where texts may be missing.
func Sum(lines []entry.Line) (*State, error) {
	s := New()
	lines = entry.Chain(lines)
	for _, line := range lines {
		s.Page = line.Page
	}
	entries, err := Entries(lines)
	if err != nil {
		return nil, err
	}
	return s, s.Add(entries)
}

// Entries are lines, read for a state.
func Entries(lines []entry.Line) ([]Entry, error) {
	entries := make([]Entry, 0, len(lines))
	for _, line := range lines {
		e, err := event.Decode(line)
		if err != nil {
			return nil, err
		}
		one := Entry{Page: line.Page, Raw: line.Event, Event: e, Parents: line.Parents, Signature: line.Signature}
		if line.Text != nil {
			one.Body = &event.Body{Text: *line.Text, Salt: line.Salt}
		}
		entries = append(entries, one)
	}
	return entries, nil
}

// Removed says which events of one state another does not have, in words. An export
// only grows, so what is missing was taken out.
func Removed(before, now *State) (gone []string) {
	if before == nil {
		return nil
	}
	for id, it := range before.items {
		if now == nil || !now.graph.Has(id) {
			gone = append(gone, fmt.Sprintf("%s wrote as event #%d", it.Event.Actor.ID, it.n))
		}
	}
	slices.Sort(gone)
	return gone
}
