package ledger

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

const sound = `kind: failure-modes
parts:
  "One shard: its leader":
    FM-1:
      name: Leader crashes
      status: measured
      what: It is gone.
      detection: silence.
      scope: "[2 %](model:share) of all, see [scale](../design/scale.md#x)."
      mitigation: election.
      tests:
        TestKill: kills it.
        TestPause: |
          pauses it,
          and wakes it.
        TestStop: stops it.
      measured: "[200](evidence:torture#kills) kills."
      open: real zones.
      alert: SLO-10
      runbook: "[stalls](../runbook.md)"
  Load:
    FM-2:
      name: Storm
      status: designed
      detection: connections.
      scope: everyone.
      mitigation: tokens.
      why: The gateway is missing.
      alert: SLO-4
      without_runbook: comes with it.
    FM-3:
      name: Hot room
      status: built
      detection: top-k.
      scope: its members.
      mitigation: limits.
      tests:
        TestKill: under load.
      without_alert: one room.
      without_runbook: nothing to do.
`

// lineOf is the line of the sound ledger on which a text stands first.
func lineOf(text string) int { return strings.Count(sound[:strings.Index(sound, text)], "\n") + 1 }

func loaded(t *testing.T, text string) (*Ledger, []site.Finding) {
	t.Helper()
	return Load(fstest.MapFS{"ledger/modes.yaml": {Data: []byte(text)}}, []string{"ledger"})
}

// TestLoad_faults plants one fault at a time: it is found in its line, and what to
// do is said.
func TestLoad_faults(t *testing.T) {
	if _, findings := loaded(t, sound); len(findings) > 0 {
		t.Fatalf("a sound ledger: %v", findings)
	}
	for _, tt := range []struct {
		name, from, to string
		line           int
		rule, mend     string
	}{
		{"no test and no reason", "      why: The gateway is missing.\n", "", lineOf("status: designed"), "ledger-reason", "under tests:"},
		{"no test though built", "      tests:\n        TestKill: under load.\n", "", lineOf("status: built"), "ledger-test", "under tests:"},
		{"no runbook entry and no reason", "      without_runbook: comes with it.\n", "", lineOf("FM-2"), "ledger-reason", "without_runbook:"},
		{"no alert and no reason", "      without_alert: one room.\n", "", lineOf("FM-3"), "ledger-reason", "without_alert:"},
		{"an alert and a reason", "      without_alert: one room.\n", "      alert: SLO-1\n      without_alert: one room.\n", lineOf("without_alert") + 1, "ledger-reason", "remove one"},
		{"an alert that refers to nothing", "alert: SLO-4", "alert: somebody", lineOf("alert: SLO-4"), "ledger-reference", "SLO-10"},
		{"a runbook entry that refers to nothing", `"[stalls](../runbook.md)"`, "the binder", lineOf("runbook: \"["), "ledger-reference", "a link"},
		{"measured without a recorded run", "(evidence:torture#kills)", "(x.md)", lineOf("status: measured"), "ledger-status", "under measured:"},
		{"figures though only built", "status: measured", "status: built", lineOf("measured: \"["), "ledger-status", "status: measured"},
		{"designed and tested", "status: built", "status: designed\n      why: later", lineOf("status: built") + 2 + 3, "ledger-status", "status: built"},
		{"unknown status", "status: built", "status: done", lineOf("status: built"), "ledger-status", "designed, built or measured"},
		{"no status", "      status: built\n", "", lineOf("FM-3"), "ledger-status", "designed, built or measured"},
		{"unknown key", "      detection: top-k.", "      detektion: top-k.", lineOf("detection: top-k"), "ledger-key", "did you mean detection?"},
		{"missing key", "      mitigation: limits.\n", "", lineOf("FM-3"), "ledger-missing", "add mitigation:"},
		{"key twice", "      mitigation: limits.\n", "      mitigation: limits.\n      mitigation: others.\n", lineOf("mitigation: limits") + 1, "ledger-key", "keep one"},
		{"id twice", "FM-3:", "FM-2:", lineOf("FM-3"), "ledger-duplicate", "another id"},
		{"no id", "FM-3:", "FM 3:", lineOf("FM-3"), "ledger-id", "hyphens"},
		{"a test that tries nothing", "TestKill: under load.", "TestKill:", lineOf("TestKill: under"), "ledger-test", "after its name"},
		{"unknown kind", "kind: failure-modes", "kind: failures", 1, "ledger-kind", "failure-modes"},
		{"unknown part of the file", "parts:", "chapters:", 2, "ledger-key", "entries and parts"},
		{"a list", "      what: It is gone.", "      what: [It, is]", lineOf("what:"), "ledger-syntax", "mappings of texts"},
		{"no YAML", "kind: failure-modes", "kind: 'failure", 1, "ledger-syntax", "mappings of texts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(sound, tt.from, tt.to, 1)
			if text == sound {
				t.Fatal("the case changes nothing")
			}
			_, findings := loaded(t, text)
			if !slices.ContainsFunc(findings, func(f site.Finding) bool {
				return f.File == "ledger/modes.yaml" && f.Line == tt.line && f.Rule == tt.rule && strings.Contains(f.Mend, tt.mend)
			}) {
				t.Errorf("want line %d, %s, mend %q; got %v", tt.line, tt.rule, tt.mend, findings)
			}
		})
	}
}

