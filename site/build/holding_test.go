package build

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestHoldings: a record says which facts of the ledger name it, with their tests, and
// which tests it names itself.
func TestHoldings(t *testing.T) {
	text := strings.Replace(ledgerTree, "ledger: [content/ledger]", "ledger: [content/ledger]\nnames:\n  - {kind: test, from: go-tests}", 1)
	text = strings.Replace(text, "TestKill: kills the leader.", "TestKill: kills the leader (ADR-0001).", 1) +
		"-- code/kill_test.go --\npackage code\n\nfunc TestKill(t *testing.T) {}\n\nfunc TestOther(t *testing.T) {}\n" +
		"-- adr/0002-two.md --\n# Two\n\nStatus: accepted\n"
	text = strings.Replace(text, "Text about R-1", "`TestOther` holds it, and so does `TestOther`. Text about R-1", 1)
	tr := load(t, tree(t, text))
	p := tr.ByPath("/adr/0001-first/")
	kill, other := site.NamedTest{Name: "TestKill", File: "code/kill_test.go"}, site.NamedTest{Name: "TestOther", File: "code/kill_test.go"}
	want := []site.Holding{{ID: "FM-1", Name: "Leader crashes", Status: "built", Path: "/design/failures/#fm-1-leader-crashes", Tests: []site.NamedTest{kill}}}
	if diff := cmp.Diff(want, p.Holding); diff != "" {
		t.Errorf("what rests on the record (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]site.NamedTest{other}, p.Tests); diff != "" {
		t.Errorf("the tests that it names (-want +got):\n%s", diff)
	}
	data, _, err := tr.Bytes(t.Context(), &tr.Site, p)
	html := strings.Join(strings.Fields(string(data)), " ")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="../../design/failures/#fm-1-leader-crashes">FM-1: Leader crashes</a>`, `<code>TestKill</code> in code/kill_test.go`, `<code>TestOther</code>`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if p := tr.ByPath("/adr/0002-two/"); len(p.Holding)+len(p.Tests) > 0 {
		t.Errorf("nothing names the other record, and %v, %v rest on it", p.Holding, p.Tests)
	}
}
