package build

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fates is the account of a tree, one file a line: its page, or why it has none.
func fates(t *Tree) string {
	var b strings.Builder
	for _, f := range t.Account().Files {
		fmt.Fprintf(&b, "%s → %s%s\n", f.File, f.Page, f.Reason)
	}
	return b.String()
}

// TestAccount: every text of a repository is a page, or stands there with the reason
// why it is none. Each case was lost once without a word.
func TestAccount(t *testing.T) {
	const strict = "-- lockstep.yaml --\ntitle: T\nstrict: true\ncontent: [content]\n-- content/index.md --\n# Home\n"
	for _, tt := range []struct{ name, text, fates, line, findings string }{
		{"a README alone in its folder", "-- README.md --\n# Home\n-- docs/guide/README.md --\n# Guide\n",
			"README.md → /\ndocs/guide/README.md → /guide/\n", "2 Markdown files: 2 pages", ""},
		{"README beside index", "-- README.md --\n# Home\n-- docs/guide/README.md --\n# For writers\n-- docs/guide/index.md --\n# Guide\n-- docs/guide/a.md --\n# A\n",
			"README.md → /\ndocs/guide/README.md → /guide/readme/\ndocs/guide/a.md → /guide/a/\ndocs/guide/index.md → /guide/\n", "4 Markdown files: 4 pages",
			"docs/guide/README.md: docs/guide/index.md and docs/guide/README.md both ask for the address /guide/; docs/guide/index.md has it, and docs/guide/README.md is at /guide/readme/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"a text with the name of a folder that has a README", "-- README.md --\n# Home\n-- docs/guide.md --\n# Guide\n-- docs/guide/README.md --\n# The folder\n-- docs/guide/a.md --\n# A\n",
			"README.md → /\ndocs/guide.md → /guide/\ndocs/guide/README.md → /guide/readme/\ndocs/guide/a.md → /guide/a/\n", "4 Markdown files: 4 pages",
			"docs/guide/README.md: docs/guide.md and docs/guide/README.md both ask for the address /guide/; docs/guide.md has it, and docs/guide/README.md is at /guide/readme/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"a text with the address of the log", "-- README.md --\n# Home\n-- docs/adr.md --\n# About\n-- docs/adr/0001-a.md --\n# A\n\nStatus: accepted\n",
			"README.md → /\ndocs/adr.md → /docs/adr/\ndocs/adr/0001-a.md → /adr/0001-a/\n", "3 Markdown files: 3 pages",
			"docs/adr.md: docs/adr and docs/adr.md both ask for the address /adr/; docs/adr has it, and docs/adr.md is at /docs/adr/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"READMEs below records", "-- README.md --\n# Home\n-- docs/adr/README.md --\n# Log\n-- docs/adr/0001-a.md --\n# A\n\nStatus: accepted\n-- docs/adr/old/README.md --\n# Old\n-- docs/adr/new/README.md --\n# New\n",
			"README.md → /\ndocs/adr/0001-a.md → /adr/0001-a/\ndocs/adr/README.md → /adr/\ndocs/adr/new/README.md → /adr/new/\ndocs/adr/old/README.md → /adr/old/\n", "5 Markdown files: 5 pages", ""},
		{"a name without letters", "-- README.md --\n# Home\n-- docs/🚀.md --\n# Rocket\n-- docs/!!!/🎉🎉.md --\n# Party\n",
			"README.md → /\ndocs/!!!/🎉🎉.md → /u21-u21-u21/u1f389-u1f389/\ndocs/🚀.md → /u1f680/\n", "3 Markdown files: 3 pages", ""},
		{"case and accents", "-- README.md --\n# Home\n-- docs/Plan.md --\n# A\n-- docs/plan.md --\n# B\n-- docs/caf\u00e9.md --\n# C\n-- docs/cafe\u0301.md --\n# D\n",
			"README.md → /\ndocs/Plan.md → /plan/\ndocs/cafe\u0301.md → /caf\u00e9/\ndocs/caf\u00e9.md → /docs/caf\u00e9/\ndocs/plan.md → /docs/plan/\n", "5 Markdown files: 5 pages",
			"docs/caf\u00e9.md: docs/cafe\u0301.md and docs/caf\u00e9.md both ask for the address /caf\u00e9/; docs/cafe\u0301.md has it, and docs/caf\u00e9.md is at /docs/caf\u00e9/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n" +
				"docs/plan.md: docs/Plan.md and docs/plan.md both ask for the address /plan/; docs/Plan.md has it, and docs/plan.md is at /docs/plan/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"numbers that only give the order", strict + "-- content/design/01-a.md --\n# A\n-- content/design/02-a.md --\n# B\n-- content/v1.1/x.md --\n# X\n-- content/v1.2/x.md --\n# Y\n",
			"content/design/01-a.md → /design/a/\ncontent/design/02-a.md → /design/02-a/\ncontent/index.md → /\ncontent/v1.1/x.md → /v11/x/\ncontent/v1.2/x.md → /v12/x/\n", "5 Markdown files: 5 pages",
			"content/design/02-a.md: content/design/01-a.md and content/design/02-a.md both ask for the address /design/a/; content/design/01-a.md has it, and content/design/02-a.md is at /design/02-a/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"versions", "-- README.md --\n# Home\n-- docs/log/v1.1.0.md --\n# A\n-- docs/log/v1.10.md --\n# B\n",
			"README.md → /\ndocs/log/v1.1.0.md → /log/v110/\ndocs/log/v1.10.md → /log/v1-10/\n", "3 Markdown files: 3 pages", ""},
		{"versions with and without dots", "-- README.md --\n# Home\n-- docs/log/1.1.0.md --\n# A\n-- docs/log/1.10.md --\n# B\n-- docs/log/v10.md --\n# C\n-- docs/log/v1.0.md --\n# D\n",
			"README.md → /\ndocs/log/1.1.0.md → /log/10/\ndocs/log/1.10.md → /log/1-10/\ndocs/log/v1.0.md → /log/v1-0/\ndocs/log/v10.md → /log/v10/\n", "5 Markdown files: 5 pages", ""},
		{"one version in two files", "-- README.md --\n# Home\n-- docs/log/v1.0.md --\n# A\n-- docs/log/v1.0.markdown --\n# B\n",
			"README.md → /\ndocs/log/v1.0.markdown → /log/v10/\ndocs/log/v1.0.md → /log/v1-0/\n", "3 Markdown files: 3 pages",
			"docs/log/v1.0.md: docs/log/v1.0.markdown and docs/log/v1.0.md both ask for the address /log/v10/; docs/log/v1.0.markdown has it, and docs/log/v1.0.md is at /log/v1-0/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"an index beside the README", "-- README.md --\n# Home\n-- index.md --\n# Other\n",
			"README.md → /\nindex.md → /index/\n", "2 Markdown files: 2 pages", ""},
		{"two languages", "-- lockstep.yaml --\ntitle: T\ncontent: [locales/en, locales/tr]\n-- locales/en/index.md --\n# Home\n-- locales/en/a.md --\n# A\n-- locales/tr/index.md --\n# Ev\n-- locales/tr/a.md --\n# A\n",
			"locales/en/a.md → /a/\nlocales/en/index.md → /\nlocales/tr/a.md → /locales/tr/a/\nlocales/tr/index.md → /tr/\n", "4 Markdown files: 4 pages",
			"locales/tr/a.md: locales/en/a.md and locales/tr/a.md both ask for the address /a/; locales/en/a.md has it, and locales/tr/a.md is at /locales/tr/a/ [duplicate-path]\n\tmend: rename one of them, or make one text of both\n"},
		{"a text of the root has the name of one below docs", "-- README.md --\n# Home\n-- FAQ.md --\n# Asked often\n-- docs/faq.md --\n# FAQ\n",
			"FAQ.md → /pages/faq/\nREADME.md → /\ndocs/faq.md → /faq/\n", "3 Markdown files: 3 pages", ""},
		{"folders that the server keeps for itself", "-- README.md --\n# Home\n-- docs/static/a.md --\n# A\n-- static/a.md --\n# B\n-- files/b.md --\n# C\n",
			"README.md → /\ndocs/static/a.md → /docs/static/a/\nfiles/b.md → /pages/files/b/\nstatic/a.md → /pages/static/a/\n", "4 Markdown files: 4 pages", ""},
		{"what is not read", "-- README.md --\n# Home\n-- docs/a.mdx --\n# A\n-- docs/b.rst --\nB\n-- docs/c.adoc --\n= C\n-- .github/x.md --\n# X\n-- vendor/y.md --\n# Y\n-- docs/testdata/z.md --\n# Z\n-- node_modules/m/README.md --\n# M\n-- docs/adr/0001-a.md --\n# A\n\nStatus: accepted\n-- docs/adr/template.md --\n# T\n-- docs/adr/0002-template-engine.md --\n# Engine\n\nStatus: accepted\n",
			".github/x.md → in a folder whose name begins with a dot\nREADME.md → /\ndocs/a.mdx → /a/\ndocs/adr/0001-a.md → /adr/0001-a/\ndocs/adr/0002-template-engine.md → /adr/0002-template-engine/\ndocs/adr/template.md → a template\n" +
				"docs/b.rst → written in a language that is not read (.rst)\ndocs/c.adoc → written in a language that is not read (.adoc)\ndocs/testdata/z.md → in a folder of code or output (testdata)\nvendor/y.md → in a folder of code or output (vendor)\n",
			"8 Markdown files: 4 pages, 4 not read, because 1 is a template, 1 is in a folder of code or output (testdata), 1 is in a folder of code or output (vendor), 1 is in a folder whose name begins with a dot; texts that are not Markdown: 1 .adoc, 1 .rst; dialects: MDX on 1 page; not looked into: node_modules", ""},
		{"strict: among the texts and no page", strict + "-- content/a.mdx --\n# A\n-- content/vendor/y.md --\n# Y\n-- content/drafts/z.rst --\nZ\n-- other/w.md --\n# W\n",
			"content/a.mdx → /a/\ncontent/drafts/z.rst → written in a language that is not read (.rst)\ncontent/index.md → /\ncontent/vendor/y.md → in a folder of code or output (vendor)\nother/w.md → outside the folders of texts\n",
			"4 Markdown files: 2 pages, 2 not read, because 1 is in a folder of code or output (vendor), 1 is outside the folders of texts; texts that are not Markdown: 1 .rst; dialects: MDX on 1 page",
			"content/drafts/z.rst: it lies among the texts and has no page: it is written in a language that is not read (.rst) [no-page]\n\tmend: make it Markdown in a folder that is read, move it, or list it under unpublished in lockstep.yaml\n" +
				"content/vendor/y.md: it lies among the texts and has no page: it is in a folder of code or output (vendor) [no-page]\n\tmend: make it Markdown in a folder that is read, move it, or list it under unpublished in lockstep.yaml\n"},
		{"strict: on purpose", strict + "-- content/a.rst --\nA\n-- lockstep.yaml --\ntitle: T\nstrict: true\ncontent: [content]\nunpublished: [content/a.rst]\n",
			"content/a.rst → left out on purpose (unpublished)\ncontent/index.md → /\n", "1 Markdown file: 1 page; texts that are not Markdown: 1 .rst", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loaded := load(t, tree(t, tt.text))
			if diff := cmp.Diff(tt.fates, fates(loaded)); diff != "" {
				t.Errorf("fates (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.line, loaded.Account().String()); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
			var findings strings.Builder
			for _, f := range loaded.Findings {
				findings.WriteString(f.String() + "\n")
			}
			if diff := cmp.Diff(tt.findings, findings.String()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			// What the account calls a page is one, and no two are one.
			seen := make(map[string]string)
			for _, f := range loaded.Account().Files {
				if f.Page == "" {
					continue
				}
				if p := loaded.ByPath(f.Page); p == nil || p.Source != f.File {
					t.Errorf("%s should be at %s, and there is %+v", f.File, f.Page, p)
				}
				if first := seen[addressKey(f.Page)]; first != "" {
					t.Errorf("%s and %s are both at %s", first, f.File, f.Page)
				}
				seen[addressKey(f.Page)] = f.File
			}
		})
	}
}

// TestAccount_links: a link out of the repository, and a file that is too large.
func TestAccount_links(t *testing.T) {
	dir := tree(t, "-- README.md --\n# Home\n")
	outsideFile := filepath.Join(t.TempDir(), "secret.md")
	for name, data := range map[string]string{outsideFile: "# Secret\n", filepath.Join(dir, "huge.md"): strings.Repeat("word ", 1<<19)} {
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outsideFile, filepath.Join(dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("README.md → /\nhuge.md → too large\nlink.md → a link out of the repository, or to no file\n", fates(load(t, dir))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAccount_names: a link in the file system to another text is that text under another
// name. It has no page of its own, links to it lead to the page of the text, and no
// address is asked for twice; a link to nothing and one out of the repository are said.
func TestAccount_names(t *testing.T) {
	dir := tree(t, "-- index.md --\n# Home\n\n[a](docs/README.md) [b](docs/twice.md#part) [c](docs/gone.md)\n-- docs/index.md --\n# Docs\n\n## Part\n-- docs/x.md --\n# X\n")
	for name, to := range map[string]string{"README.md": "index.md", "docs/README.md": "index.md", "docs/twice.md": "README.md", "docs/gone.md": "nowhere.md", "docs/out.md": "../../../etc/passwd", "docs/round.md": "round.md"} {
		if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	loaded := load(t, dir)
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"index.md dead-link"}) {
		t.Errorf("findings %v", loaded.Findings)
	}
	var account []string
	for _, f := range loaded.Account().Files {
		account = append(account, f.File+": "+f.Page+f.Reason)
	}
	if want := []string{"README.md: " + anotherName, "docs/README.md: " + anotherName, "docs/gone.md: " + leadsAway, "docs/index.md: /docs/", "docs/out.md: " + leadsAway,
		"docs/round.md: " + leadsAway, "docs/twice.md: " + anotherName, "docs/x.md: /x/", "index.md: /"}; !slices.Equal(account, want) {
		t.Errorf("account %q", account)
	}
	if body := bodyOf(loaded, "/"); !strings.Contains(body, `href="docs/"`) || !strings.Contains(body, `href="docs/#part"`) {
		t.Error(body)
	}
}

// TestAccount_of_its_tree: an account is of the tree that somebody has, whatever has been
// read since.
func TestAccount_of_its_tree(t *testing.T) {
	dir := tree(t, "-- README.md --\n# Home\n-- docs/a.md --\n# A\n")
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := fates(before)
	if err := os.Rename(filepath.Join(dir, "docs/a.md"), filepath.Join(dir, "docs/b.md")); err != nil {
		t.Fatal(err)
	}
	after, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := fates(before); got != want {
		t.Errorf("the account of the tree of before is %q, and was %q", got, want)
	}
	if got := fates(after); got == want || !strings.Contains(got, "docs/b.md → /b/") {
		t.Errorf("the account of the new tree is %q", got)
	}
}
