package build

import (
	"slices"
	"testing"

	"lockstep/site"
)

// TestWords: what words of records mean is for lockstep.yaml to say, and what it says
// wrongly is a finding.
func TestWords(t *testing.T) {
	const text = "-- README.md --\n# Home\n-- docs/adr/0001-a.md --\n# A\n\n## Zustand\n\nLive\n\n## Decision\n\nThe status is said above.\n"
	if got := rules(load(t, tree(t, text)).Findings); !slices.Equal(got, []string{"docs/adr/0001-a.md missing-status"}) {
		t.Fatalf("without a configuration: %v", got)
	}
	loaded := load(t, tree(t, text+"-- lockstep.yaml --\nstatuses: {Live: accepted, Paused: maybe}\nheadings: {Zustand: status, Ende: end}\n"))
	if d := loaded.decisions[0].Decision; d.Status != site.StatusAccepted {
		t.Errorf("the status is %q", d.Status)
	}
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"lockstep.yaml config", "lockstep.yaml config"}) {
		t.Errorf("findings %v", loaded.Findings)
	}
}

// TestWords_missing: in MADR a status is optional. The account says how many records
// have none.
func TestWords_missing(t *testing.T) {
	const text = "-- README.md --\n# Home\n-- docs/adr/0001-a.md --\n# A\n\nstatus\n\n## Decision Outcome\n\nText.\n"
	loaded := load(t, tree(t, text))
	if len(loaded.Findings) > 0 || loaded.Account().String() != "2 Markdown files: 2 pages; 1 decision without a status" {
		t.Errorf("%s\nfindings %v", loaded.Account(), loaded.Findings)
	}
	if got := rules(load(t, tree(t, text+"-- lockstep.yaml --\nstrict: true\n")).Findings); !slices.Equal(got, []string{"docs/adr/0001-a.md missing-status"}) {
		t.Errorf("strict: %v", got)
	}
}
