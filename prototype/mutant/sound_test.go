package mutant_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"lockstep/prototype/check"
)

var scenarios = []scenario{cutOffLeader, slowDisks, muteLeader, impatience, powerCut, leaderLast, oneDiskIsNotTwo, quickVoter, staleReads, lateAnswers, handover, lateHandover, loneSuspicion, newLeader,
	laggingFollower, snapshots, fullMemory, hungDisk, bitFlip, votes, storm}

// outcome is how a scenario ended for one seed.
type outcome struct {
	report   check.Report
	findings []string
}

// broken names what was broken first, in the order of the contract, or is "".
func (o outcome) broken() string {
	for _, p := range check.Properties {
		if o.report.Broken[p] > 0 {
			return string(p)
		}
	}
	if len(o.findings) > 0 {
		return o.findings[0]
	}
	return ""
}

func (o outcome) String() string { return fmt.Sprintf("%s\n%q", o.report, o.findings) }

// play runs a scenario in virtual time.
func play(t *testing.T, s scenario, seed uint64) (o outcome) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, seed, s.tune)
		s.play(w)
		o.report = w.finish()
		o.findings = w.findings
	})
	return o
}

// underRace is set by a build with the race detector.
var underRace bool

// TestScenarios_sound: without a mutant the judge finds nothing, or every mutant
// that it catches would prove nothing.
func TestScenarios_sound(t *testing.T) {
	if underRace {
		t.Skip("the race detector cannot keep up")
	}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			o := play(t, s, 1)
			if o.broken() != "" {
				t.Fatal(o)
			}
			if o.report.Verdict != check.OK {
				t.Error(o)
			}
			t.Logf("%+v", o.report.Counts)
		})
	}
}
