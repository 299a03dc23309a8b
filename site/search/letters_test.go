package search_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/search"
)

// TestAlphabet: what is remembered of an order gives what sorting anew does, though
// other things of the entries have changed, and a new name finds its place.
func TestAlphabet(t *testing.T) {
	var remembers search.Alphabet
	entries := []site.IndexEntry{{Name: "été", To: "/e/"}, {Name: "Zoo", To: "/z/"}, {Name: "apple", To: "/b/"}, {Name: "Apple", To: "/a/"}, {Name: "7 ways", To: "/7/"}, {Name: "決定", To: "/k/"}}
	for _, change := range []func(){
		func() {},
		func() { entries[1].What = "Tag" },
		func() { entries[1].Name = "Ark" },
		func() { entries[2].To = "/0/" },
		func() { entries = append(entries, site.IndexEntry{Name: "bee", To: "/bee/"}) },
		func() { entries = entries[1:] },
	} {
		entries = append([]site.IndexEntry(nil), entries...)
		change()
		var anew search.Alphabet
		if diff := cmp.Diff(anew.Letters(entries), remembers.Letters(entries)); diff != "" {
			t.Errorf("-anew +remembered\n%s", diff)
		}
	}
	var got []string
	for _, l := range remembers.Letters(entries) {
		for _, e := range l.Entries {
			got = append(got, l.Name+" "+e.Name+e.What)
		}
	}
	if diff := cmp.Diff([]string{"0–9 7 ways", "A apple", "A Apple", "A ArkTag", "B bee", "Other 決定"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
