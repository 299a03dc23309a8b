package ledger

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

const asked = `kind: criticisms
parts:
  Claim:
    C-1:
      name: The order is not defined.
      answer: See [the contract](../design/order.md#x).
    C-2:
      name: Averages | only.
      answer: |
        R-1 has a peak,

        and a worst room.
      open: a distribution.
  Craft:
    C-3:
      name: Too long.
      without_answer: it is.
`

const promised = `kind: promises
entries:
  I1:
    name: Agreement
    status: built
    component: "` + "`order`" + `"
    what: |
      One message.

      Everywhere.
    tests:
      TestOne: reads all.
    shown: "[two](evidence:scenarios#kills) kills"
    alert: SLO-1
    without_runbook: none is written.
`

// TestAsked_faults: what is asked owes an answer or a reason, and has no status; a
// promise owes the scenario that shows it.
func TestAsked_faults(t *testing.T) {
	for _, tt := range []struct {
		name, text, from, to string
		line                 int
		rule, mend           string
	}{
		{"sound", asked, "", "", 0, "", ""},
		{"no answer and no reason", asked, "      without_answer: it is.\n", "", 15, "ledger-reason", "without_answer:"},
		{"an answer and a reason", asked, "without_answer: it is.", "answer: R-1\n      without_answer: it is.", 18, "ledger-reason", "remove one"},
		{"a status", asked, "without_answer: it is.", "answer: R-1\n      status: built", 18, "ledger-key", "the keys of a criticism are"},
		{"a question without an answer", strings.Replace(asked, "criticisms", "questions", 1), "      answer: See [the contract](../design/order.md#x).\n", "", 4, "ledger-missing", "add answer:"},
		{"a sound promise", promised, "", "", 0, "", ""},
		{"no component", promised, "    component: \"`order`\"\n", "", 3, "ledger-missing", "add component:"},
		{"nothing shows it", promised, "    shown: \"[two](evidence:scenarios#kills) kills\"\n", "", 3, "ledger-reason", "without_shown:"},
		{"shown by nothing", promised, "\"[two](evidence:scenarios#kills) kills\"", "kills", 13, "ledger-reference", "a link"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(tt.text, tt.from, tt.to, 1)
			_, findings := Load(fstest.MapFS{"ledger/a.yaml": {Data: []byte(text)}}, []string{"ledger"})
			if tt.rule == "" {
				if len(findings) > 0 {
					t.Errorf("findings %v", findings)
				}
				return
			}
			if text == tt.text {
				t.Fatal("the case changes nothing")
			}
			if !slices.ContainsFunc(findings, func(f site.Finding) bool {
				return f.Line == tt.line && f.Rule == tt.rule && strings.Contains(f.Mend, tt.mend)
			}) {
				t.Errorf("want line %d, %s, mend %q; got %v", tt.line, tt.rule, tt.mend, findings)
			}
		})
	}
}

func TestAsked_show(t *testing.T) {
	l, findings := Load(fstest.MapFS{"ledger/a.yaml": {Data: []byte(asked)}, "ledger/b.yaml": {Data: []byte(promised)}}, []string{"ledger"})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	for _, tt := range []struct{ request, want string }{
		{"entries: criticisms", `### C-1: The order is not defined.

See [the contract](../design/order.md#x).

### C-2: Averages | only.

R-1 has a peak,

and a worst room.

**Open:** a distribution.

### C-3: Too long.

Not answered: it is.

`},
		{"table: criticisms\n", `
| Id | Criticism, and where it is answered |
|---|---|
| C-1 | **The order is not defined.**<br>See [the contract](../design/order.md#x). |
| C-2 | **Averages \| only.**<br>R-1 has a peak, and a worst room.<br>Open: a distribution. |
| C-3 | **Too long.**<br>Not answered: it is. |

`},
		{"entries: promises\nonly: I1", `### I1: Agreement

[built](ledger:I1.badge) One message.

Everywhere.

- **Component:** ` + "`order`" + `
- **Test:** ` + "`TestOne`" + `: reads all.
- **Shown:** [two](evidence:scenarios#kills) kills
- **Alert:** SLO-1
- **Runbook:** none; none is written.

`},
	} {
		passages, err := l.Show("pages/page.md", tt.request)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range passages {
			b.WriteString(p.Text)
		}
		if diff := cmp.Diff(tt.want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.request, diff)
		}
	}
	if _, err := l.Show("pages/page.md", "entries: promises\nonly: I2"); err == nil || !strings.Contains(err.Error(), "no entry I2") {
		t.Errorf("an entry that is not there: %v", err)
	}
	for dest, want := range map[string]string{"C-1.status": "answered", "C-2.status": "answered in part", "C-3.status": "not answered",
		"criticisms.count": "three", "criticisms.answered": "one", "criticisms.partly": "one", "criticisms.open": "one", "criticisms.claim.count": "two"} {
		if got, _ := l.Agree(Scheme+dest, "x"); got != want {
			t.Errorf("%s is %q, want %q", dest, got, want)
		}
	}
}
