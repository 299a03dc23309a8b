package build

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/site/model"
	"lockstep/site/model/sheet"
)

// playing is the own tree with a chapter that shows inputs, and a record that one of
// them makes worth another look.
func playing(block string) string {
	text := strings.Replace(own, "Because of ADR-0001.", "Because of ADR-0001.\n\n```play title=\"Try\"\n"+block+"\n```\n\n", 1)
	return strings.Replace(text, "status: accepted\ndate: 2024-01-01\n", "status: accepted\ndate: 2024-01-01\nrevisit:\n  - when: cost > 3\n    says: The cost is above three.\n", 1)
}

// TestPlay: a chapter and the model's pages of any repository get the inputs of its
// model, with the model and its records' triggers for the browser beside them, and
// nothing of it goes to pages and sites that have no use for it.
func TestPlay(t *testing.T) {
	if modelProgram() == nil {
		t.Skip("the model for the browser is not built: run make build")
	}
	out, result := write(t, tree(t, playing("results: cost")), Options{})
	if len(result.Findings) > 0 {
		t.Errorf("findings %v, want none", result.Findings)
	}
	files := contents(t, out)
	for name, plays := range map[string]bool{"design/problem/index.html": true, "model/index.html": true, "model/cost/index.html": true, "design/requirements/index.html": false, "index.html": false} {
		if script, panel := strings.Contains(files[name], "/js/play."), strings.Contains(files[name], "data-input=\"part\""); script != plays || panel != plays {
			t.Errorf("%s: script %v, inputs %v, want %v", name, script, panel, plays)
		}
	}
	s, err := sheet.Read(files[strings.TrimPrefix(model.SheetPath, "/")])
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := s.Scenario("part:high")
	if err != nil {
		t.Fatal(err)
	}
	st := s.State()
	st.Set(scenario)
	if got, want := st.VerdictLines(), "trigger\tADR-0001, First\tThe cost is above three.\t/adr/0001-first/\tthe cost\t4\tabove 3\t\n"; got != want {
		t.Errorf("with the part at its highest: %q, want %q", got, want)
	}
	has := func(files map[string]string, part string) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool { return strings.Contains(name, part) })
	}
	if !has(files, "/model.") || !has(files, "wasm_exec") || has(files, "/lab.") {
		t.Error("a site with inputs and without a laboratory has not just the model's program")
	}
	fixed := strings.NewReplacer("low: 0.5, high: 2, ", "", "provenance: assumed, note: a guess", "provenance: cited, source: somebody").Replace(own)
	out, result = write(t, tree(t, fixed), Options{})
	if files := contents(t, out); len(result.Findings) > 0 || has(files, "play.") || has(files, "wasm") || has(files, "sheet.txt") {
		t.Errorf("a model without ranges has inputs to change: %v", result.Findings)
	}
}

// TestPlay_findings: a block that asks for what is not there is a finding with its
// line, and the page shows the block as it is written.
func TestPlay_findings(t *testing.T) {
	for block, want := range map[string]string{
		"results: costs":               "the nearest name is cost",
		"results: cost\ninputs: parts": "the nearest name is part",
		"cost":                         "write results: or inputs:",
	} {
		dir := tree(t, playing(block))
		loaded := load(t, dir)
		_, findings, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath("/design/problem/"))
		source, _ := os.ReadFile(filepath.Join(dir, "content/design/01-problem.md"))
		line := 1 + strings.Count(string(source[:strings.Index(string(source), block)]), "\n")
		if err != nil || len(findings) != 1 || findings[0].File != "content/design/01-problem.md" || findings[0].Line != line || !strings.Contains(findings[0].Message, want) || findings[0].Mend == "" {
			t.Errorf("%q gives %v, %v, want one in line %d that says %q", block, findings, err, line, want)
		}
	}
}
