package run

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"lockstep/site"
)

// Bug is a deliberate one, alive only in a program of its own, and in it only where a run
// switches it on.
type Bug struct{ Name, Words string }

// CheckBug says why a bug cannot be switched on; none, by the name "", always can.
func (l *Lab) CheckBug(name string) error {
	if name == "" || slices.ContainsFunc(l.Bugs, func(b Bug) bool { return b.Name == name }) {
		return nil
	}
	var names []string
	for _, b := range l.Bugs {
		names = append(names, b.Name)
	}
	if near := site.Nearest(name, names); near != "" {
		return fmt.Errorf("the bug %q, which there is not: did you mean %s?", name, near)
	}
	return fmt.Errorf("the bug %q, which there is not; lockstep lab bugs lists all", name)
}

// Words say what is wrong with a bug.
func (l *Lab) Words(bug string) string {
	if i := slices.IndexFunc(l.Bugs, func(b Bug) bool { return b.Name == bug }); i >= 0 {
		return l.Bugs[i].Words
	}
	return ""
}

// BugEvidence is the name of what was recorded of bugs among the evidence, and
// HuntEvidence of what the hunt in virtual time has found.
const (
	BugEvidence  = "bugs"
	HuntEvidence = "mutants"
)

// Bugs is what was recorded of each deliberate bug in the stories of the laboratory.
type Bugs struct {
	// Tried are the stories, with their seeds, that were played one after the other with
	// each bug that none before had caught.
	Tried []string    `json:"tried"`
	Bugs  []CaughtBug `json:"bugs"`
}

// Of is what was recorded of a bug; ok is false if nothing was.
func (b Bugs) Of(bug string) (c CaughtBug, ok bool) {
	if i := slices.IndexFunc(b.Bugs, func(c CaughtBug) bool { return c.Bug == bug }); i >= 0 {
		return b.Bugs[i], true
	}
	return c, false
}

// Caught are those that a story has caught.
func (b Bugs) Caught() []CaughtBug {
	return slices.DeleteFunc(slices.Clone(b.Bugs), func(c CaughtBug) bool { return c.Scenario == "" })
}

// CaughtBug is the first run of a story in which the exact judge found a promise of the
// strong lane broken while the bug was on. Scenario is "" where no story did.
type CaughtBug struct {
	Bug      string `json:"bug"`
	Scenario string `json:"scenario,omitempty"`
	Seed     int    `json:"seed,omitempty"`
	At       int64  `json:"at_ms,omitempty"` // of the verdict, from the beginning of the run
	Promise  string `json:"promise,omitempty"`
	Proof    string `json:"proof,omitempty"`
	Trace    string `json:"trace,omitempty"` // up to the verdict
}

// Address is the run in which it was caught, at the verdict.
func (c CaughtBug) Address() Address {
	return Address{Seed: c.Seed, At: time.Duration(c.At) * time.Millisecond, Actions: Story(c.Scenario), Bug: c.Bug}
}

// Without is the same story with the same seed and without the bug, at the same moment.
func (c CaughtBug) Without() Address {
	r := c.Address()
	r.Bug = ""
	return r
}

// Hunted is what a hunt of bugs in virtual time has found.
type Hunted struct {
	Hunts []Hunt `json:"hunts"`
}

// Hunt is that of one bug: within how many seeds a scenario caught it first, and how often
// of how many.
type Hunt struct {
	Bug      string `json:"mutant"`
	Scenario string `json:"scenario"`
	Property string `json:"property"`
	Proof    string `json:"proof"`
	Seeds    int    `json:"seeds"`
	Caught   int    `json:"caught"`
	Tried    int    `json:"tried"`
}

// LoadBugs reads what was recorded of bugs in stories. File is where it is, or would be.
func LoadBugs(fsys fs.FS, folders []string) (b Bugs, file string, err error) {
	if file, err = loadFirst(fsys, folders, BugEvidence+".json", &b); err != nil {
		return Bugs{}, file, err
	}
	return b, file, nil
}

// LoadHunted likewise reads what the hunt has found.
func LoadHunted(fsys fs.FS, folders []string) (h Hunted, file string, err error) {
	if file, err = loadFirst(fsys, folders, HuntEvidence+".json", &h); err != nil {
		return Hunted{}, file, err
	}
	return h, file, nil
}
