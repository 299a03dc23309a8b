package repo_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

// keptDoc is the text that the events of these tests are about.
var keptDoc = &anchor.Doc{Revision: reviewtest.NewText, Blocks: []site.Block{{Kind: "paragraph", ID: "b-1", Text: "We keep one log per shard."}}}

// exportedBy writes what a clone has into a folder, as an export does.
func exportedBy(t *testing.T, dir string, c *reviewtest.Clone) {
	t.Helper()
	files, err := repo.Files(c.State.Lines(), reviewtest.Page, store.HoldRevisions([]*anchor.Doc{keptDoc}))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		path := filepath.Join(dir, "reviews", "0001-log", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// begun is a review with a blocker and an answer to it.
func begun(t *testing.T) *reviewtest.Clone {
	a, _ := reviewtest.Pair(t)
	a.Must(t, event.Event{Type: event.DocPublished, Revision: reviewtest.NewText, Kept: event.HashOf(keptDoc), Actor: reviewtest.Site}, "")
	a.Must(t, reviewtest.Opened("x", event.Blocking), "No.")
	a.Must(t, event.Event{ID: "y", Type: event.CommentAdded, Actor: reviewtest.People[2], Thread: "x"}, "a secret")
	return a
}

// discussed is begun, the answer redacted, and a verdict.
func discussed(t *testing.T) *reviewtest.Clone {
	a := begun(t)
	a.Must(t, event.Event{Type: event.CommentRedacted, Actor: reviewtest.People[2], Thread: "x", Comment: "y"}, "")
	a.Must(t, reviewtest.Verdict(event.RequestChanges), "Not so.")
	return a
}

// eventFile is the file of the first event of a type.
func eventFile(t *testing.T, dir string, c *reviewtest.Clone, kind event.Type) string {
	t.Helper()
	for _, l := range c.State.Lines() {
		if e, err := event.Decode(l); err == nil && e.Type == kind {
			return filepath.Join(dir, "reviews", "0001-log", repo.EventsFolder, l.ID()+".json")
		}
	}
	t.Fatalf("there is no %s", kind)
	return ""
}

func readAll(t *testing.T, dir string) ([]repo.Exported, []repo.Problem) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return repo.Read(root.FS(), "reviews")
}

// TestReadReviews_forged: whatever somebody does to the files of a review by hand is
// named, with its file and how to put it right.
func TestReadReviews_forged(t *testing.T) {
	replace := func(t *testing.T, file, old, now string) {
		data, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(data, []byte(old)) {
			t.Fatalf("%s has no %q: %v", file, old, err)
		}
		if err := os.WriteFile(file, bytes.Replace(data, []byte(old), []byte(now), 1), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(t *testing.T, path string) {
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		if err := os.Rename(path, elsewhere); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(elsewhere, path); err != nil {
			t.Fatal(err)
		}
	}
	// rename gives a changed file the name that it would have.
	rename := func(t *testing.T, file string) {
		data, _ := os.ReadFile(file)
		l, err := entry.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		os.Rename(file, filepath.Join(filepath.Dir(file), l.ID()+".json"))
	}
	type files struct{ thread, answer, redaction, verdict, reviews, page, events, revisions, revision string }
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, f files)
		want string
	}{
		{"nothing", func(*testing.T, files) {}, ""},
		{"a deleted blocker", func(t *testing.T, f files) { os.Remove(f.thread) }, "stands on an event that is missing"},
		{"a renamed author", func(t *testing.T, f files) { replace(t, f.thread, `"Bob"`, `"Eve"`) }, "it was altered"},
		{"a renamed author under the name that fits", func(t *testing.T, f files) { replace(t, f.thread, `"Bob"`, `"Eve"`); rename(t, f.thread) }, "stands on an event that is missing"},
		{"an invented role", func(t *testing.T, f files) { replace(t, f.verdict, `"reviewer"`, `"god"`); rename(t, f.verdict) }, `there is no role "god"`},
		{"an invented verdict", func(t *testing.T, f files) {
			replace(t, f.verdict, `"request-changes"`, `"decree"`)
			rename(t, f.verdict)
		}, `there is no verdict "decree"`},
		{"a changed text", func(t *testing.T, f files) { replace(t, f.thread, "No.", "Yes.") }, "not the one that was written"},
		{"a text less", func(t *testing.T, f files) { replace(t, f.thread, `"text": "No.",`, "") }, "a salt and no text"},
		{"a text and its salt less", func(t *testing.T, f files) {
			data, _ := os.ReadFile(f.thread)
			l, _ := entry.Decode(data)
			l.Text, l.Salt = nil, ""
			data, _ = entry.Encode(l)
			os.WriteFile(f.thread, data, 0o644)
		}, "nobody redacted it"},
		{"an altered revision", func(t *testing.T, f files) { replace(t, f.revision, "one log", "two logs") }, "it was altered: it is not the text"},
		{"a missing revision", func(t *testing.T, f files) { os.Remove(f.revision) }, "is missing or altered"},
		{"no revisions", func(t *testing.T, f files) { os.RemoveAll(f.revisions) }, "is missing or altered"},
		{"no events", func(t *testing.T, f files) { os.RemoveAll(f.events) }, "the folder events is missing"},
		{"a link for an event", func(t *testing.T, f files) { link(t, f.thread) }, "it is a link"},
		{"a link for the events", func(t *testing.T, f files) { link(t, f.events) }, "it is a link"},
		{"a link for a revision", func(t *testing.T, f files) { link(t, f.revision) }, "it is a link"},
		{"a link for the page", func(t *testing.T, f files) { link(t, f.page) }, "it is a link"},
		{"a link for everything", func(t *testing.T, f files) { link(t, f.reviews) }, "it is a link"},
		{"a file for everything", func(t *testing.T, f files) { os.RemoveAll(f.reviews); os.WriteFile(f.reviews, nil, 0o644) }, "it is a file"},
		{"a folder for an event", func(t *testing.T, f files) { os.Remove(f.thread); os.Mkdir(f.thread, 0o755) }, "it is a folder"},
		{"another file", func(t *testing.T, f files) { os.WriteFile(f.thread+".orig", nil, 0o644) }, "it is no event"},
		{"another name", func(t *testing.T, f files) {
			os.Rename(f.verdict, filepath.Join(f.events, strings.Repeat("0", 64)+".json"))
		}, "it was altered"},
		{"half a merge", func(t *testing.T, f files) { replace(t, f.thread, "{", "<<<<<<< ours\n{\n>>>>>>> theirs\n") }, "a merge was not finished"},
		{"a huge file", func(t *testing.T, f files) { os.WriteFile(f.thread, make([]byte, entry.MaxSize+1), 0o644) }, "bytes; at most"},
		{"a redacted text put back", func(t *testing.T, f files) {
			data, _ := os.ReadFile(f.answer)
			l, err := entry.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range begun(t).State.Lines() {
				if line.ID() == l.ID() {
					l.Text, l.Salt = line.Text, line.Salt
				}
			}
			data, _ = entry.Encode(l)
			os.WriteFile(f.answer, data, 0o644)
		}, "was redacted and is still here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			c := discussed(t)
			exportedBy(t, dir, c)
			page := filepath.Join(dir, "reviews", "0001-log")
			tt.do(t, files{eventFile(t, dir, c, event.ThreadOpened), eventFile(t, dir, c, event.CommentAdded), eventFile(t, dir, c, event.CommentRedacted), eventFile(t, dir, c, event.ReviewSubmitted),
				filepath.Join(dir, "reviews"), page, filepath.Join(page, repo.EventsFolder), filepath.Join(page, repo.RevisionsFolder), filepath.Join(page, repo.RevisionsFolder, reviewtest.NewText+".jsonl")})
			pages, problems := readAll(t, dir)
			if tt.want == "" {
				if len(problems) > 0 || len(pages) != 1 || len(pages[0].Lines) != 6 || len(pages[0].Docs) != 1 {
					t.Fatalf("%v %+v", problems, pages)
				}
				return
			}
			found := slices.ContainsFunc(problems, func(p repo.Problem) bool {
				return strings.Contains(p.Message, tt.want) && p.Mend != "" && strings.HasPrefix(p.File, "reviews")
			})
			if !found {
				t.Errorf("problems %v, want %q", problems, tt.want)
			}
		})
	}
}