// TestLoad_nothing: a repository without a ledger has no findings and no entries, and
// may be asked all the same.
func TestLoad_nothing(t *testing.T) {
	l, findings := Load(fstest.MapFS{}, nil)
	if l != nil || findings != nil || l.Entries() != nil || l.Entry("ledger:FM-1.status") != nil || l.Suggest("ledger:FM-1.status") != "" {
		t.Errorf("%v, %v", l, findings)
	}
	if want, ok := l.Agree("ledger:FM-1.status", "built"); ok || want != "" {
		t.Errorf("nothing agrees with %q", want)
	}
}

func TestAgree(t *testing.T) {
	l, _ := loaded(t, sound)
	for _, tt := range []struct{ dest, text, want string }{ // want "" for agreement
		{"failure-modes.count", "three", ""},
		{"failure-modes.count", "Three", ""},
		{"failure-modes.count", "3", ""},
		{"failure-modes.count", "Four", "Three"},
		{"failure-modes.count", "4", "3"},
		{"failure-modes.tested", "two", ""},
		{"failure-modes.tested", "three", "two"},
		{"failure-modes.partly", "one", ""},
		{"failure-modes.untested", "one", ""},
		{"failure-modes.one-shard-its-leader.count", "one", ""},
		{"failure-modes.load.count", "two", ""},
		{"failure-modes.load.measured", "zero", ""},
		{"FM-1.status", "measured", ""},
		{"FM-1.status", "built", ""},
		{"FM-1.status", "not built", "measured"},
		{"FM-2.status", "not built yet", ""},
		{"FM-2.status", "Design only", ""},
		{"FM-2.status", "built", "designed"},
		{"FM-3.status", "built", ""},
		{"FM-3.status", "Measured", "Built"},
		{"FM-3.status", "builT", "built"},
	} {
		want, ok := l.Agree(Scheme+tt.dest, tt.text)
		if ok != (tt.want == "") || !ok && want != tt.want {
			t.Errorf("%s, %q: %q, %v; want %q", tt.dest, tt.text, want, ok, tt.want)
		}
	}
	for _, dest := range []string{"FM-9.status", "FM-1.colour", "failure-modes", "failure-modes.sizes", "features.count", "failure-modes.nowhere.count", ""} {
		if want, ok := l.Agree(Scheme+dest, "x"); ok || want != "" {
			t.Errorf("%s agrees with %q", dest, want)
		}
	}
	if got := l.Suggest("ledger:FM-1.statis"); got != "ledger:FM-1.status" {
		t.Errorf("suggests %q", got)
	}
}

