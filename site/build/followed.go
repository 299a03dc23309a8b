package build

import (
	"maps"
	"slices"

	"lockstep/site"
)

// followed is what one page refers to. A tree keeps it for the next one: after an edit
// of one text, most others refer to what they referred to before.
type followed struct {
	notes    []note
	files    []string
	findings []site.Finding
	outside  bool // it depends on a file that is no text, which comes and goes unseen
}

// note is a reference to a page, which other trees have at the same place.
type note struct {
	to                int // in the targets of the tree
	anchor, label, id string
}

// followedBefore says which pages refer to what they referred to in the tree before.
//
// It compares all that [follower.follow] asks of other pages: where they stand and what
// they are called, which records and definitions there are, and the anchors of those to
// which the page refers. A page with findings is followed anew, since what is missing
// may have come.
func (t *Tree) followedBefore(before *Tree) func(i int) bool {
	none := func(int) bool { return false }
	if before == nil || !slices.EqualFunc(t.targets, before.targets, sameToOthers) || !sameEntries(t.definitions, before.definitions) || !sameEntries(t.shown, before.shown) {
		return none
	}
	moved := make([]bool, len(t.targets)) // those with other anchors
	for i := range t.targets {
		now, then := t.documents[t.targets[i]], before.documents[before.targets[i]]
		moved[i] = now != then && (now == nil || then == nil || now.TitleID != then.TitleID || !slices.Equal(slices.Sorted(slices.Values(now.IDs())), slices.Sorted(slices.Values(then.IDs()))))
	}
	return func(i int) bool {
		f := &before.followed[i]
		return t.documents[t.targets[i]] == before.documents[before.targets[i]] && !f.outside && len(f.findings) == 0 &&
			!slices.ContainsFunc(f.notes, func(n note) bool { return moved[n.to] })
	}
}

func sameToOthers(a, b *site.Page) bool {
	if a.Path != b.Path || a.Source != b.Source || a.Title != b.Title || a.Kind != b.Kind || (a.Decision == nil) != (b.Decision == nil) {
		return false
	}
	return a.Decision == nil || a.Decision.ID == b.Decision.ID && a.Decision.Number == b.Decision.Number
}

func sameEntries(a, b map[string]definition) bool {
	return maps.EqualFunc(a, b, func(a, b definition) bool { return a.page.Path == b.page.Path })
}
