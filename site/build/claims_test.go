package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/git/gittest"
)

const claiming = `-- lockstep.yaml --
title: Example
content: [content]
model: [content/model]
evidence: [content/evidence]
claims:
  allow: content/claims.yaml
  numbers: {in: [README.md, content/index.md, content/b.md]}
  waiting: {in: [notes], phrases: [not yet]}
  words:
    - {evidence: run, word: frozen, field: failures.pause}
  evidence: {run: [code]}
strict: true
-- content/claims.yaml --
- {file: README.md, text: at most 9 s, reason: a limit, code: set.Limit}
- {file: content/b.md, text: 99 %, reason: a promise}
-- content/model/m.yaml --
inputs:
  part: {what: a part, unit: ms, value: 21, low: 20, high: 22, provenance: assumed, note: a guess}
formulas:
  all: {what: all of it, unit: ms, formula: part * 2}
-- content/evidence/run.json --
{"experiment": "run", "commit": "COMMIT", "machine": "m", "seed": 1, "date": "2026-11-26", "failures": {"pause": 0}, "took_ms": 143}
-- content/index.md --
# Home

It took [143 ms](evidence:run#took_ms) of [21 ms](model:part). SLO-1 says 99 %.
-- README.md --
# Example

It took [143 ms](content/evidence/run.json#took_ms), of [21 ms](content/model/m.yaml#part); at most 9 s.
See [a line](content/model/m.yaml#L1), recorded at [` + "COMMIT" + `](content/evidence/run.json#commit).
-- notes/a.md --
# A

Nothing waits.
-- content/b.md --
# Objectives

| Id | What |
|---|---|
| SLO-1 | 99 % |
-- set/limits.go --
package set

import "time"

const Limit = 9 * time.Second
-- code/a.go --
package a
-- code/a_test.go --
package a
-- other/b.go --
package b
`

