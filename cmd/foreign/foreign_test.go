package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site"
)

// TestTable: the table in CONTRIBUTING.md is the one that was recorded, and the
// judgements beside it are about what was recorded.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("../../" + contributing)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	if data, err := os.ReadFile("recorded.json"); err != nil || json.Unmarshal(data, &rows) != nil {
		t.Fatal(err)
	}
	if want, err := replaceTable(string(text), table(rows)); err != nil || want != string(text) {
		t.Errorf("the table is not the one of recorded.json (%v): run go run ./cmd/foreign --write FOLDER", err)
	}
	judged, err := readJudgements("judgements.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, r := range rows {
		names[r.Repository] = true
		if lost := 0; r.Findings != r.Right+r.Wrong || r.Files-r.Pages != sum(r.NotRead, &lost) {
			t.Errorf("%s: %d findings, %d and %d judged; %d files, %d pages, %d with a reason", r.Repository, r.Findings, r.Right, r.Wrong, r.Files, r.Pages, lost)
		}
	}
	for _, j := range judged {
		if !names[j.Repository] {
			t.Errorf("%s was judged and not recorded", j.Repository)
		}
	}
	if len(rows) < 8 {
		t.Errorf("%d repositories", len(rows))
	}
}

func sum(counts map[string]int, to *int) int {
	for _, n := range counts {
		*to += n
	}
	return *to
}

// TestJudge: a finding that nobody judged is an error, and so is a judgement about
// nothing; the first that is about a finding counts.
func TestJudge(t *testing.T) {
	judged := []judgement{
		{Repository: "o/r", Rule: "a", Path: "docs/", Says: "x", Verdict: "wrong", Because: "1"},
		{Repository: "o/r", Rule: "a", Path: "docs/b.md", Verdict: "right", Because: "2"},
		{Repository: "o/other", Rule: "z", Verdict: "right", Because: "3"},
	}
	findings := []site.Finding{{File: "docs/b.md", Rule: "a", Message: "x"}, {File: "docs/b.md", Rule: "a", Message: "y"}, {File: "docs/c.md", Rule: "a", Message: "x"}}
	r := row{Repository: "o/r"}
	if err := r.judge(findings, judged, false, io.Discard); err != nil || r.Right != 1 || r.Wrong != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	r = row{Repository: "o/r"}
	if err := r.judge(append(findings[:1:1], site.Finding{File: "docsb.md", Rule: "a", Message: "x"}), judged, false, io.Discard); err == nil ||
		!strings.Contains(err.Error(), "nobody has judged this: docsb.md") || !strings.Contains(err.Error(), "about no finding: a docs/b.md") {
		t.Errorf("%v", err)
	}
	broken := filepath.Join(t.TempDir(), "j.yaml")
	if err := os.WriteFile(broken, []byte("- {repository: o/r, rule: a, verdict: perhaps, because: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readJudgements(broken); err == nil || !strings.Contains(err.Error(), "right or wrong") {
		t.Errorf("%v", err)
	}
}

// TestMeasure: a clone is built from its head, whatever else lies in it, and a Markdown
// file that git knows and the account does not is an error, as is a program that fails.
func TestMeasure(t *testing.T) {
	clone, temp := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"README.md": "# Home\n", "docs/a.md": "# A\n", "docs/b.txt": "b"} {
		path := filepath.Join(clone, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x"}, {"remote", "add", "origin", "git@example.org:owner/name.git"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = clone
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, said)
		}
	}
	if err := os.WriteFile(filepath.Join(clone, "draft.md"), []byte("# Not committed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	program := func(script string) string {
		name := filepath.Join(t.TempDir(), "lockstep")
		if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
		return name
	}
	whole := program(`test -e "$4/draft.md" && exit 3; echo '{"findings":[{"file":"a","rule":"r","message":"m"}],"account":{"markdown":2,"pages":1,"files":[{"file":"README.md","page":"/"},{"file":"docs/a.md","reason":"a template"}]}}'; exit 1`)
	r, findings, err := measure(t.Context(), whole, clone, temp)
	if err != nil || r.Repository != "owner/name" || r.Files != 2 || r.Pages != 1 || r.NotRead["a template"] != 1 || len(findings) != 1 || r.Memory == 0 || len(r.Commit) < 10 {
		t.Errorf("%+v, %v, %v", r, findings, err)
	}
	lossy := program(`echo '{"account":{"markdown":1,"pages":1,"files":[{"file":"README.md","page":"/"}]}}'`)
	if _, _, err := measure(t.Context(), lossy, clone, temp); err == nil || !strings.Contains(err.Error(), "nothing is said of docs/a.md") {
		t.Errorf("%v", err)
	}
	for _, script := range []string{"echo panic >&2; exit 2", "exit 0"} {
		if _, _, err := measure(t.Context(), program(script), clone, temp); err == nil {
			t.Errorf("%q: no error", script)
		}
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestParse: what is wrong with the arguments is said.
func TestParse(t *testing.T) {
	for _, args := range [][]string{{}, {"a", "b"}, {"--nothing", "a"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q are taken", args)
		}
	}
	if o, err := parse([]string{"--write", "--lockstep", "x", "f"}, io.Discard); err != nil || o.clones != "f" || !o.write || o.lockstep != "x" {
		t.Errorf("%+v, %v", o, err)
	}
}
