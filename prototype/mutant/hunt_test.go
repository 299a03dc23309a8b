//go:build mutants

package mutant_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/prototype/check"
	. "lockstep/prototype/mutant"
)

// hunts names the scenario that must catch each mutant.
var hunts = map[Mutant]scenario{
	AckBeforeCommit:      cutOffLeader,
	UnknownAsFail:        muteLeader,
	TimeoutAsFail:        impatience,
	LostAnswerAsFail:     slowDisks,
	BatchReversed:        cutOffLeader,
	NoFsync:              powerCut,
	AnswerBeforeDurable:  leaderLast,
	CommitBeforeDurable:  oneDiskIsNotTwo,
	ApplyBeforeDurable:   oneDiskIsNotTwo,
	SplitVote:            votes,
	NoQuietTime:          quickVoter,
	LeaseEqualsHeartbeat: staleReads,
	EvidenceAtAnswer:     lateAnswers,
	SuspicionOfOne:       loneSuspicion,
	ProofBeforeRead:      staleReads,
	NoBarrier:            newLeader,
	FollowerReadsLocally: laggingFollower,
	WaitOnAppliedIndex:   laggingFollower,
	MinSeqIgnored:        laggingFollower,
	NoDedupe:             cutOffLeader,
	DedupeNotInSnapshot:  snapshots,
	DigestNotInSnapshot:  snapshots,
	NewestNotInSnapshot:  snapshots,
	SeqFromLogIndex:      cutOffLeader,
	DuplicateUnsaid:      cutOffLeader,
	EpochOfTheRetry:      cutOffLeader,
	ArrivalsUnchecked:    storm,
	NoFence:              hungDisk,
	ChecksumUnchecked:    bitFlip,
}

// patience is how many seeds a mutant may survive.
const patience = 20

// TestHunt: every mutant is caught.
func TestHunt(t *testing.T) {
	defer Set("")
	var table strings.Builder
	fmt.Fprintf(&table, "%-24s %-26s %5s  %s\n", "mutant", "property broken", "seeds", "scenario")
	for _, m := range All {
		t.Run(string(m.Mutant), func(t *testing.T) {
			s, ok := hunts[m.Mutant]
			if !ok {
				t.Fatal("no scenario hunts it")
			}
			for seed := uint64(1); seed <= patience; seed++ {
				Set(m.Mutant)
				o := play(t, s, seed)
				Set("")
				if broken := o.broken(); broken != "" {
					fmt.Fprintf(&table, "%-24s %-26s %5d  %s\n", m.Mutant, short(broken), seed, s.name)
					t.Logf("%s: %s", m.Bug, first(o))
					return
				}
			}
			fmt.Fprintf(&table, "%-24s %-26s %5d  %s\n", m.Mutant, "SURVIVED", patience, s.name)
			t.Errorf("%s, and nobody noticed in %d seeds", m.Bug, patience)
		})
	}
	t.Logf("\n%s", table.String())
}

// short is a finding without its explanation.
func short(finding string) string {
	name, _, _ := strings.Cut(finding, ":")
	return name
}

// first is the proof of what was broken first.
func first(o outcome) string {
	for _, p := range check.Properties {
		if proof, found := o.report.Witness[p]; found {
			return proof.Sentence
		}
	}
	return o.findings[0]
}