// edit replaces a text in a file of the tree.
func edit(t *testing.T, dir, file, old, new string) {
	t.Helper()
	name := filepath.Join(dir, filepath.FromSlash(file))
	data, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// recordedAt makes a repository whose evidence names its first commit.
func recordedAt(t *testing.T) (dir string, git func(args ...string)) {
	t.Helper()
	dir = tree(t, claiming)
	r := gittest.New(t, dir)
	git = func(args ...string) { t.Helper(); r.Git("2024-02-01T10:00:00Z", args...) }
	out, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	commit := strings.TrimSpace(string(out))
	edit(t, dir, "content/evidence/run.json", "COMMIT", commit)
	edit(t, dir, "README.md", "COMMIT", commit[:7])
	return dir, git
}

// TestClaims plants one fault at a time, in texts that are pages and in those that
// are not.
func TestClaims(t *testing.T) {
	dir, _ := recordedAt(t)
	if found := load(t, dir).Findings; len(found) > 0 {
		t.Fatalf("a sound tree: %v", found)
	}
	for _, tt := range []struct{ file, old, new, want string }{
		{"README.md", "[143 ms]", "[134 ms]", `README.md:3: the text says "134 ms" and evidence:run#took_ms is "143 ms" [wrong-number]`},
		{"README.md", "[21 ms]", "[12 ms]", `README.md:3: the text says "12 ms" and model:part is "21 ms" [wrong-number]`},
		{"README.md", "#took_ms", "#tok_ms", `README.md:3: there is no value evidence:run#tok_ms [unknown-number]`},
		{"README.md", "See ", "In 5 min see ", `README.md:4: the number "5 min" has no ground [bare-number]`},
		{"README.md", "at most 9 s", "at most 8 s", `README.md:3: the number "8 s" has no ground [bare-number]`},
		{"set/limits.go", "9 * time", "8 * time", `README.md:3: the text says "9 s", and set.Limit is 8 s (set/limits.go:5) [wrong-constant]`},
		{"set/limits.go", "Limit", "Most", `content/claims.yaml:1: set has no constant Limit [constant]`},
		{"content/b.md", "99 %", "98 %", `content/b.md:5: the number "98 %" has no ground [bare-number]`},
		{"content/b.md", "99 %", "98 %", `content/index.md:3: the number "99 %" has no ground [bare-number]`},
		{"content/index.md", "It took", "For 98 % (SLO-1), it took", `content/index.md:3: the number "98 %" has no ground [bare-number]`},
		{"content/index.md", "It took", "In 5 min, it took", `content/index.md:3: the number "5 min" has no ground [bare-number]`},
		{"content/index.md", "It took", "Frozen, it took", `content/index.md:3: "Frozen" stands beside evidence:run, whose failures.pause is 0 [denied-word]`},
		{"notes/a.md", "Nothing waits", "Not yet", `notes/a.md:3: "Not yet" puts something off and names no entry [waiting-phrase]`},
		{"lockstep.yaml", "phrases", "prases", `lockstep.yaml:8: the key "prases" has no meaning here [unknown-config]`},
		{"lockstep.yaml", "[notes]", "[nots]", `lockstep.yaml: claims names "nots", which does not exist [config]`},
		{"lockstep.yaml", "{run: [code]}", "{ran: [code]}", `lockstep.yaml: claims: evidence names the run "ran", which does not exist [config]`},
		{"lockstep.yaml", "word: frozen", "word: (", `lockstep.yaml: the word "(" is no regular expression`},
		{"lockstep.yaml", "[code]", "[cod]", `content/evidence/run.json: the evidence judges "cod", which does not exist [aged-evidence]`},
	} {
		edit(t, dir, tt.file, tt.old, tt.new)
		var all []string
		for _, f := range load(t, dir).Findings {
			if f.Mend == "" {
				t.Errorf("no mend: %v", f)
			}
			all = append(all, f.String())
		}
		if !strings.Contains(strings.Join(all, "\n"), tt.want) {
			t.Errorf("%s, %q for %q:\n%s\nwant %s", tt.file, tt.new, tt.old, strings.Join(all, "\n"), tt.want)
		}
		edit(t, dir, tt.file, tt.new, tt.old)
	}
}

// TestClaims_refresh: a constant that changes is compared at once, with the rest of the
// code unread.
func TestClaims_refresh(t *testing.T) {
	dir, _ := recordedAt(t)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	if !b.Concerns("set/limits.go") || b.Concerns("set/others.go") {
		t.Error("the file of the constant, and only that, concerns the site")
	}
	edit(t, dir, "set/limits.go", "9 * time", "8 * time")
	now := b.refresh([]string{"set/limits.go"})
	if now == nil || !slices.ContainsFunc(now.Findings, func(f site.Finding) bool { return f.Rule == "wrong-constant" }) {
		t.Errorf("after an edit of the constant: %v", now)
	}
}

// TestClaims_fix writes values into texts that are no pages, too.
func TestClaims_fix(t *testing.T) {
	dir, _ := recordedAt(t)
	sound, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "README.md", "[143 ms]", "[134 ms]")
	edit(t, dir, "README.md", "[21 ms]", "[2 ms]")
	if n, err := load(t, dir).FixNumbers(); n != 2 || err != nil {
		t.Errorf("%d rewritten, %v", n, err)
	}
	fixed, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if diff := cmp.Diff(string(sound), string(fixed)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestAge: evidence is aged as soon as the code that it judges has changed, and
// not by what else changes.
func TestAge(t *testing.T) {
	dir, git := recordedAt(t)
	aged := func(dir string) (texts []string) {
		tree := load(t, dir)
		for _, f := range tree.Findings {
			if f.Rule != "aged-evidence" || f.Severity != site.Warning || f.File != "content/evidence/run.json" || f.Mend == "" {
				t.Errorf("%+v", f)
			}
			texts = append(texts, f.Message)
		}
		for path, mark := range map[string]string{"/model/": "<mark>aged", "/model/evidence/run/": `class="aged"`} {
			if page := string(tree.ByPath(path).Body); strings.Contains(page, mark) != (len(texts) > 0) {
				t.Errorf("%s says another thing than %q:\n%s", path, texts, page)
			}
		}
		return append(texts, tree.Notes()...)
	}
	commit := func(file, text string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git("add", ".")
		git("commit", "-qm", "change "+file)
	}
	say := func(want string) {
		t.Helper()
		switch got := aged(dir); {
		case want == "" && len(got) > 0:
			t.Errorf("aged: %q", got)
		case want != "" && (len(got) != 1 || !strings.Contains(got[0], want)):
			t.Errorf("got %q, want %q", got, want)
		}
	}
	say("")
	commit("other/b.go", "package b // changed\n")
	commit("code/a_test.go", "package a // changed\n")
	commit("code/a.go", "// Package a does nothing.\npackage a\n\n//\n")
	say("")
	edit(t, dir, "code/a.go", "\npackage a", "\npackage aa")
	say("code/a.go has changed") // by what is not committed, too
	commit("code/a.go", "package aaa\n")
	say("code/a.go has changed")
	for _, more := range []string{"b", "c", "d"} {
		commit("code/"+more+".go", "package a\n")
	}
	say("4 files of the code that it judges have changed, among them code/a.go, code/b.go, code/c.go")

	shallow := filepath.Join(t.TempDir(), "shallow")
	git("clone", "-q", "--depth", "1", "file://"+dir, shallow)
	if got := aged(shallow); len(got) != 1 || !strings.Contains(got[0], "this clone is shallow") {
		t.Errorf("a shallow clone: %q", got)
	}

	// What the run says itself counts more than what the configuration says.
	edit(t, dir, "content/evidence/run.json", `"seed": 1`, `"seed": 1, "judges": ["other"], "command": "make again"`)
	say("other/b.go has changed")
	tree := load(t, dir)
	if mend := tree.Findings[0].Mend; !strings.Contains(mend, "make again") {
		t.Errorf("the mend is %q", mend)
	}

	text, err := os.ReadFile(filepath.Join(dir, "content/evidence/run.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `"commit": "`)
	recorded := rest[:40]
	git("checkout", "-q", "--orphan", "elsewhere")
	git("commit", "-qm", "another beginning")
	say("does not lead to the one that is checked out")
	edit(t, dir, "content/evidence/run.json", recorded, strings.Repeat("0", 40))
	edit(t, dir, "README.md", recorded[:7], "0000000")
	say("is not in this repository")
	edit(t, dir, "content/evidence/run.json", strings.Repeat("0", 40), "--output=x")
	edit(t, dir, "README.md", "0000000", "--output=x")
	say(`"--output=x" is no commit`)

	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	say("there is no Git history")
}
