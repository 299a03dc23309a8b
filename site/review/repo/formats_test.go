package repo_test

import (
	"encoding/hex"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// released is the page of a review that lies in a repository, with a text of before
// revisions named their scheme and one of today's.
var (
	released      = subject.Page{Name: "adr/0001-log", Path: "/adr/0001-log/", Title: "Use a log"}
	releasedTexts = []*anchor.Doc{
		{Revision: "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9", Blocks: []site.Block{
			{Kind: "paragraph", ID: "b-1", Text: "We keep <one> log per shard.", Hash: "00ff", Section: []string{"Größe"}, Line: 3, End: 4}}},
		{Revision: "r2-3f0c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0", Blocks: []site.Block{
			{Kind: "heading", ID: "logs", Text: "Logs", Hash: "11ee", Line: 1, End: 1},
			{N: 1, Kind: "item", ID: "b-1", Text: "We keep one log per shard.", Hash: "00ff", Section: []string{"Logs"}, Line: 3, End: 4, Frame: &site.Frame{Kind: "list", N: 1, Row: 2, Of: 3, OfRow: 4}},
			{N: 2, Kind: "status", ID: "status", Text: "Accepted", Hash: "22dd", Head: true}}},
	}
)

// said are the events of the review: a comment on the old text, one on a part of the
// page of today with an answer that was redacted, a question that was answered, and a
// verdict that was signed.
func said() (lines []entry.Line) {
	ada, ben := event.Person{ID: "local:ada@example.org", Name: "Ada", Role: "maintainer"}, event.Person{ID: "invite:7f3a00112233", Name: "Ben <ben>", Role: "commenter"}
	theSite := event.Person{ID: "site", Name: "the site", Role: "site"}
	at := time.Date(2026, 11, 28, 9, 30, 0, 120_000_000, time.UTC)
	salt := []byte("0123456789abcdef")
	say := func(e event.Event, text string) {
		e.Time = at.Add(time.Duration(len(lines)) * time.Second)
		l := entry.Line{Page: released.Name, N: uint64(len(lines) + 1), Parents: []string{}}
		if len(lines) > 0 {
			l.Parents = append(l.Parents, lines[len(lines)-1].ID())
		}
		if text != "" {
			e.Body = event.Commit(salt, text)
			l.Text, l.Salt = &text, hex.EncodeToString(salt)
		}
		if e.Type == event.ReviewSubmitted {
			l.Signature = "U1NIU0lHAAAAAQ=="
		}
		l.Event = e.Encode()
		lines = append(lines, l)
	}
	old, now := releasedTexts[0], releasedTexts[1]
	say(event.Event{ID: "doc:0", Type: event.DocPublished, Actor: theSite, Revision: old.Revision, Kept: event.HashOf(old)}, "")
	say(event.Event{ID: "t-1", Type: event.ThreadOpened, Actor: ben, Revision: old.Revision, Intent: event.Blocking,
		Anchor: &anchor.Anchor{Canon: 1, Revision: old.Revision, Block: &old.Blocks[0], Quote: &anchor.Quote{Exact: "<one> log", Prefix: "We keep ", Suffix: " per shard.", Start: 8, End: 17}}}, "Why *one*?\n<Größe> & more")
	say(event.Event{ID: "doc:2", Type: event.DocPublished, Actor: theSite, Revision: now.Revision, Kept: event.HashOf(now)}, "")
	say(event.Event{ID: "t-2", Type: event.ThreadOpened, Actor: ben, Revision: now.Revision, Intent: event.Question,
		Anchor: &anchor.Anchor{Canon: 2, Revision: now.Revision, Block: &now.Blocks[1], Also: []anchor.Part{{Block: &now.Blocks[0]}}}, Suggest: &event.Suggest{Old: "one", New: "two"}}, "And two?")
	say(event.Event{ID: "c-1", Type: event.CommentAdded, Actor: ben, Thread: "t-1"}, "A secret.")
	lines[4].Text, lines[4].Salt = nil, "" // by the next event
	say(event.Event{ID: "redact::c-1", Type: event.CommentRedacted, Actor: ada, Thread: "t-1", Comment: "c-1"}, "")
	say(event.Event{ID: "edit::t-2", Type: event.CommentEdited, Actor: ben, Thread: "t-2", Comment: "t-2", Saw: lines[3].ID()}, "And three?")
	say(event.Event{ID: "resolve::t-2", Type: event.ThreadResolved, Actor: ada, Thread: "t-2", Kind: event.Answered}, "One is enough.")
	say(event.Event{ID: "verdict::1", Type: event.ReviewSubmitted, Actor: ada, Revision: now.Revision, Verdict: event.RequestChanges}, "Not yet.")
	return lines
}

// TestFormats: a review that lies in a repository is read by every later version, without
// a problem, and the same events are exported into the same files with the same bytes, the
// annotations too, which other programs read. The summary is for people, and may change.
func TestFormats(t *testing.T) {
	folder := subject.FolderOf(released.Name)
	files, err := repo.Files(said(), released, store.HoldRevisions(releasedTexts))
	if err != nil {
		t.Fatal(err)
	}
	delete(files, repo.SummaryFile)
	today := make(map[string][]byte)
	for name, data := range files {
		today[path.Join(folder, name)] = data
	}
	root := filepath.Join("testdata", "formats", "reviews")
	var names []string
	err = filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(file), "testdata/formats/reviews/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range today {
		if !slices.Contains(names, name) {
			t.Errorf("%s is exported today, and was not. %s", name, formattest.Frozen)
		}
	}
	for _, name := range names {
		formattest.Hold(t, path.Join("reviews", name), strings.TrimSuffix(string(today[name]), "\n"), asText, asBytes)
	}
	readsAs(t, "reviews", said())
}

// TestFormats_oneFile: a review of before each event had a file of its own is read as the
// same events. Nothing writes it any more.
func TestFormats_oneFile(t *testing.T) {
	lines := said()
	for i := range lines {
		lines[i].Signature = "" // there were none
	}
	readsAs(t, "reviews-in-one-file", lines)
}

// TestFormats_ignore: git is told of the derived files as it was, so that an export finds
// nothing to change.
func TestFormats_ignore(t *testing.T) {
	formattest.Hold(t, "ignore.txt", strings.TrimSuffix(repo.IgnoreText, "\n"), asText, asBytes)
}

func asText(data []byte) (string, error) { return string(data), nil }

func asBytes(text string) []byte { return []byte(text) }

func readsAs(t *testing.T, folder string, want []entry.Line) {
	t.Helper()
	pages, problems := repo.Read(os.DirFS(filepath.Join("testdata", "formats")), folder)
	if len(problems) > 0 || len(pages) != 1 {
		t.Fatalf("%s is not read as it was: %d pages, %+v. %s", folder, len(pages), problems, formattest.Frozen)
	}
	if diff := cmp.Diff(want, pages[0].Lines); diff != "" {
		t.Errorf("%s is not read as it was (-want +got):\n%s\n%s", folder, diff, formattest.Frozen)
	}
	if diff := cmp.Diff(releasedTexts, pages[0].Docs); diff != "" {
		t.Errorf("the texts in %s are not read as they were (-want +got):\n%s\n%s", folder, diff, formattest.Frozen)
	}
}
