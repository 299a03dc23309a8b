package state_test

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

var (
	histories = flag.Int("histories", 500, "random histories of TestConverge")
	firstSeed = flag.Int("first-seed", 0, "seed of the first of them, so that several processes can share a large number")
)

// TestConverge: clones that know of each other at random, and write at random, are
// equal once each has what the others have: in what they show, in their heads, in
// the bytes that they export. What was accepted in one is accepted in all. CONTRIBUTING.md
// says how to run it a hundred thousand times.
func TestConverge(t *testing.T) {
	events, forks := 0, 0
	for i := range *histories {
		seed := *firstSeed + i
		if i > 0 && i%10_000 == 0 {
			t.Logf("%d histories, %d events", i, events)
		}
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		clones := make([]*reviewtest.Clone, 2+r.IntN(3))
		for i := range clones {
			clones[i] = reviewtest.NewClone(r, string(rune('a'+i)))
		}
		first := clones[0]
		first.Say(event.Event{Type: event.DocPublished, Revision: reviewtest.NewText, Actor: reviewtest.Site}, "")
		accepted := make(map[string]bool)
		for range 4 + r.IntN(30) {
			c := clones[r.IntN(len(clones))]
			if r.IntN(6) == 0 {
				c.Take(t, clones[r.IntN(len(clones))])
				continue
			}
			c.Act()
			id := c.State.Heads()[0] // it stands on everything before it
			was, _ := c.State.OutcomeOf(id)
			accepted[id] = was.Refusal == nil
		}
		hub := clones[r.IntN(len(clones))] // takes from all, and all from it
		for _, i := range r.Perm(len(clones)) {
			hub.Take(t, clones[i])
		}
		for _, c := range clones {
			c.Take(t, hub)
		}
		want, wantFiles := reviewtest.Shows(first.State), filesOf(t, first.State.Lines())
		events += int(first.State.N)
		forks += first.State.Rebuilt()
		for id, ok := range accepted {
			if was, there := first.State.OutcomeOf(id); !there || (was.Refusal == nil) != ok {
				t.Fatalf("seed %d: event %s was accepted: %v; after the merge it is not so", seed, id, ok)
			}
		}
		for _, c := range clones[1:] {
			if diff := cmp.Diff(want, reviewtest.Shows(c.State)); diff != "" {
				t.Fatalf("seed %d: %s and %s have the same events and show different things:\n%s", seed, first.Name, c.Name, diff)
			}
			if diff := cmp.Diff(wantFiles, filesOf(t, c.State.Lines())); diff != "" {
				t.Fatalf("seed %d: %s and %s export different bytes:\n%s", seed, first.Name, c.Name, diff)
			}
		}
		// So does whoever has the files alone.
		sorted, orphans := state.Canonical(readFiles(t, wantFiles))
		read, err := state.Of(sorted)
		if err != nil || len(orphans) > 0 {
			t.Fatalf("seed %d: read from files: %d orphans, %v", seed, len(orphans), err)
		}
		if diff := cmp.Diff(want, reviewtest.Shows(read)); diff != "" {
			t.Fatalf("seed %d: the files show something else:\n%s", seed, diff)
		}
	}
	if forks == 0 {
		t.Error("no history had a fork: nothing was tried")
	}
	t.Logf("%d histories, %d events", *histories, events)
}

func filesOf(t *testing.T, lines []entry.Line) map[string]string {
	t.Helper()
	files, err := repo.Files(lines, reviewtest.Page, store.HoldRevisions(nil))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string, len(files))
	for name, data := range files {
		out[name] = string(data)
	}
	return out
}

func readFiles(t *testing.T, files map[string]string) (lines []entry.Line) {
	t.Helper()
	for name, data := range files {
		if !strings.HasPrefix(name, repo.EventsFolder+"/") {
			continue
		}
		l, err := entry.Decode([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := event.Admit(l); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines = append(lines, l)
	}
	return lines
}
