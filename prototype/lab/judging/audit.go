package judging

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// MaxMessages is how long a conversation the lab makes; then the load stops.
// Replicas keep a conversation in memory, so this bounds it, and the disk.
const MaxMessages = 500_000

// Audit judges, while the experiment runs, what is read back. It remembers each
// seq by two hashes of 64 bits, so it takes 24 bytes a message; two messages
// with equal hashes would go unnoticed.
//
// The exact judge of a finished run is package check; this one is for the eye
// and shares no code with it.
type Audit struct {
	prefix   string   // in the ids that the lab's own senders make
	folded   uint64   // the seq up to which nothing is remembered any more
	shown    []uint64 // by seq-1-folded: the message that was shown there first; 0 if none
	ordered  []uint64 // by seq-1-folded: the id that a linearizable read found there
	acked    []uint64 // by seq-1-folded: the id that was acknowledged there; 0 if none
	Newest   uint64   // newest seq that was acknowledged
	numbers  map[string]uint64
	blamed   map[string]bool // findings that have been counted
	Findings frame.Findings
}

// NewAudit makes an audit of a run whose message ids have a prefix.
func NewAudit(prefix string) *Audit {
	return &Audit{prefix: prefix, numbers: map[string]uint64{}, blamed: map[string]bool{}}
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return max(h.Sum64(), 1)
}

func contentHash(m api.Placed) uint64 {
	return hash(m.ID, m.Sender, m.Body, strconv.FormatUint(m.Epoch, 10))
}

// at grows a list so that seq has a place in it.
func (a *Audit) at(list *[]uint64, seq uint64) *uint64 {
	seq -= a.folded
	if n := int(seq) - len(*list); n > 0 {
		*list = append(*list, make([]uint64, n)...)
	}
	return &(*list)[seq-1]
}

// Fold forgets what was read back up to a seq, which the exact judge has judged.
func (a *Audit) Fold(upto uint64) {
	upto = max(min(upto, a.End()), a.folded)
	for _, list := range []*[]uint64{&a.shown, &a.ordered, &a.acked} {
		*list = slices.Clone((*list)[min(upto-a.folded, uint64(len(*list))):])
	}
	a.folded = upto
}

// blame counts a finding once.
func (a *Audit) blame(counter *uint64, finding ...string) {
	key := strings.Join(finding, " ")
	if !a.blamed[key] {
		a.blamed[key] = true
		*counter++
	}
}

// Acknowledge takes an acknowledgement of a message of ours.
func (a *Audit) Acknowledge(id string, seq uint64) {
	if seq == 0 || seq > 2*MaxMessages {
		a.blame(&a.Findings.Lost, "no such seq", id)
		return
	}
	if seq <= a.folded {
		a.blame(&a.Findings.Duplicated, "one seq for two", id)
		return
	}
	place, h := a.at(&a.acked, seq), hash(id)
	if *place != 0 && *place != h {
		a.blame(&a.Findings.Duplicated, "one seq for two", id)
		return
	}
	first := *place == 0
	*place = h
	a.Newest = max(a.Newest, seq)
	if first && seq <= a.End() {
		a.compare(seq)
	}
}

// End is the newest seq that was read back.
func (a *Audit) End() uint64 { return a.folded + uint64(len(a.ordered)) }

// compare holds what was acknowledged at a seq against what is there.
func (a *Audit) compare(seq uint64) {
	if seq-a.folded > uint64(len(a.acked)) || *a.at(&a.acked, seq) == 0 {
		return
	}
	want := *a.at(&a.acked, seq)
	switch {
	case *a.at(&a.ordered, seq) == want:
		a.Findings.Verified++
	case slices.Contains(a.ordered, want):
		a.blame(&a.Findings.Reordered, "moved", strconv.FormatUint(seq, 10))
	default:
		a.blame(&a.Findings.Lost, "lost", strconv.FormatUint(seq, 10))
	}
}

// ReadBack takes a linearizable reading of what follows end(). ackedBefore is
// the newest seq that had been acknowledged when the reading began: the reading
// must have seen it.
func (a *Audit) ReadBack(ackedBefore uint64, r api.View) {
	for _, m := range r.Messages {
		if want := a.End() + 1; m.Seq != want {
			a.blame(&a.Findings.Holes, "hole", strconv.FormatUint(want, 10))
			if m.Seq < want || m.Seq > 2*MaxMessages {
				continue
			}
		}
		*a.at(&a.ordered, m.Seq) = hash(m.ID)
		a.senderOrder(m)
		a.compare(m.Seq)
	}
	for seq := max(r.Last, a.End()) + 1; seq <= ackedBefore; seq++ {
		if *a.at(&a.acked, seq) != 0 {
			a.blame(&a.Findings.Lost, "lost", strconv.FormatUint(seq, 10))
		}
	}
}

// senderOrder: our senders number their messages and send the next when the one
// before is acknowledged, so in the order the numbers of a sender must rise.
func (a *Audit) senderOrder(m api.Placed) {
	n, ok := numberOf(a.prefix, m)
	if !ok {
		return // somebody else writes to the conversation as well
	}
	switch last := a.numbers[m.Sender]; {
	case n == last:
		a.blame(&a.Findings.Duplicated, "twice", m.ID, strconv.FormatUint(m.Seq, 10))
	case n < last:
		a.blame(&a.Findings.Reordered, "late", m.ID, strconv.FormatUint(m.Seq, 10))
	default:
		a.numbers[m.Sender] = n
	}
}

// Show takes a message as a replica has it, and says whether it agrees with
// what was shown at that seq before, by whichever replica.
func (a *Audit) Show(node string, m api.Placed) bool {
	if m.Seq == 0 || m.Seq > 2*MaxMessages {
		return false
	}
	if m.Seq <= a.folded {
		return true // a replica that catches up
	}
	place, h := a.at(&a.shown, m.Seq), contentHash(m)
	if *place == 0 {
		*place = h
	}
	if *place != h {
		a.blame(&a.Findings.Diverged, "differs", node, strconv.FormatUint(m.Seq, 10))
		return false
	}
	return true
}
