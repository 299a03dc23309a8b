// Package mutant names deliberate bugs, so that tests can show that the judge and
// the torture would notice them. A judge that has never refused anything proves
// nothing, and a cluster that always passes may just not be looked at closely.
//
// Each mutant is one line at the place where an engineer could have made that
// mistake: `if mutant.On(mutant.NoBarrier) { … }`. On is the constant false
// unless the program is built with the tag mutants, so the compiler removes the
// line, and a released binary cannot be made to misbehave. With the tag, one
// mutant at a time is chosen with Set or by the environment variable
// LOCKSTEP_MUTANT.
//
//	go test -tags mutants -v ./prototype/mutant
//
// hunts all of them: each has a scenario in virtual time that must catch it
// within a few seeds, and that passes when no mutant is on.
package mutant

// Mutant is one deliberate bug.
type Mutant string

const (
	AckBeforeCommit       Mutant = "ack-before-commit"
	UnknownAsFail         Mutant = "unknown-as-fail"
	TimeoutAsFail         Mutant = "timeout-as-fail"
	LostAnswerAsFail      Mutant = "lost-answer-as-fail"
	BatchReversed         Mutant = "batch-reversed"
	NoFsync               Mutant = "no-fsync"
	AnswerBeforeDurable   Mutant = "answer-before-durable"
	CommitBeforeDurable   Mutant = "commit-before-durable"
	ApplyBeforeDurable    Mutant = "apply-before-durable"
	SplitVote             Mutant = "split-vote"
	NoQuietTime           Mutant = "no-quiet-time"
	LeaseEqualsHeartbeat  Mutant = "lease-equals-heartbeat"
	LeaseOutlivesHandover Mutant = "lease-outlives-handover"
	HandoverOfAnyTerm     Mutant = "handover-of-any-term"
	EvidenceAtAnswer      Mutant = "evidence-at-answer"
	SuspicionOfOne        Mutant = "suspicion-of-one"
	ProofBeforeRead       Mutant = "proof-before-read"
	NoBarrier             Mutant = "no-barrier"
	FollowerReadsLocally  Mutant = "follower-reads-locally"
	WaitOnAppliedIndex    Mutant = "wait-on-applied-index"
	MinSeqIgnored         Mutant = "min-seq-ignored"
	NoDedupe              Mutant = "no-dedupe"
	ConflictUnseen        Mutant = "conflict-unseen"
	HorizonIgnored        Mutant = "horizon-ignored"
	WindowIgnored         Mutant = "window-ignored"
	DedupeNotInSnapshot   Mutant = "dedupe-not-in-snapshot"
	DigestNotInSnapshot   Mutant = "digest-not-in-snapshot"
	NewestNotInSnapshot   Mutant = "newest-not-in-snapshot"
	SeqFromLogIndex       Mutant = "seq-from-log-index"
	DuplicateUnsaid       Mutant = "duplicate-unsaid"
	EpochOfTheRetry       Mutant = "epoch-of-the-retry"
	ArrivalsUnchecked     Mutant = "arrivals-unchecked"
	NoFence               Mutant = "no-fence"
	ChecksumUnchecked     Mutant = "checksum-unchecked"
)

// Description says what is wrong with a mutant.
type Description struct {
	Mutant
	Bug string
}

// All are the mutants that there are.
var All = []Description{
	{AckBeforeCommit, "the leader acknowledges a message when it has proposed it"},
	{UnknownAsFail, "a leader that loses its lead says that what it had proposed has failed"},
	{TimeoutAsFail, "a send without an answer in time is called a failure"},
	{LostAnswerAsFail, "a node that passed a send on and got no answer calls it a failure"},
	{BatchReversed, "what gathered for one entry goes into it in the reverse order"},
	{NoFsync, "the log says that entries are on disk when they are only queued for it"},
	{AnswerBeforeDurable, "a follower confirms entries that its disk does not hold yet"},
	{CommitBeforeDurable, "a leader tells followers of a commit that counts on its own disk too early"},
	{ApplyBeforeDurable, "the state machine applies what the local disk does not hold yet"},
	{SplitVote, "term and candidate of a vote are written one after the other (hashicorp/raft issue 661)"},
	{NoQuietTime, "a voter that has just started votes at once, whatever it had promised"},
	{LeaseEqualsHeartbeat, "lease reads trust the library's lease, which is as long as the heartbeat timeout"},
	{LeaseOutlivesHandover, "a leader that has asked another node to take over still answers by its lease"},
	{HandoverOfAnyTerm, "a node that is asked to take over does so whoever leads by then"},
	{EvidenceAtAnswer, "an answer proves leadership at its arrival, whenever its request left"},
	{SuspicionOfOne, "a node that hears no leader is elected even by those who hear one"},
	{ProofBeforeRead, "a linearizable read accepts proof of leadership from before it arrived"},
	{NoBarrier, "a new leader serves reads before it knows what earlier ones committed"},
	{FollowerReadsLocally, "a follower answers linearizable reads from what it has"},
	{WaitOnAppliedIndex, "a follower's read waits for the library's applied index, which runs ahead"},
	{MinSeqIgnored, "a session read does not wait for min_seq"},
	{NoDedupe, "a message that is sent again is placed again"},
	{ConflictUnseen, "a message with a used id and another body is called a duplicate"},
	{HorizonIgnored, "an id that may have been forgotten is taken for new"},
	{WindowIgnored, "ids are forgotten for want of room before their window is over"},
	{DedupeNotInSnapshot, "the ids of messages are lost with a snapshot"},
	{DigestNotInSnapshot, "the digests begin anew with a snapshot"},
	{NewestNotInSnapshot, "a snapshot lacks the newest message of each conversation"},
	{SeqFromLogIndex, "an acknowledgement names the log index instead of the seq"},
	{DuplicateUnsaid, "a retry is told that it is the original"},
	{EpochOfTheRetry, "a retry is told the epoch of the retry"},
	{ArrivalsUnchecked, "the leader takes what other nodes pass on as it comes, late or twice"},
	{NoFence, "a leader whose disk hangs goes on leading (hashicorp/raft issue 503)"},
	{ChecksumUnchecked, "damaged log entries are read as they are"},
}
