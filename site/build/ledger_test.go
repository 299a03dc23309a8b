package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
)

const withLedger = own + `-- content/design/09-failures.md --
## List

[Two](ledger:failure-modes.count) ways, [one](ledger:failure-modes.tested) of them tried.

` + "```ledger\nentries: failure-modes\n```\n\n```ledger\ntests: failure-modes\n```" + `

After, R-1.
-- content/design/12-built.md --
The relay is [designed](ledger:F-relay.status). See FM-2.

` + "```ledger\ntable: features\n```" + `
-- content/ledger/modes.yaml --
kind: failure-modes
entries:
  FM-1:
    name: Leader crashes
    status: built
    detection: silence.
    scope: "[2](model:cost) of R-2."
    mitigation: see [why](../design/01-problem.md#why).
    tests:
      TestKill: kills the leader.
    alert: SLO-1
    runbook: "[home](../index.md)"
  FM-2:
    name: Storm
    status: designed
    detection: noise.
    scope: all.
    mitigation: tokens.
    why: The relay is [not built yet](ledger:F-relay.status).
    alert: SLO-1
    without_runbook: comes with it.
-- content/ledger/features.yaml --
kind: features
entries:
  F-relay:
    name: Relays
    where: "[failures](../design/09-failures.md#list)"
    status: designed
    why: later.
-- content/design/10-slos.md --
| Id | What |
|---|---|
| SLO-1 | quick |
`

var ledgerTree = strings.Replace(withLedger, "model: [content/model]", "model: [content/model]\nledger: [content/ledger]", 1)

// TestLedger_findings: faults of the ledger, and of texts that speak of it, are found
// where they can be corrected.
func TestLedger_findings(t *testing.T) {
	if l := load(t, tree(t, ledgerTree)); len(l.Findings) > 0 {
		t.Fatalf("a sound tree: %v", l.Findings)
	}
	for _, tt := range []struct{ name, from, to, want, mend string }{
		{"changed count", "[Two](ledger", "[Three](ledger", "content/design/09-failures.md:3 wrong-phrase", `write "Two"`},
		{"count after a new entry", "  FM-2:\n", "  FM-9:\n    name: X\n    status: designed\n    detection: x\n    scope: x\n    mitigation: x\n    why: later.\n    alert: SLO-1\n    without_runbook: x\n  FM-2:\n",
			"content/design/09-failures.md:3 wrong-phrase", `write "Three"`},
		{"status that the text contradicts", "[designed](ledger", "[built](ledger", "content/design/12-built.md:1 wrong-phrase", `write "designed"`},
		{"status that an entry contradicts", "[not built yet](ledger", "[built](ledger", "content/ledger/modes.yaml:19 wrong-phrase", `write "designed"`},
		{"status that changes", "status: designed\n    why: later.", "status: built\n    tests: {TestRelay: runs it.}", "content/design/12-built.md:1 wrong-phrase", `write "built"`},
		{"unknown id in a text", "ledger:F-relay.status). See", "ledger:F-realy.status). See", "content/design/12-built.md:1 unknown-entry", "did you mean ledger:F-relay.status?"},
		{"unknown reference in a text", "See FM-2.", "See FM-9.", "content/design/12-built.md:1 unknown-reference", "define it"},
		{"wrong number in an entry", "[2](model:cost) of", "[3](model:cost) of", "content/ledger/modes.yaml:7 wrong-number", `write "2"`},
		{"unknown reference in an entry", "of R-2", "of R-7", "content/ledger/modes.yaml:7 unknown-reference", "define it"},
		{"dead link in an entry", "../design/01-problem.md#why", "../design/03-problem.md#why", "content/ledger/modes.yaml:8 dead-link", ""},
		{"dead anchor of a feature", "09-failures.md#list", "09-failures.md#lost", "content/ledger/features.yaml:5 dead-anchor", ""},
		{"runbook entry that does not exist", "runbook: \"[home](../index.md)", "runbook: \"[home](../home.md)", "content/ledger/modes.yaml:12 dead-link", ""},
		{"alert that does not exist", "alert: SLO-1\n    runbook", "alert: SLO-7\n    runbook", "content/ledger/modes.yaml:11 ledger-reference", "that a page defines"},
		{"alert whose kind does not exist", "alert: SLO-1\n    runbook", "alert: PAGE-7\n    runbook", "content/ledger/modes.yaml:11 ledger-reference", "that a page defines"},
		{"entry that no page shows", "table: features", "table: features\npart: X", "content/ledger/features.yaml:3 ledger-unshown", "table:"},
		{"block that asks for what is not there", "entries: failure-modes", "entries: promises", "content/design/09-failures.md:5 ledger-request", "entries, table or tests"},
		{"failure mode without test and reason", "    why: The relay is [not built yet](ledger:F-relay.status).\n", "", "content/ledger/modes.yaml:15 ledger-reason", "under tests:"},
		{"missing folder", "ledger: [content/ledger]", "ledger: [content/legder]", "lockstep.yaml:0 config", "create it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(ledgerTree, tt.from, tt.to, 1)
			if text == ledgerTree {
				t.Fatal("the case changes nothing")
			}
			l := load(t, tree(t, text))
			file, rest, _ := strings.Cut(tt.want, ":")
			if !slices.ContainsFunc(l.Findings, func(f site.Finding) bool {
				return strings.HasPrefix(f.String(), file) && strings.HasPrefix(rest, fmt.Sprintf("%d %s", f.Line, f.Rule)) && strings.Contains(f.Mend, tt.mend)
			}) {
				t.Errorf("findings %v, want %s, mend %q", l.Findings, tt.want, tt.mend)
			}
		})
	}
}

