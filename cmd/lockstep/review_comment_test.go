package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// say runs the program and gives what it says.
func say(t *testing.T, stdin string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &out, &out)
	return code, out.String()
}

const logPage = "adr/0001-use-a-log"

// TestReview_comment: without a browser people comment, answer, resolve and decide;
// what they say lands in the files where there is no log, and is shown.
func TestReview_comment(t *testing.T) {
	dir := reviewedSite(t)
	comment := func(stdin string, args ...string) string {
		t.Helper()
		code, out := say(t, stdin, append([]string{"review", "comment", logPage, "--dir", dir}, args...)...)
		if code != 0 {
			t.Fatalf("%q: %d %s", args, code, out)
		}
		return out
	}
	out := comment("", "--quote", "one log per **shard**", "--body", "Why not two?", "--intent", "blocking")
	id := regexp.MustCompile(`thread (\S+), as Ada`).FindStringSubmatch(out)
	if id == nil || !strings.Contains(out, "adr/reviews/0001-use-a-log: ") {
		t.Fatalf("it said %q", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "var")); err == nil {
		t.Error("a comment made a data folder")
	}
	comment("From standard input.\n", "--reply", id[1][:8])
	comment("", "--resolve", id[1][:8], "--kind", "declined", "--body", "Out of scope.")
	if out := comment("", "--verdict", "approve"); !strings.Contains(out, "verdict approve") || !strings.Contains(out, "nobody signed it") {
		t.Errorf("the verdict said %q", out)
	}
	comment("About all of it.")
	code, listed := say(t, "", "review", "verify", "--dir", dir)
	if code != 0 || !strings.Contains(listed, "approve by Ada") || !strings.Contains(listed, "#6 ") {
		t.Errorf("verify: %d %s", code, listed)
	}
	events, err := filepath.Glob(filepath.Join(dir, "adr/reviews/0001-use-a-log/events/*.json"))
	if err != nil || len(events) != 6 {
		t.Errorf("there are %d events, %v", len(events), err)
	}
	var all strings.Builder
	for _, file := range events {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, want := range []string{`"exact": "one log per shard"`, "From standard input.", "Out of scope.", `"declined"`, "About all of it."} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no event says %s", want)
		}
	}
}

// TestReview_comment_signed: a verdict is signed with the key with which git signs.
func TestReview_comment_signed(t *testing.T) {
	dir := reviewedSite(t)
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Skipf("ssh-keygen: %v %s", err, out)
	}
	gitIn(t, dir, "config", "gpg.format", "ssh")
	gitIn(t, dir, "config", "user.signingkey", key)
	if code, out := say(t, "", "review", "comment", logPage, "--dir", dir, "--verdict", "approve"); code != 0 || strings.Contains(out, "nobody signed") {
		t.Fatalf("%d %s", code, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "adr/reviews/allowed_signers"), []byte("ada@example.org "+string(public)), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := say(t, "", "review", "verify", "--dir", dir); code != 0 || !strings.Contains(out, "signed by ada@example.org") {
		t.Errorf("verify: %d %s", code, out)
	}
	if code, out := say(t, "", "review", "check", "--dir", dir); code != 0 {
		t.Errorf("check: %d %s", code, out)
	}
}

// TestReview_comment_refused: what cannot be meant is a usage error and writes
// nothing; a quote that stands in several places is answered with all of them.
func TestReview_comment_refused(t *testing.T) {
	dir := reviewedSite(t)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{}, []string{"name one page"}},
		{[]string{logPage, "x"}, []string{"name one page"}},
		{[]string{"adr/0009"}, []string{"there is no page"}},
		{[]string{logPage, "--quote", "We", "--body", "x"}, []string{"stands in 2 places", "  1  adr/0001-use-a-log.md:10  Context: …«We» need one order", "  2  adr/0001-use-a-log.md:14  Decision: …«We» keep", "--at 1"}},
		{[]string{logPage, "--quote", "We", "--at", "3", "--body", "x"}, []string{"2 places"}},
		{[]string{logPage, "--quote", "no such words", "--body", "x"}, []string{"stands nowhere"}},
		{[]string{logPage, "--quote", "", "--body", "x"}, []string{"--quote is empty"}},
		{[]string{logPage, "--at", "1", "--body", "x"}, []string{"--at is the number"}},
		{[]string{logPage, "--reply", "nothere", "--body", "x"}, []string{"no thread or comment"}},
		{[]string{logPage, "--reply", "a", "--resolve", "b"}, []string{"name one"}},
		{[]string{logPage, "--verdict", "veto"}, []string{"approve, request-changes and comment"}},
		{[]string{logPage, "--intent", "rant", "--body", "x"}, []string{"--intent"}},
		{[]string{logPage, "--resolve", "abcd", "--kind", "won"}, []string{"--kind"}},
		{[]string{logPage, "--frob"}, []string{"no flag --frob"}},
		{[]string{logPage}, []string{"nothing to say"}},
	} {
		args := append([]string{"review", "comment"}, tt.args...)
		code, out := say(t, "", append(args, "--dir", dir)...)
		if code != 2 {
			t.Errorf("%q: exit %d, want 2: %s", tt.args, code, out)
		}
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%q does not say %q: %s", tt.args, want, out)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "adr/reviews")); err == nil {
		t.Error("what was refused wrote something")
	}
	if code, out := say(t, "", "review", "comment", logPage, "--dir", dir, "--quote", "We", "--at", "2", "--body", "This one."); code != 0 {
		t.Errorf("--at 2: %d %s", code, out)
	}
}

// TestWritten: the editor gets what the comment is about, and what stands below the
// line is not sent.
func TestWritten(t *testing.T) {
	script := filepath.Join(t.TempDir(), "editor.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncp \"$2\" \"$1\"\n{ echo Typed.; cat \"$1\"; } > \"$1.new\" && mv \"$1.new\" \"$2\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "sh "+script+" "+seen)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	text, err := written(t.Context(), null, logPage, "one log")
	if err != nil || strings.TrimSpace(text) != "Typed." {
		t.Errorf("it sends %q, %v", text, err)
	}
	if shown, err := os.ReadFile(seen); err != nil || !strings.Contains(string(shown), "about "+logPage+"\none log") {
		t.Errorf("the editor was shown %q, %v", shown, err)
	}
	for editor, want := range map[string]string{"true": "nothing was written", "false": "nothing was sent", "": "names an editor"} {
		t.Setenv("EDITOR", editor)
		if _, err := written(t.Context(), null, logPage, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("EDITOR=%q: %v", editor, err)
		}
	}
}
