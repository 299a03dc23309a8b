package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestObjectives_runbooks: alerts lead to the file of their runbook, and to its page
// where the address of the site is known.
func TestObjectives_runbooks(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"lockstep.yaml":     "content: docs\nslo: docs/slo.yaml\n",
		"docs/index.md":     "# Parcels\n\n```slo\ntable: objectives\n```\n",
		"docs/ops/belts.md": "# Belts\n\n## Symptom\n\nParcels lie on the floor.\n",
		"docs/slo.yaml":     "service: depot\nobjectives:\n  SLO-1:\n    name: Nothing is lost\n    good: always\n    runbook: ops/belts.md#symptom\n    indicators:\n      floor: {breach: parcels_lost_total}\n",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for base, want := range map[string]string{"": `runbook: "ops/belts.md#symptom"`, "https://example.org/x/": `runbook_url: "https://example.org/x/ops/belts/#symptom"`} {
		b, err := Open(dir, Options{BaseURL: base})
		if err != nil {
			t.Fatal(err)
		}
		tree, err := b.Load()
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Findings) > 0 {
			t.Errorf("%v", tree.Findings)
		}
		if rules := string(tree.ObjectiveFiles()["rules-SLO-1.yaml"]); !strings.Contains(rules, want) {
			t.Errorf("no %s in\n%s", want, rules)
		}
	}
}