// TestLedger_page: entries are parts of their page like hand-written text: in its
// outline, at the end of references, in the canonical text.
func TestLedger_page(t *testing.T) {
	l := load(t, tree(t, ledgerTree))
	p := l.ByPath("/design/failures/")
	html, findings, err := l.Bytes(context.Background(), &l.Site, p)
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	for _, want := range []string{
		`<h3 id="fm-1-leader-crashes"`, `<span class="status built" id="fm-1">built</span>`, `<code>TestKill</code>`,
		`href="../problem/#why"`, `href="../slos/#slo-1"`, `<a class="number ledger" href="../built/#f-relay">not built yet</a>`,
	} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if built, _, _ := l.Bytes(context.Background(), &l.Site, l.ByPath("/design/built/")); !strings.Contains(string(built), `<span class="status designed" id="f-relay">designed</span>`) ||
		!strings.Contains(string(built), `href="../failures/#fm-2-storm"`) {
		t.Errorf("the other page refers to nothing:\n%s", built)
	}
	if len(p.Outline) != 1 || len(p.Outline[0].Children) != 2 || p.Outline[0].Children[1].Text != "FM-2: Storm" {
		t.Errorf("outline %v", p.Outline)
	}
	if !slices.ContainsFunc(p.Backlinks, func(b site.Backlink) bool { return b.From.Path == "/design/built/" && b.Target == "FM-2" }) {
		t.Errorf("backlinks %v", p.Backlinks)
	}
	if blocks, _ := l.Blocks(p); !slices.ContainsFunc(blocks, func(b site.Block) bool {
		return b.Text == "Test: TestKill: kills the leader." && slices.Equal(b.Section, []string{"List", "FM-1: Leader crashes"})
	}) {
		t.Errorf("blocks %v", blocks)
	}
}

// TestLedger_fix writes what differs into texts and into the ledger, and nothing else.
func TestLedger_fix(t *testing.T) {
	broken := strings.NewReplacer("[Two](", "[Nine](", "[one](", "[nine](", "[2](model:cost) of", "[3](model:cost) of", "[not built yet](", "[built](", "[designed](", "[built](").Replace(ledgerTree)
	dir := tree(t, broken)
	n, err := load(t, dir).FixNumbers()
	if err != nil || n != 5 {
		t.Fatalf("%d numbers, %v; want 5", n, err)
	}
	if again := load(t, dir); len(again.Findings) > 0 {
		t.Errorf("after the fix: %v", again.Findings)
	}
	data, err := os.ReadFile(filepath.Join(dir, "content/ledger/modes.yaml"))
	if err != nil || !strings.Contains(string(data), `scope: "[2](model:cost) of R-2."`) || !strings.Contains(string(data), "is [designed](ledger:F-relay.status).") {
		t.Errorf("%v\n%s", err, data)
	}
}

