//go:build mutants

package mutant_test

import (
	"strings"
	"testing"

	"lockstep/prototype/check"
	. "lockstep/prototype/mutant"
)

// hunts names the scenario that must catch each mutant.
var hunts = map[Mutant]scenario{
	AckBeforeCommit:       cutOffLeader,
	UnknownAsFail:         muteLeader,
	TimeoutAsFail:         impatience,
	LostAnswerAsFail:      slowDisks,
	BatchReversed:         cutOffLeader,
	NoFsync:               powerCut,
	AnswerBeforeDurable:   leaderLast,
	CommitBeforeDurable:   oneDiskIsNotTwo,
	ApplyBeforeDurable:    oneDiskIsNotTwo,
	SplitVote:             votes,
	NoQuietTime:           quickVoter,
	LeaseEqualsHeartbeat:  staleReads,
	LeaseOutlivesHandover: handover,
	HandoverOfAnyTerm:     lateHandover,
	EvidenceAtAnswer:      lateAnswers,
	SuspicionOfOne:        loneSuspicion,
	ProofBeforeRead:       staleReads,
	NoBarrier:             newLeader,
	FollowerReadsLocally:  laggingFollower,
	WaitOnAppliedIndex:    laggingFollower,
	MinSeqIgnored:         laggingFollower,
	NoDedupe:              cutOffLeader,
	ConflictUnseen:        fullMemory,
	HorizonIgnored:        fullMemory,
	WindowIgnored:         fullMemory,
	DedupeNotInSnapshot:   snapshots,
	DigestNotInSnapshot:   snapshots,
	NewestNotInSnapshot:   snapshots,
	SeqFromLogIndex:       cutOffLeader,
	DuplicateUnsaid:       cutOffLeader,
	EpochOfTheRetry:       cutOffLeader,
	ArrivalsUnchecked:     storm,
	NoFence:               hungDisk,
	ChecksumUnchecked:     bitFlip,
}

// patience is how many seeds a mutant may survive.
const patience = 20

// TestHunt: every mutant is caught.
//
//	go test -tags mutants ./prototype/mutant -run Hunt -v -args -all-seeds 20 -evidence FILE
//
// tells how often each is caught, and writes it down.
func TestHunt(t *testing.T) {
	defer Set("")
	var e evidence
	for _, m := range All {
		t.Run(string(m.Mutant), func(t *testing.T) {
			s, found := hunts[m.Mutant]
			if !found {
				t.Fatal("no scenario hunts it")
			}
			h := &hunt{Mutant: string(m.Mutant), Bug: m.Bug, Scenario: s.name}
			e.Hunts = append(e.Hunts, h)
			for h.Tried < max(*allSeeds, patience) && (h.Caught == 0 || h.Tried < *allSeeds) {
				h.Tried++
				h.try(t, m.Mutant, s)
			}
			if h.Caught == 0 {
				t.Errorf("%s, and nobody noticed in %d seeds", m.Bug, h.Tried)
				return
			}
			t.Logf("%s: %s", m.Bug, h.Proof)
		})
	}
	t.Logf("\n%s", e.table())
	if *evidenceFile != "" {
		e.write(t)
	}
}

// try plays the scenario once, with the mutant alive.
func (h *hunt) try(t *testing.T, m Mutant, s scenario) {
	Set(m)
	defer Set("")
	o := play(t, s, uint64(h.Tried))
	if h.Caught == 0 {
		h.Seeds++
	}
	if o.broken() == "" {
		return
	}
	if h.Caught++; h.Caught == 1 {
		h.Property, _, _ = strings.Cut(o.broken(), ":")
		h.Proof = first(o)
	}
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
