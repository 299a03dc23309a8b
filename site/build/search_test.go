package build

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/site/search"
	"lockstep/site/search/searchtest"
)

// TestSearch_questions asks this repository's own site. Each answer is known, and the
// floors say how many are found; what a question fetches has its limit.
func TestSearch_questions(t *testing.T) {
	tree := load(t, "../..")
	index := tree.SearchIndex()
	all := searchtest.Questions(t, "testdata/questions.json")
	if len(all) < 30 {
		t.Fatalf("%d questions", len(all))
	}
	first, third, typed := 0, 0, 0
	for _, q := range all {
		if tree.ByPath(q.Page) == nil {
			t.Errorf("%q: there is no page %s", q.Ask, q.Page)
			continue
		}
		r, err := searchtest.Open(index.File)
		if err != nil {
			t.Fatal(err)
		}
		answers := r.Ask(q.Ask)
		at := slices.IndexFunc(answers, func(a *searchtest.Answer) bool { return a.Path == q.Page })
		if at >= 0 && q.At != "" && !slices.ContainsFunc(answers[at].Sections, func(s searchtest.Found) bool { return s.ID == q.At }) {
			t.Errorf("%q finds the page %s and not its section %s, but %v", q.Ask, q.Page, q.At, headings(answers[at]))
		}
		if at == 0 {
			first++
		}
		if at >= 0 && at < 3 {
			third++
		}
		if at != 0 {
			t.Logf("%q (%s): %s is at place %d of %d; found were %s", q.Ask, q.Why, q.Page, at+1, len(answers), paths(answers))
		}
		if r.Fetched > 100_000 {
			t.Errorf("%q fetches %d bytes in %d files", q.Ask, r.Fetched, r.Files)
		}
		letters := asking(t, index)
		for n := 1; n < len(q.Ask); n++ {
			letters.Type(q.Ask[:n])
		}
		letters.Ask(q.Ask)
		typed = max(typed, letters.Fetched)
	}
	t.Logf("typed letter by letter the dearest question fetches %d bytes", typed)
	if typed > 100_000 { // a long question has many beginnings, each with results of its own
		t.Errorf("typed letter by letter a question fetches %d bytes", typed)
	}
	t.Logf("%d of %d questions have their answer first, %d among the first three", first, len(all), third)
	if third < len(all)-1 || first < len(all)*80/100 {
		t.Errorf("%d of %d questions have their answer first and %d among the first three", first, len(all), third)
	}
}

func paths(answers []*searchtest.Answer) string {
	var all []string
	for _, a := range answers[:min(4, len(answers))] {
		all = append(all, fmt.Sprintf("%s %.1f", a.Path, a.Score))
	}
	return strings.Join(all, ", ")
}

const searchedSite = `
-- lockstep.yaml --
title: Found
content: [docs]
adr: [adr]
-- docs/index.md --
# Found

The home page.
-- docs/design/flow.md --
---
tags: [durability]
---
# How a write flows

## Path of a write

The gateway hands it on. Café and naïveté are spelled with accents. 決定論的な実行。

` + "```go\nfunc WhenDurable(index uint64) {}\n```\n\n```d2 title=\"Parts\" alt=\"A spooler beside a journal\"\nspooler -> journal: hands over\n```" + `

| Objective | Value |
|---|---|
| SLO-3 | quick acknowledgement |

After the table.

## What WhenDurable promises

Nothing more.
-- docs/hopes.md --
# Hope is not a plan

To hope is no plan, and hope is none.
-- docs/verbs.md --
# Verbs

## When

What is when.

## Durable

What is durable when it is durable, and when not.
-- docs/glossary.md --
---
kind: glossary
---
# Glossary

Flush
fsync
: What makes a write last.

Write-ahead log (WAL)
: A journal.

Hope
: What is no option.
-- adr/0001-flush-first.md --
---
status: accepted
date: 2025-02-03
decision-makers: [Ada, Ben]
tags: [storage]
---
# Flush before answering

## Context and Problem Statement

A disk may lie.

## Considered Options

* Flush before answering
* Wait and see

## Decision Outcome

Chosen option: "Flush before answering", because promises are kept.
-- adr/0002-old.md --
---
status: superseded by ADR-0001
date: 2024-02-03
---
# Answer before the flush

## Context and Problem Statement

Flush, flush, flush: the word stands here often.

## Considered Options

* Answer first
* Wait

## Decision Outcome

Chosen option: "Answer first", because it is quick.
`