// TestLedger_edit: an edit of the ledger changes the pages that show it.
func TestLedger_edit(t *testing.T) {
	dir := tree(t, ledgerTree)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	file := "content/ledger/modes.yaml"
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(string(data), "Storm", "Flood", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if !b.Concerns(file) {
		t.Error("an edit of the ledger concerns nobody")
	}
	l, err := b.Refresh([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	html, _, _ := l.Bytes(context.Background(), &l.Site, l.ByPath("/design/failures/"))
	if !strings.Contains(string(html), "FM-2: Flood") || strings.Contains(string(html), "Storm") {
		t.Error("the page shows the entry as it was")
	}
}

// TestLedger_names: the tests that entries name are looked up in the code, where the
// configuration asks for it.
func TestLedger_names(t *testing.T) {
	text := strings.Replace(ledgerTree, "ledger: [content/ledger]", "ledger: [content/ledger]\nnames:\n  - {kind: test, from: go-tests}", 1) +
		"-- code/kill_test.go --\npackage code\n\nfunc TestKill(t *testing.T) {}\n"
	if l := load(t, tree(t, text)); len(l.Findings) > 0 {
		t.Fatalf("a sound tree: %v", l.Findings)
	}
	l := load(t, tree(t, strings.Replace(text, "TestKill: kills", "TestKil: kills", 1)))
	if len(l.Findings) != 1 || l.Findings[0].File != "content/ledger/modes.yaml" || l.Findings[0].Line != 10 || l.Findings[0].Rule != "unknown-name" || !strings.Contains(l.Findings[0].Mend, "TestKill") {
		t.Errorf("a test that does not exist: %v", l.Findings)
	}
}

// TestLedger_absent: where the configuration names no ledger, blocks and files that
// look like one are nobody's business.
func TestLedger_absent(t *testing.T) {
	l := load(t, tree(t, own+"-- content/design/09-failures.md --\n```ledger\nentries: failure-modes\n```\n-- content/ledger/modes.yaml --\nkind: nonsense\n"))
	if len(l.Findings) > 0 {
		t.Errorf("findings %v", l.Findings)
	}
}

// TestLedger_ground: an answer leads to a page, a value, a record, an entry or a test
// that exists.
func TestLedger_ground(t *testing.T) {
	asked := strings.Replace(naming, "names:\n", "ledger: [content/ledger]\nnames:\n", 1) + "-- content/asked.md --\n# Asked\n\n```ledger\nentries: questions\n```\n" + `
-- content/ledger/questions.yaml --
kind: questions
entries:
  Q-1:
    name: Why?
    answer: ANSWER
`
	for answer, grounded := range map[string]bool{
		"see ADR-0001.":                    true,
		"see [home](../index.md).":         true,
		"`TestNode_stops` tries it.":       true,
		"see `it run`.":                    true,
		"because it is so, in UTF8.":       false,
		"see [them](https://example.com).": false,
		"`TestNode_halts` tries it.":       false,
	} {
		l := load(t, tree(t, strings.Replace(asked, "ANSWER", `"`+answer+`"`, 1)))
		i := slices.IndexFunc(l.Findings, func(f site.Finding) bool { return f.Rule == "ledger-ground" })
		switch {
		case grounded && len(l.Findings) > 0:
			t.Errorf("%q: %v", answer, l.Findings)
		case !grounded && (i < 0 || l.Findings[i].File != "content/ledger/questions.yaml" || l.Findings[i].Line != 5 || !strings.Contains(l.Findings[i].Mend, "name the record or the test")):
			t.Errorf("%q: %v, want ledger-ground at line 5", answer, l.Findings)
		}
	}
}
