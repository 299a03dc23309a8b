package build

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// exportReview writes the review of the first record: Ada approves it, then Bob blocks
// it at some words.
func exportReview(t *testing.T, dir string) {
	t.Helper()
	d, _ := load(t, dir).Document("adr/1")
	memory, revisions := store.NewMemory(), store.HoldRevisions(nil)
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: revisions})
	if err != nil {
		t.Fatal(err)
	}
	ada := access.Actor{ID: "local:ada@example.org", Name: "Ada", Email: "ada@example.org", Role: access.Maintainer}
	bob := access.Actor{ID: "local:bob@example.org", Name: "Bob", Email: "bob@example.org", Role: access.Reviewer}
	if err := s.SubmitVerdict(t.Context(), ada, d, review.VerdictRequest{Verdict: event.Approve, Revision: d.Revision}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.OpenThread(t.Context(), bob, d, review.ThreadRequest{ID: "b1", Body: "Not so.", Intent: event.Blocking, Anchor: &review.AnchorRequest{Quote: "holds the order of all messages"}}); err != nil {
		t.Fatal(err)
	}
	writeExport(t, dir, s, d, revisions)
}

func writeExport(t *testing.T, dir string, s *review.Service, d subject.Page, revisions *store.Revisions) {
	t.Helper()
	lines, err := s.Lines(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	files, err := repo.Files(lines, d, revisions)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		path := filepath.Join(dir, "adr/reviews", subject.FolderOf(d.Name), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// changedSite has a record with something to block.
var changedSite = strings.Replace(shownSite, "## Context\n", "## Context\n\nWords before it.\n\nOne log per shard holds the order of all messages.\n\n## More\n", 1)

// TestReviewChanges makes changes to a text that is blocked and approved, and to its
// review. Each finding stands at the line where the reader of the change looks.
func TestReviewChanges(t *testing.T) {
	const record = "adr/0001-first.md"
	edit := func(old, new string) func(string) {
		return func(dir string) {
			path := filepath.Join(dir, record)
			data, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(data), old) {
				t.Fatalf("no %q: %v", old, err)
			}
			os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644)
		}
	}
	events := func(dir string) string { return filepath.Join(dir, "adr/reviews/0001-first") }
	touched := "review-approval-touched"
	for _, tt := range []struct {
		name   string
		change func(dir string)
		said   string
		want   []string // rule and line
	}{
		{"nothing", func(string) {}, "", nil},
		{"lines arranged anew", edit("One log per shard holds", "One log per shard\nholds"), "", nil},
		{"words elsewhere", edit("Words before it.", "Other words before it."), "", []string{touched + ":10"}},
		{"words elsewhere, and says so", edit("Words before it.", "Other words before it."), "adr/0001-first", nil},
		{"words elsewhere, and says so of another", edit("Words before it.", "Other words before it."), "adr/0002-second", []string{touched + ":10"}},
		{"words elsewhere, and proposed again", func(dir string) {
			edit("Words before it.", "Other words before it.")(dir)
			edit("status: accepted", "status: proposed")(dir)
		}, "", nil},
		{"struck out", edit("Words before it.", "~~Words before it.~~"), "", []string{touched + ":0"}},
		{"the words of the blocker are edited", edit("order of all messages", "order of all the messages"), record, nil},
		{"the words of the blocker are gone", edit("One log per shard holds the order of all messages.", "One log per shard is what there is, says everybody."), record, []string{"review-blocker-misplaced:10"}},
		{"its paragraph is gone", edit("One log per shard holds the order of all messages.\n\n", ""), record, []string{"review-blocker-misplaced:10"}},
		{"all is gone", func(dir string) {
			os.WriteFile(filepath.Join(dir, record), []byte("---\nstatus: accepted\ndate: 2026-01-01\n---\n# First\n\nNothing like it.\n"), 0o644)
		}, record, []string{"review-blocker-orphaned:0"}},
		{"the page is gone", func(dir string) { os.Remove(filepath.Join(dir, record)) }, record, []string{"review-blocker-orphaned:0"}},
		{"the page is renamed and says so", func(dir string) {
			edit("status: accepted", "alias: adr/0001-first\nstatus: accepted")(dir)
			os.Rename(filepath.Join(dir, record), filepath.Join(dir, "adr/0009-renamed.md"))
		}, "", nil},
		{"the review is gone", func(dir string) { os.RemoveAll(events(dir)) }, "", []string{"review-blocker-deleted:12", "review-events-removed:0", "review-events-removed:0", "review-events-removed:0"}},
	} {
		dir := tree(t, changedSite)
		exportReview(t, dir)
		base := load(t, dir)
		tt.change(dir)
		findings := load(t, dir).ReviewChanges(base, func(names []string) bool { return slices.Contains(names, tt.said) })
		var got []string
		for _, f := range findings {
			got = append(got, fmt.Sprintf("%s:%d", f.Rule, f.Line))
			if f.File == "" || f.Mend == "" || f.Message == "" || f.Severity == site.Warning {
				t.Errorf("%s: an incomplete finding: %+v", tt.name, f)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v\n%v", tt.name, got, tt.want, findings)
		}
	}
}
