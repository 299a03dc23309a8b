package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// TestReview_old_file: a repository that keeps a review in one file of lines is
// imported as it is, and the next export gives each event its file and loses none.
func TestReview_old_file(t *testing.T) {
	dir := reviewedSite(t)
	tree, err := loadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := tree.Document("adr/0001")
	if !ok {
		t.Fatal("the site has no adr/0001")
	}
	memory, revisions := store.NewMemory(), store.HoldRevisions(nil)
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: revisions})
	if err != nil {
		t.Fatal(err)
	}
	ada := access.Actor{ID: "local:ada@example.org", Name: "Ada", Role: access.Maintainer}
	if _, _, err := s.OpenThread(t.Context(), ada, d, review.ThreadRequest{ID: "x", Body: "Why one log?", Anchor: &review.AnchorRequest{Quote: "one log per shard"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Resolve(t.Context(), ada, d, "x", review.ResolveRequest{Kind: event.Answered, Reason: "See above."}); err != nil {
		t.Fatal(err)
	}
	lines, err := s.Lines(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	var old bytes.Buffer
	for _, l := range lines {
		l.Parents = nil
		if err := json.NewEncoder(&old).Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(dir, "adr/reviews", subject.FolderOf(d.Name))
	file := filepath.Join(folder, repo.EventsFile)
	files, err := repo.Files(lines, d, revisions)
	if err != nil {
		t.Fatal(err)
	}
	files[repo.EventsFile] = old.Bytes()
	for name, data := range files {
		if strings.HasPrefix(name, repo.EventsFolder+"/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data := t.TempDir()
	run := func(cmd *cobra.Command, want string) {
		t.Helper()
		var said bytes.Buffer
		cmd.SetArgs([]string{"--dir", dir, "--data", data})
		cmd.SetOut(&said)
		cmd.SetErr(&said)
		if err := cmd.ExecuteContext(t.Context()); err != nil || !strings.Contains(said.String(), want) {
			t.Fatalf("%s: %v\n%s\nwant %q", cmd.Use, err, said.String(), want)
		}
	}
	run(newReviewImportCommand(), "3 events added, 0 were there")
	run(newReviewExportCommand(), "1 pages")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the old file is still there: %v", err)
	}
	for _, l := range lines {
		if _, err := os.Stat(filepath.Join(folder, repo.EventsFolder, l.ID()+".json")); err != nil {
			t.Error(err)
		}
	}
	run(newReviewImportCommand(), "0 events added, 3 were there")
	run(newReviewVerifyCommand(), "exported")
}