func TestInWords(t *testing.T) {
	for n, want := range map[int]string{0: "zero", 13: "thirteen", 20: "twenty", 26: "twenty-six", 99: "ninety-nine", 100: "100"} {
		if got := inWords(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestShow: what a block asks for, as Markdown, with the line on which each passage
// stands, and links turned to where the reader is.
func TestShow(t *testing.T) {
	l, _ := loaded(t, sound)
	show := func(request string) string {
		passages, err := l.Show("docs/deep/page.md", request)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range passages {
			b.WriteString(p.Text)
		}
		return b.String()
	}
	for _, tt := range []struct{ name, request, want string }{
		{"entries", "entries: failure-modes\npart: One shard: its leader\n", `### FM-1: Leader crashes

[measured](ledger:FM-1.badge) It is gone.

- **Detection:** silence.
- **Scope:** [2 %](model:share) of all, see [scale](../../design/scale.md#x).
- **Mitigation:** election.
- **Tests:**
  - ` + "`TestKill`" + `: kills it.
  - ` + "`TestPause`" + `: pauses it,
    and wakes it.
  - ` + "`TestStop`" + `: stops it.
- **Measured:** [200](evidence:torture#kills) kills.
- **Open:** real zones.
- **Alert:** SLO-10
- **Runbook:** [stalls](../../runbook.md)

`},
		{"an entry that is only designed", "entries: failure-modes\npart: Load", `### FM-2: Storm

[designed](ledger:FM-2.badge)

- **Detection:** connections.
- **Scope:** everyone.
- **Mitigation:** tokens.
- **Test:** none. The gateway is missing.
- **Alert:** SLO-4
- **Runbook:** none; comes with it.

### FM-3: Hot room

[built](ledger:FM-3.badge)

- **Detection:** top-k.
- **Scope:** its members.
- **Mitigation:** limits.
- **Test:** ` + "`TestKill`" + `: under load.
- **Alert:** none; one room.
- **Runbook:** none; nothing to do.

`},
		{"a table", "table: failure-modes", `
| Id | Failure | Mitigation | State |
|---|---|---|---|
| FM-1 | Leader crashes | election. | [measured](ledger:FM-1.badge) ` + "`TestKill`, `TestPause`, `TestStop`" + `<br>[200](evidence:torture#kills) kills.<br>Open: real zones. |
| FM-2 | Storm | tokens. | [designed](ledger:FM-2.badge) The gateway is missing. |
| FM-3 | Hot room | limits. | [built](ledger:FM-3.badge) ` + "`TestKill`" + ` |

`},
		{"tests", "tests: failure-modes", `
| Test | Tries |
|---|---|
| ` + "`TestKill`" + ` | FM-1, FM-3 |
| ` + "`TestPause`, `TestStop`" + ` | FM-1 |

`},
	} {
		if diff := cmp.Diff(tt.want, show(tt.request)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	passages, _ := l.Show("page.md", "entries: failure-modes")
	for text, line := range map[string]int{"election.": lineOf("election."), "kills it.": lineOf("kills it."), "pauses it,\n    and wakes it.": lineOf("pauses it,"), "top-k.": lineOf("top-k.")} {
		if !slices.ContainsFunc(passages, func(p site.Passage) bool {
			return p.Text == text && p.File == "ledger/modes.yaml" && p.Line == line
		}) {
			t.Errorf("%q is not said to stand on line %d", text, line)
		}
	}
	for request, want := range map[string]string{
		"":                                    "asks for nothing",
		"entry: FM-1":                         "not understood",
		"entries: features":                   "no features",
		"entries: failure-modes\npart: Load!": "the parts are One shard: its leader; Load",
	} {
		if _, err := l.Show("page.md", request); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", request, err, want)
		}
	}
}
