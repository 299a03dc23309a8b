package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockstep/site"
)

// lockstep runs the program as a shell would.
func lockstep(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// repository writes files into a folder, given as name and text in turns.
func repository(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		put(t, filepath.Join(dir, filepath.FromSlash(files[i])), files[i+1])
	}
	return dir
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, elements ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestInit: what init writes is a sound site, in an empty folder and in a
// repository that has texts already.
func TestInit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		dir   string
		files string // that the site must have, in lockstep.yaml or as files
	}{
		{"a new folder", filepath.Join(t.TempDir(), "my: design"), `title: "my: design"`},
		{"adr-tools", repository(t, "README.md", "# Tool\n", "doc/adr/0001-a.md", "# 1. A\n\nDate: 2020-01-01\n\n## Status\n\nAccepted\n"), `adr: ["doc/adr"]`},
		{"texts without decisions", repository(t, "docs/a.md", "# A\n"), `content: ["docs"]`},
		{"a page of that name", repository(t, "content/index.md", "# Mine\n"), `content: ["content"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, stderr := lockstep(t, "init", tt.dir)
			if code != 0 {
				t.Fatalf("init: %d, %s", code, stderr)
			}
			if config := get(t, tt.dir, "lockstep.yaml"); !strings.Contains(config, tt.files) {
				t.Errorf("lockstep.yaml lacks %q:\n%s", tt.files, config)
			}
			if !strings.Contains(out, "wrote  lockstep.yaml") {
				t.Errorf("init said %q", out)
			}
			if code, out, stderr := lockstep(t, "check", "--dir", tt.dir); code != 0 {
				t.Errorf("the new site is not sound: %s%s", out, stderr)
			}
			before := get(t, tt.dir, "lockstep.yaml")
			if code, out, _ := lockstep(t, "init", tt.dir); code != 0 || !strings.Contains(out, "nothing to do") || get(t, tt.dir, "lockstep.yaml") != before {
				t.Errorf("init again: %d, %q", code, out)
			}
		})
	}
	if got := get(t, repository(t, "content/index.md", "# Mine\n"), "content/index.md"); got != "# Mine\n" {
		t.Errorf("init changed a page: %q", got)
	}
}

// TestInitIgnore: git sees neither the site nor what a server keeps, and a .gitignore
// that is there stays as it is, with a word of what it lacks.
func TestInitIgnore(t *testing.T) {
	for own, says := range map[string]string{
		"":                                       "wrote  .gitignore\n",
		"/dist/\npublic\n":                       "kept   .gitignore\n       add to it: /.cache/ /var/\n",
		"*.log\r\n.cache\r\n/public\r\nvar/\r\n": "",
	} {
		dir := repository(t, "docs/a.md", "# A\n")
		if own != "" {
			put(t, filepath.Join(dir, ".gitignore"), own)
		}
		code, out, stderr := lockstep(t, "init", dir)
		if code != 0 || !strings.Contains(out, says) || (says == "" && strings.Contains(out, ".gitignore")) {
			t.Errorf("%q: init: %d, %s%s", own, code, out, stderr)
		}
		if own != "" {
			if got := get(t, dir, ".gitignore"); got != own {
				t.Errorf("%q has become %q", own, got)
			}
			continue
		}
		if code, out, stderr := lockstep(t, "build", "--dir", dir); code != 0 {
			t.Fatalf("build: %d, %s%s", code, out, stderr)
		}
		put(t, filepath.Join(dir, "var", "review", "log"), "kept\n")
		put(t, filepath.Join(dir, ".cache", "diagrams", "x"), "drawn\n")
		runGit(t, dir, "init", "-q")
		if seen := runGit(t, dir, "status", "--porcelain", "--untracked-files=all"); seen != "?? .gitignore\n?? adr/0001-record-decisions.md\n?? docs/a.md\n?? lockstep.yaml\n" {
			t.Errorf("git sees %s", seen)
		}
	}
}

// TestNewADR: the record follows those that are there, and is sound.
func TestNewADR(t *testing.T) {
	const nygard = "# 1. A\n\nDate: 2020-01-01\n\n## Status\n\nAccepted\n\n## Context\n\nText.\n\n## Decision\n\nText.\n\n## Consequences\n\nText.\n"
	const madr = "---\nstatus: accepted\n---\n# A\n\n## Context and Problem Statement\n\nText.\n"
	today := time.Now().Format(time.DateOnly)
	for _, tt := range []struct {
		name, dir, title, want, text string
	}{
		{"the first", repository(t), "Use one queue", "adr/0001-use-one-queue.md", "status: proposed"},
		{"the next in MADR", repository(t, "adr/0007-a.md", madr), "Use `bbolt` <fast>", "adr/0008-use-bbolt-fast.md", "# Use `bbolt` \\<fast>"},
		{"the next in Nygard", repository(t, "doc/adr/0009-a.md", nygard), "Ünïcode wins", "doc/adr/0010-ünïcode-wins.md", "# 10. Ünïcode wins"},
		{"as wide as the others", repository(t, "docs/adr/adr-099-a.md", madr), "B", "docs/adr/adr-100-b.md", "date: " + today},
		{"by date", repository(t, "adr/20240101-a.md", madr), "B", "adr/" + strings.ReplaceAll(today, "-", "") + "-b.md", "# B"},
		{"after number nought", repository(t, "docs/decisions/0000-use-madr.md", madr), "B", "docs/decisions/0001-b.md", "# B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, stderr := lockstep(t, "new", "adr", "--dir", tt.dir, tt.title)
			if want := filepath.Join(tt.dir, filepath.FromSlash(tt.want)) + "\n"; code != 0 || out != want {
				t.Fatalf("%d, wrote %q, want %q; %s", code, out, want, stderr)
			}
			if text := get(t, tt.dir, filepath.FromSlash(tt.want)); !strings.Contains(text, tt.text) {
				t.Errorf("the record lacks %q:\n%s", tt.text, text)
			}
			if code, out, stderr := lockstep(t, "check", "--dir", tt.dir); code != 0 {
				t.Errorf("the new record is not sound: %s%s", out, stderr)
			}
			if code, _, stderr := lockstep(t, "new", "adr", "--dir", tt.dir, strings.ToUpper(tt.title)); code == 0 || !strings.Contains(stderr, tt.want) {
				t.Errorf("the same title again: %d, %s", code, stderr)
			}
		})
	}
	for _, args := range [][]string{{"new"}, {"new", "adr"}, {"new", "adr", "???"}, {"new", "adr", "Two", "words"}, {"new", "page", "x"}} {
		if code, _, stderr := lockstep(t, args...); code != exitUsage || !strings.Contains(stderr, "try:") {
			t.Errorf("%q: %d, %s", args, code, stderr)
		}
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if code, _, _ := lockstep(t, "new", "adr", "--dir", missing, "X"); code != exitFailure {
		t.Errorf("a folder that does not exist: %d", code)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a mistyped folder was created")
	}
}

const model = "inputs:\n  part: {what: a part, value: 21, low: 20, high: 22, provenance: assumed, note: a guess}\nformulas:\n  cost: {what: the cost, formula: part * 2}\n"

func numbered(t *testing.T, text string) string {
	return repository(t, "lockstep.yaml", "strict: true\ntitle: T\ncontent: [content]\nmodel: [model]\n", "model/m.yaml", model, "content/index.md", text)
}

// TestCheck: findings name their place, and the answer is in the exit code.
func TestCheck(t *testing.T) {
	dir := numbered(t, "# T\n\nIt costs [42](model:cost).\n")
	code, out, _ := lockstep(t, "check", "--dir", dir)
	if code != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, "1 number") || !strings.HasSuffix(out, "\n1 Markdown file: 1 page\n") {
		t.Errorf("a sound tree: %d, %q", code, out)
	}
	put(t, filepath.Join(dir, "content/index.md"), "# T\n\nIt costs [41](model:cost).\n\nSee [x](x.md).\n")
	code, out, _ = lockstep(t, "check", "--dir", dir)
	if code != exitFailure {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"content/index.md:3: ", "[wrong-number]", "content/index.md:5: ", "[dead-link]", "mend: ", "2 problems\n1 Markdown file: 1 page\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %q:\n%s", want, out)
		}
	}
	code, out, _ = lockstep(t, "check", "--dir", dir, "--json")
	var report struct {
		Findings []site.Finding
		Account  site.Account
	}
	err := json.Unmarshal([]byte(out), &report)
	findings := report.Findings
	if err != nil || len(report.Account.Files) != 1 || report.Account.Files[0].Page != "/" || code != exitFailure || len(findings) != 2 || findings[0].Line != 3 || findings[0].Rule != "wrong-number" {
		t.Errorf("as JSON: %d, %v, %+v", code, err, findings)
	}
}

// TestCheck_fix writes the model's value where the text is known for sure, and
// touches nothing else.
func TestCheck_fix(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"two on a line", "# T\n\nIt costs [41](model:cost), or [40](model:cost)!\n", "# T\n\nIt costs [42](model:cost), or [42](model:cost)!\n"},
		{"after front matter", "---\ntitle: Ü\n---\n\n[41](model:cost)\n", "---\ntitle: Ü\n---\n\n[42](model:cost)\n"},
		{"in a table", "# T\n\n| a |\n|---|\n| [7](model:cost) |\n", "# T\n\n| a |\n|---|\n| [42](model:cost) |\n"},
		{"carriage returns", "# T\r\n\r\nText.\r\n\r\nIt costs [41](model:cost).\r\n", "# T\r\n\r\nText.\r\n\r\nIt costs [42](model:cost).\r\n"},
		{"right already", "# T\n\n[42](model:cost)\n", "# T\n\n[42](model:cost)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := numbered(t, tt.text)
			if code, out, stderr := lockstep(t, "check", "--dir", dir, "--fix"); code != 0 {
				t.Errorf("%d: %s%s", code, out, stderr)
			}
			if got := get(t, dir, "content/index.md"); got != tt.want {
				t.Errorf("the text is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestBuild: the tree is written as far as it goes, and what is wrong is said.
func TestBuild(t *testing.T) {
	dir := repository(t, "README.md", "# Home\n\nSee [x](x.md).\n", "docs/good.md", "# Good\n")
	code, out, stderr := lockstep(t, "build", "--dir", dir)
	if code != exitFailure || !strings.Contains(stderr, "README.md:3: ") || !strings.Contains(stderr, "1 problem") {
		t.Errorf("%d, %s", code, stderr)
	}
	if !regexp.MustCompile(`^2 pages, \d+ files, .* MB in .* → .*\n2 Markdown files: 2 pages\n$`).MatchString(out) {
		t.Errorf("build said %q", out)
	}
	if page := get(t, dir, "public", "good", "index.html"); !strings.Contains(page, ">Good</h1>") {
		t.Error("one bad document hides another")
	}
	put(t, filepath.Join(dir, "README.md"), "# Home\n")
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--base-url", "https://example.org/x"); code != 0 || strings.Contains(stderr, "problem") {
		t.Errorf("%d, %s", code, stderr)
	}
	// What was built before is no text, whatever its folder is called.
	for range 2 {
		code, out, _ := lockstep(t, "build", "--dir", dir, "--out", filepath.Join(dir, "website"))
		if code != 0 || !strings.Contains(out, "\n2 Markdown files: 2 pages\n") {
			t.Errorf("%d, build beside a built tree said %q", code, out)
		}
	}
	if sitemap := get(t, dir, "public", "sitemap.xml"); !strings.Contains(sitemap, "<loc>https://example.org/x/good/</loc>") {
		t.Errorf("sitemap %s", sitemap)
	}
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", filepath.Join(dir, "docs")); code == 0 || !strings.Contains(stderr, "not written by lockstep") {
		t.Errorf("over the sources: %d, %s", code, stderr)
	}
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--base-url", "example.org"); code == 0 || !strings.Contains(stderr, "https://") {
		t.Errorf("a base URL without scheme: %d, %s", code, stderr)
	}
	if code, _, stderr := lockstep(t, "build", "--dir", t.TempDir()); code == 0 || !strings.Contains(stderr, "no Markdown") {
		t.Errorf("nothing to build: %d, %s", code, stderr)
	}
}

// TestServe_taken_port: the commonest mistake has a way out.
func TestServe_taken_port(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dir := repository(t, "README.md", "# Home\n")
	code, _, stderr := lockstep(t, "serve", "--dir", dir, "--addr", listener.Addr().String())
	if code == 0 || !strings.Contains(stderr, "taken") || !strings.Contains(stderr, "--addr 127.0.0.1:0") {
		t.Errorf("%d, %s", code, stderr)
	}
	if code, _, stderr := lockstep(t, "serve", "--dir", dir, "--addr", "8080"); code != exitUsage {
		t.Errorf("an address without host: %d, %s", code, stderr)
	}
}

// TestHelp: each verb shows how it is used.
func TestHelp(t *testing.T) {
	for _, verb := range []string{"build", "check", "serve", "init", "new adr"} {
		code, out, _ := lockstep(t, append(strings.Fields(verb), "--help")...)
		if code != 0 || !strings.Contains(out, "Examples:\n  lockstep "+verb) {
			t.Errorf("%s --help: %d\n%s", verb, code, out)
		}
	}
}