// TestReadReviews_old: a review that was exported into one file is read, and has
// the ids and heads that its log has now.
func TestReadReviews_old(t *testing.T) {
	c := discussed(t)
	memory, dir := store.NewMemory(), t.TempDir()
	var old bytes.Buffer
	for i, l := range c.State.Lines() {
		var e event.Event
		if err := json.Unmarshal(l.Event, &e); err != nil {
			t.Fatal(err)
		}
		line := map[string]any{"page": l.Page, "n": i + 1, "event": l.Event}
		r := store.Record{Event: l.Event}
		if l.Text != nil {
			line["text"], line["salt"] = *l.Text, l.Salt
			salt, _ := event.ParseSalt(l.Salt)
			if err := r.Seal(t.Context(), memory, l.Page, e.ID, *l.Text, salt); err != nil {
				t.Fatal(err)
			}
		}
		data, _ := json.Marshal(line)
		old.Write(append(data, '\n'))
		memory.Append(t.Context(), l.Page, e.ID, r.Encode())
	}
	page := filepath.Join(dir, "reviews", "0001-log")
	os.MkdirAll(page, 0o755)
	os.WriteFile(filepath.Join(page, repo.EventsFile), old.Bytes(), 0o644)
	revisions, _ := store.OpenRevisions("")
	service, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: revisions})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := service.Lines(t.Context(), reviewtest.Page.Name)
	if err != nil {
		t.Fatal(err)
	}
	pages, problems := readAll(t, dir)
	problems = slices.DeleteFunc(problems, func(p repo.Problem) bool { return strings.Contains(p.File, repo.RevisionsFolder) }) // which were not written
	if len(problems) > 0 || len(pages) != 1 {
		t.Fatalf("%v %+v", problems, pages)
	}
	if diff := cmp.Diff(lines, pages[0].Lines); diff != "" {
		t.Errorf("the log and the old file:\n%s", diff)
	}
	fromFile, err := state.Of(pages[0].Lines)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reviewtest.Shows(c.State), reviewtest.Shows(fromFile)); diff != "" {
		t.Error(diff)
	}
	// Beside the files of new events it is the same events again.
	exportedBy(t, dir, c)
	if both, problems := readAll(t, dir); len(problems) > 0 || len(both) != 1 || len(both[0].Lines) != len(lines) {
		t.Errorf("both: %v %+v", problems, both)
	}
}

