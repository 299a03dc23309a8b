package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mailed(id, answers, subject, body string) string {
	text := "From: =?utf-8?q?Andr=C3=A9?= <andre@example.org>\nDate: Fri, 27 Nov 2026 10:00:00 +0000\nSubject: " + subject + "\nMessage-ID: <" + id + "@example.org>\n"
	if answers != "" {
		text += "In-Reply-To: <" + answers + "@example.org>\n"
	}
	return text + "\n" + body
}

func eventsIn(t *testing.T, dir string) (all string, n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "adr/reviews/*/events/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all += string(data)
	}
	return all, len(files)
}

// TestReview_import_mail: a passage that is quoted in a mail gets the comment below
// it, from a name that nobody has proved; read again it is there once.
func TestReview_import_mail(t *testing.T) {
	dir := reviewedSite(t)
	box := "From a Fri Nov 27 10:00:00 2026\n" + mailed("1", "", "Re: [adr/0001-use-a-log] Use a log", "> We keep one log\n> per shard.\n\nWhy not two?\n\n> no such words\n\nLost.\n") +
		"\nFrom a Fri Nov 27 10:00:00 2026\n" + mailed("2", "1", "Re: Re: something", "> Why not two?\n\nBecause two have no order.\n") +
		"\nFrom a Fri Nov 27 10:00:00 2026\n" + mailed("3", "", "trimming", "> We trim them.\n\nWhen?\n") +
		"\nFrom a Fri Nov 27 10:00:00 2026\n" + mailed("4", "", "hello", "Which page?\n")
	code, out := say(t, box, "review", "import", "--mail", "-", "--dir", dir)
	if code != 1 || !strings.Contains(out, "3 comments added, 0 were there, 2 left out") {
		t.Fatalf("%d %s", code, out)
	}
	for _, want := range []string{"message 1, comment 2: what it quotes stands nowhere", "message 4: nobody can tell which page"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q: %s", want, out)
		}
	}
	all, n := eventsIn(t, dir)
	for _, want := range []string{`"André (by mail, unverified)"`, `"mail:andre@example.org"`, `"commenter"`, `"exact": "We keep one log per shard."`, `"comment.added"`, "Because two have no order.", `"exact": "We trim them."`} {
		if !strings.Contains(all, want) {
			t.Errorf("no event has %s", want)
		}
	}
	code, out = say(t, box, "review", "import", "--mail", "-", "--dir", dir)
	if _, again := eventsIn(t, dir); !strings.Contains(out, "0 comments added, 3 were there") || again != n {
		t.Errorf("again: %d %s, %d events and %d", code, out, n, again)
	}
	if code, out := say(t, "", "review", "verify", "--dir", dir); code != 0 {
		t.Errorf("verify: %d %s", code, out)
	}
	// A page that is named holds, whatever the mail says of itself.
	if code, out := say(t, mailed("5", "", "hello", "Which page?\n"), "review", "import", "--mail", "-", "--page", "adr/0002-trim-it", "--dir", dir); code != 0 {
		t.Errorf("--page: %d %s", code, out)
	}
}

// TestReview_import_json reads the shape that --help describes, and nothing else.
func TestReview_import_json(t *testing.T) {
	dir := reviewedSite(t)
	const good = `{"page":"adr/0001-use-a-log","quote":"one log per shard","body":"Why?","author":"Ada","id":"17","intent":"question","time":"2026-11-27T10:00:00Z"}
{"page":"adr/0001-use-a-log","reply_to":"17","body":"Keys move.","author":"Ben"}
{"page":"adr/0001-use-a-log","quote":"We","body":"Which?","author":"Ben"}
{"page":"adr/0009","body":"Where?","author":"Ben"}
{"page":"adr/0001-use-a-log","reply_to":"99","body":"To whom?","author":"Ben"}`
	file := filepath.Join(t.TempDir(), "comments.json")
	for _, text := range []string{good, "[" + strings.ReplaceAll(good, "\n", ",") + "]"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		code, out := say(t, "", "review", "import", "--json", file, "--dir", dir)
		if code != 1 || !strings.Contains(out, "3 left out") {
			t.Fatalf("%d %s", code, out)
		}
		for _, want := range []string{"comment 3: what it quotes stands in 2 places", `comment 4: there is no page "adr/0009"`, `comment 5: there is no comment "99"`} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not say %q: %s", want, out)
			}
		}
	}
	all, n := eventsIn(t, dir)
	if n != 3 || !strings.Contains(all, `"Ada (imported, unverified)"`) || !strings.Contains(all, `"question"`) || !strings.Contains(all, "2026-11-27T10:00:00Z") {
		t.Errorf("%d events: %s", n, all)
	}
	for _, tt := range []struct{ text, why string }{
		{`{"page":"x","body":"y","author":"z","verdict":"approve"}`, `unknown field "verdict"`},
		{`{"page":"x","body":"y"}`, "comment 1: author is missing"},
		{`{"page":"x","body":" ","author":"z"}`, "body is missing"},
		{`[{"page":"x","body":"y","author":"z"}`, "end is missing"},
		{`[{"page":"x","body":"y","author":"z"}] more`, "follows"},
		{"{\"page\":\"x\",\"body\":\"\xff\",\"author\":\"z\"}", "UTF-8"},
		{`[]`, "no comments"},
		{``, "no comments"},
	} {
		code, out := say(t, tt.text, "review", "import", "--json", "-", "--dir", dir)
		if _, again := eventsIn(t, dir); code != 1 || !strings.Contains(out, tt.why) || again != n {
			t.Errorf("%s: %d %s", tt.text, code, out)
		}
	}
}

// TestReview_import_usage: flags that cannot be meant together.
func TestReview_import_usage(t *testing.T) {
	dir := reviewedSite(t)
	for _, args := range [][]string{{"--mail", "a", "--json", "b"}, {"--page", "adr/0001-use-a-log"}, {"--mail", "-", "--page", "adr/0009"}} {
		if code, out := say(t, "x", append([]string{"review", "import", "--dir", dir}, args...)...); code != 2 {
			t.Errorf("%q: %d %s", args, code, out)
		}
	}
	if code, _ := say(t, "", "review", "import", "--mail", filepath.Join(dir, "none"), "--dir", dir); code != 1 {
		t.Errorf("a file that is not there: %d", code)
	}
}