func asking(t *testing.T, index *search.Index) *searchtest.Reader {
	t.Helper()
	r, err := searchtest.Open(index.File)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSearch_finds: each kind of thing that a page says is found, in the section in
// which it stands.
func TestSearch_finds(t *testing.T) {
	r := asking(t, load(t, tree(t, searchedSite)).SearchIndex())
	for ask, want := range map[string]string{
		"gateway":             "/design/flow/#path-of-a-write",
		"cafe":                "/design/flow/#path-of-a-write",
		"NAÏVETÉ":             "/design/flow/#path-of-a-write",
		"実行":                  "/design/flow/#path-of-a-write",
		"論":                   "/design/flow/#path-of-a-write",
		"whendurable":         "/design/flow/#what-whendurable-promises",
		"WhenDurable":         "/design/flow/#what-whendurable-promises", // not where its parts stand apart
		"spooler":             "/design/flow/#path-of-a-write",
		"slo3":                "/design/flow/#slo-3",
		"after the table":     "/design/flow/#path-of-a-write",
		"1":                   "/adr/0001-flush-first/#",
		"fsync answering":     "/adr/0001-flush-first/#", // by another spelling of the glossary
		"wal":                 "/glossary/#write-ahead-log-wal",
		"hope":                "/glossary/#hope",         // what defines it before a title that has it
		"storage":             "/adr/0001-flush-first/#", // a tag
		"promises kept":       "/adr/0001-flush-first/#decision-outcome",
		"acknowledgment":      "/design/flow/#slo-3", // a letter is missing
		"ansewring":           "/adr/0001-flush-first/#",
		"durability":          "/design/flow/#",
		"answering flush kep": "/adr/0001-flush-first/#",
	} {
		answers := r.Ask(ask)
		if len(answers) == 0 {
			t.Errorf("%q finds nothing, want %s", ask, want)
			continue
		}
		if got := answers[0].Path + "#" + answers[0].Sections[0].ID; got != want {
			t.Errorf("%q finds %s first, want %s", ask, got, want)
		}
	}
	if answers := r.Ask("zzyzx"); len(answers) > 0 {
		t.Errorf("a word of no page finds %s", paths(answers))
	}
}

// TestSearch_oldLast: what is superseded comes last and says so, however often it has
// the word, unless its number is asked for.
func TestSearch_oldLast(t *testing.T) {
	r := asking(t, load(t, tree(t, searchedSite)).SearchIndex())
	answers := r.Ask("flush")
	if last := answers[len(answers)-1]; len(answers) < 3 || last.Path != "/adr/0002-old/" || !last.Old || last.Status != "superseded" {
		t.Errorf("found %s", paths(answers))
	}
	// An identifier written as a name of code is one as well.
	if answers := r.Ask("ADR_0002"); answers[0].Path != "/adr/0002-old/" || !answers[0].Identified {
		t.Errorf("by its number as a name: %s, identified %t", paths(answers), answers[0].Identified)
	}
	if answers := r.Ask("adr 2"); answers[0].Path != "/adr/0002-old/" || !answers[0].Identified {
		t.Errorf("by its number: %s", paths(answers))
	}
}

// TestSearch_same: a build, a second build and a server have the same index, byte for
// byte.
func TestSearch_same(t *testing.T) {
	dir := tree(t, searchedSite)
	one, _ := write(t, dir, Options{})
	two, _ := write(t, dir, Options{BaseURL: "https://example.org/below/here/"})
	served := load(t, dir).SearchIndex()
	files := 0
	for name, data := range contents(t, filepath.Join(one, "search-index")) {
		if other, err := os.ReadFile(filepath.Join(two, "search-index", name)); err != nil || string(other) != data {
			t.Errorf("%s differs below a base path: %v", name, err)
		}
		if string(served.File(name)) != data {
			t.Errorf("%s differs from what is served", name)
		}
		files++
	}
	if files != len(served.Names()) || files < 5 {
		t.Errorf("%d files are written, %d served", files, len(served.Names()))
	}
}

// TestSearch_edit: after an edit only the page is read again, and what it says is
// found.
func TestSearch_edit(t *testing.T) {
	dir := tree(t, searchedSite)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	before.SearchIndex()
	const file = "docs/design/flow.md"
	if err := os.WriteFile(filepath.Join(dir, file), []byte("# How a write flows\n\nA quokka hands it on.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	after, err := b.Refresh([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	r := asking(t, after.SearchIndex())
	if answers := r.Ask("quokka"); len(answers) != 1 || answers[0].Path != "/design/flow/" {
		t.Errorf("found %s", paths(answers))
	}
	if answers := r.Ask("gateway"); len(answers) > 0 {
		t.Errorf("what is gone finds %s", paths(answers))
	}
	decision := func(t *Tree) *searchable { return t.documents[t.ByPath("/adr/0001-flush-first/")].found }
	if decision(before) == nil || decision(before) != decision(after) {
		t.Error("a page that did not change was read again")
	}
}

// TestSearch_places: the pages of the search give way to texts that have their
// addresses.
func TestSearch_places(t *testing.T) {
	out, result := write(t, tree(t, searchedSite+"-- docs/search.md --\n# How we search\n\nBy hand.\n"), Options{})
	if len(result.Findings) > 0 {
		t.Errorf("findings: %v", result.Findings)
	}
	for name, want := range map[string]string{"search/index.html": "By hand.", "search-2/index.html": "data-search-page", "index.html": `href="search-2/"`} {
		if data, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s does not say %q (%v)", name, want, err)
		}
	}
}

// TestSearch_letters: the index from A to Z has all that has a name, on one page or on
// one for each letter.
func TestSearch_letters(t *testing.T) {
	out, _ := write(t, tree(t, searchedSite), Options{})
	data, err := os.ReadFile(filepath.Join(out, "index-a-z/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Flush before answering</a> <small>ADR-0001", `href="../glossary/#flush">fsync</a>`, "quick acknowledgement</a> <small>SLO-3", `<span class="tag">storage</span> <small>Tag, 1 page<`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the index lacks %q", want)
		}
	}
	var many strings.Builder
	for i := range onePage {
		fmt.Fprintf(&many, "-- docs/x/p%d.md --\n# Page %c %d\n\nText.\n", i, 'A'+i%26, i)
	}
	out, result := write(t, tree(t, searchedSite+many.String()), Options{})
	if len(result.Findings) > 0 {
		t.Errorf("findings: %v", result.Findings[0])
	}
	for name, want := range map[string]string{"index-a-z/index.html": `href="p/">P</a> <small>`, "index-a-z/p/index.html": "Page Z"} {
		if data, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s does not say %q (%v)", name, want, err)
		}
	}
}

func headings(a *searchtest.Answer) (all []string) {
	for _, s := range a.Sections {
		all = append(all, s.ID+" "+s.Heading)
	}
	return all
}
