package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site"
)

// TestCheck_baseline: a team begins clean and fails only on what is new.
func TestCheck_baseline(t *testing.T) {
	dir := repository(t, "README.md", "# Home\n\nSee [x](x.md).\n", "docs/a.rst", "A\n")
	if code, out, _ := lockstep(t, "check", "--dir", dir); code != exitFailure || !strings.HasSuffix(out, "1 problem\n1 Markdown file: 1 page; texts that are not Markdown: 1 .rst\n") {
		t.Fatalf("at first: %d, %s", code, out)
	}
	code, out, stderr := lockstep(t, "check", "--dir", dir, "--write-baseline")
	if code != 0 || out != "1 problems are known now: lockstep-baseline.json\n" {
		t.Fatalf("%d, %s%s", code, out, stderr)
	}
	for _, verb := range []string{"check", "build"} {
		if code, _, stderr := lockstep(t, verb, "--dir", dir); code != 0 || !strings.Contains(stderr, "1 known problems are in lockstep-baseline.json") {
			t.Errorf("%s with a baseline: %d, %s", verb, code, stderr)
		}
	}
	put(t, filepath.Join(dir, "README.md"), "# Home\n\nMore.\n\nSee [x](x.md) and [y](y.md).\n")
	if code, out, _ := lockstep(t, "check", "--dir", dir); code != exitFailure || strings.Contains(out, "x.md does") || !strings.Contains(out, "README.md:5: the link to y.md does not exist") {
		t.Errorf("what is new: %d, %s", code, out)
	}
	put(t, filepath.Join(dir, "lockstep.yaml"), "rules: {dead-link: off}\n")
	if code, out, stderr := lockstep(t, "check", "--dir", dir); code != 0 || !strings.Contains(stderr, "lockstep.yaml: the rule dead-link is off: 2 findings are not shown") {
		t.Errorf("a rule that is off: %d, %s%s", code, out, stderr)
	}
}

// TestBuild_json says in data what it says in words.
func TestBuild_json(t *testing.T) {
	dir := repository(t, "README.md", "# Home\n\nSee [x](x.md).\n", "docs/a.rst", "A\n")
	code, out, stderr := lockstep(t, "build", "--dir", dir, "--json")
	var report struct {
		Pages    int
		Findings []site.Finding
		Account  site.Account
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitFailure || report.Pages != 1 || len(report.Findings) != 1 ||
		len(report.Account.Files) != 2 || report.Account.Files[1].Reason == "" || report.Account.Others[".rst"] != 1 {
		t.Errorf("%d, %v, %s, %s", code, err, out, stderr)
	}
}

// TestNewADR_no_letters: a title without letters has a name all the same, and a
// second one is known by it.
func TestNewADR_no_letters(t *testing.T) {
	dir := repository(t, "README.md", "# Home\n")
	code, out, stderr := lockstep(t, "new", "adr", "🚀", "--dir", dir)
	if name := "0001-u1f680.md"; code != 0 || !strings.HasSuffix(out, "adr/"+name+"\n") || !strings.Contains(get(t, dir, "adr", name), "# 🚀\n") {
		t.Errorf("%d, %s%s", code, out, stderr)
	}
	if code, _, _ := lockstep(t, "new", "adr", "🎉", "--dir", dir); code != 0 {
		t.Error("another title is taken for the same")
	}
	if code, _, stderr := lockstep(t, "new", "adr", "🚀", "--dir", dir); code == 0 || !strings.Contains(stderr, "there is a decision with that title already") {
		t.Errorf("the same again: %d, %s", code, stderr)
	}
	if code, _, _ := lockstep(t, "new", "adr", " … ", "--dir", dir); code != exitUsage {
		t.Errorf("no title: %d", code)
	}
}