// TestConverge_git: real git merges what real clones exported, without a conflict
// and without knowing what it merges.
func TestConverge_git(t *testing.T) {
	git := func(dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "merge.conflictStyle=merge"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for seed := range 3 {
		origin := t.TempDir()
		git(origin, "init", "-q", "-b", "main")
		os.MkdirAll(filepath.Join(origin, "reviews"), 0o755)
		os.WriteFile(filepath.Join(origin, "reviews", ".gitignore"), []byte(repo.IgnoreText), 0o644)
		a, b := reviewtest.Pair(t)
		for range seed {
			a.R.Uint64()
		}
		exportedBy(t, origin, a)
		git(origin, "add", "-A")
		git(origin, "commit", "-q", "-m", "begin")
		clones := []*reviewtest.Clone{a, b}
		dirs := []string{origin, filepath.Join(t.TempDir(), "b")}
		git(origin, "clone", "-q", origin, dirs[1])
		save := func(i int) {
			exportedBy(t, dirs[i], clones[i])
			git(dirs[i], "add", "-A")
			git(dirs[i], "commit", "-q", "--allow-empty", "-m", "more")
		}
		merge := func(i int) {
			git(dirs[i], "fetch", "-q", dirs[1-i], "HEAD")
			git(dirs[i], "merge", "-q", "--no-edit", "FETCH_HEAD")
			pages, problems := readAll(t, dirs[i])
			for _, p := range problems {
				if !strings.Contains(p.Message, "was redacted") && !strings.Contains(p.Message, "it is no revision") {
					t.Fatalf("seed %d: %+v", seed, p)
				}
			}
			clones[i].Take(t, &reviewtest.Clone{Name: "git", State: mustState(t, pages[0].Lines)})
		}
		for range 4 {
			for i, c := range clones {
				for range 3 {
					c.Act()
				}
				save(i)
			}
			merge(seed % 2)
			save(seed % 2)
		}
		for _, i := range []int{0, 1, 0} {
			merge(i)
			save(i)
		}
		if diff := cmp.Diff(reviewtest.Shows(a.State), reviewtest.Shows(b.State)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		one, other := git(dirs[0], "rev-parse", "HEAD^{tree}"), git(dirs[1], "rev-parse", "HEAD^{tree}")
		if one != other {
			t.Errorf("seed %d: the trees differ:\n%s", seed, git(dirs[0], "diff", "--stat", strings.TrimSpace(one), "HEAD"))
		}
		if tracked := git(dirs[0], "ls-files"); strings.Contains(tracked, repo.SummaryFile) || !strings.Contains(tracked, repo.EventsFolder) {
			t.Errorf("git keeps what is derived:\n%s", tracked)
		}
	}
}

func mustState(t *testing.T, lines []entry.Line) *state.State {
	t.Helper()
	s, err := state.Sum(lines)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
