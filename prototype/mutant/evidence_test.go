//go:build mutants

package mutant_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

var (
	evidenceFile = flag.String("evidence", "", "file for what was found, as JSON")
	allSeeds     = flag.Int("all-seeds", 0, "seeds to try on each mutant, even when it has been caught")
)

// evidence is the record of a hunt.
type evidence struct {
	Experiment string `json:"experiment"`
	Commit     string `json:"commit"`
	Machine    string `json:"machine"`
	Seed       int    `json:"seed"` // the first one
	Date       string `json:"date"`
	Command    string `json:"command"` // that does it again
	// Judges are the folders of the code in which the bugs are, and of the judge
	// that caught them.
	Judges  []string `json:"judges"`
	Verdict string   `json:"verdict"`
	Mutants int      `json:"mutants"`
	Caught  int      `json:"caught"`
	Slowest int      `json:"slowest_seeds"` // seeds that the best hidden mutant survived, and the one that caught it
	Sound   int      `json:"sound_runs"`    // of the same scenarios without a mutant
	False   int      `json:"false_alarms"`  // of these
	Hunts   []*hunt  `json:"hunts"`
}

// hunt is what became of one mutant.
type hunt struct {
	Mutant   string `json:"mutant"`
	Bug      string `json:"bug"`
	Scenario string `json:"scenario"`
	Property string `json:"property"` // that was broken first
	Proof    string `json:"proof"`
	Seeds    int    `json:"seeds"`  // until it was caught
	Caught   int    `json:"caught"` // of the seeds that were tried
	Tried    int    `json:"tried"`
}

func (e *evidence) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s %-26s %5s  %s\n", "mutant", "property broken", "seeds", "scenario")
	for _, h := range e.Hunts {
		property := h.Property
		if h.Caught == 0 {
			property = "SURVIVED"
		}
		fmt.Fprintf(&b, "%-24s %-26s %5d  %s", h.Mutant, property, h.Seeds, h.Scenario)
		if h.Tried > h.Seeds {
			fmt.Fprintf(&b, " (%d of %d)", h.Caught, h.Tried)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// write completes the record, with as many sound runs as asked for, and writes it.
func (e *evidence) write(t *testing.T) {
	e.Experiment, e.Seed, e.Date, e.Commit, e.Machine = "mutants", 1, time.Now().UTC().Format(time.DateOnly), commit(), machine()
	e.Command = fmt.Sprintf("go test -tags mutants ./prototype/mutant -run Hunt -args -all-seeds %d -evidence FILE", *allSeeds)
	e.Judges = []string{"prototype/check", "prototype/link", "prototype/mutant", "prototype/node", "prototype/order"}
	for _, s := range scenarios {
		for seed := range *allSeeds {
			e.Sound++
			if o := play(t, s, uint64(seed+1)); o.broken() != "" {
				e.False++
				t.Errorf("%s, seed %d: a false alarm: %s", s.name, seed+1, o)
			}
		}
	}
	e.Mutants, e.Verdict = len(e.Hunts), "ok"
	for _, h := range e.Hunts {
		if h.Caught > 0 {
			e.Caught++
		}
		e.Slowest = max(e.Slowest, h.Seeds)
	}
	if e.Caught < e.Mutants || e.False > 0 {
		e.Verdict = "violated"
	}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*evidenceFile, append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func commit() string {
	id, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	if changes, err := exec.Command("git", "status", "--porcelain", "-uno").Output(); err != nil || len(changes) > 0 {
		return strings.TrimSpace(string(id)) + "-dirty"
	}
	return strings.TrimSpace(string(id))
}

func machine() string {
	text := fmt.Sprintf("%d CPUs, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return text + ", " + strings.TrimSpace(value)
		}
	}
	return text
}
