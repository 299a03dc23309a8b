package build

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/signature"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// exportApproval writes the review of a record in which Ada approves a revision, as
// an export would have.
func exportApproval(t *testing.T, dir string, d subject.Page, revision string) {
	t.Helper()
	d.Revision = revision
	memory := store.NewMemory()
	revisions := store.HoldRevisions(nil)
	key, err := signature.OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	if err != nil {
		t.Fatal(err)
	}
	sign := func(ctx context.Context, _ string, message []byte) (string, error) { return key.Sign(ctx, message) }
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: revisions, Sign: sign})
	if err != nil {
		t.Fatal(err)
	}
	ada := access.Actor{ID: "local:ada@example.org", Name: "Ada", Email: "ada@example.org", Role: access.Maintainer}
	if err := s.SubmitVerdict(t.Context(), ada, d, review.VerdictRequest{Verdict: event.Approve, Revision: revision}); err != nil {
		t.Fatal(err)
	}
	writeExport(t, dir, s, d, revisions)
}

// TestReview_earlier_form: an approval that bound the words alone is none of the page
// as it is shown, whether or not anything has changed.
func TestReview_earlier_form(t *testing.T) {
	for _, tt := range []struct {
		name, revision, finding, page string
	}{
		{"of the text as it is", "", "", "approves this very text"},
		{"by the rules of words alone", strings.Repeat("7", 64), "Ada approved an earlier form of it", "approves an earlier form of this page, and must approve it anew"},
		{"of another text", site.RevisionOf(strings.Repeat("7", 64)), "Ada approved an older text", "approved an older text"},
	} {
		dir := tree(t, shownSite)
		d, _ := load(t, dir).Document("adr/1")
		if tt.revision == "" {
			tt.revision = d.Revision
		}
		exportApproval(t, dir, d, tt.revision)
		loaded := load(t, dir)
		var found []string
		for _, f := range loaded.Findings {
			if strings.HasPrefix(f.Rule, "review") {
				found = append(found, f.Message)
			}
		}
		if all := strings.Join(found, "\n"); !strings.Contains(all, tt.finding) || tt.finding == "" && all != "" {
			t.Errorf("%s: findings %q, want %q", tt.name, all, tt.finding)
		}
		page, _, err := loaded.Bytes(t.Context(), &loaded.Site, loaded.ByPath(d.Path))
		if err != nil || !strings.Contains(string(page), tt.page) {
			t.Errorf("%s: the page does not say %q: %v", tt.name, tt.page, err)
		}
	}
}
