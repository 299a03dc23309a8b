package check

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/history"
)

// calm is a world in which little goes wrong, so that what the judges say of one fault
// is not hidden by others.
type calm struct {
	*world
	r   *rand.Rand
	did []string
	odd int // faults that are left
	// marks are the seqs up to which it was folded and of which all is still there. After
	// a loss replicas are read from one of them on.
	marks []uint64
	from  uint64
}

func (c *calm) fault(name string) bool {
	if c.odd == 0 || c.r.IntN(25) > 0 {
		return false
	}
	c.odd--
	c.did = append(c.did, fmt.Sprintf("%s at %d of %d", name, len(c.order), c.settled))
	return true
}

func (c *calm) free(n int) int { return max(c.settled, len(c.order)-c.r.IntN(n)) }

func (c *calm) sends(s int) {
	if c.pending[s] == nil {
		c.numbers[s]++
		c.pending[s] = &history.Message{ID: fmt.Sprintf("%d-%d", s, c.numbers[s]), Sender: fmt.Sprint("s", s), Body: "b"}
		c.placed[s] = false
	}
	m := *c.pending[s]
	op := c.begin(history.Event{Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body})
	if c.r.IntN(4) == 0 && s < 2 {
		c.sends(s + 1)
	}
	known := c.find(m.ID) > 0
	duplicate := known
	switch {
	case known && !c.fault("twice"):
	case c.fault("refused and placed"):
		c.order = append(c.order, m)
		c.tell(history.Event{Op: op, Type: history.Fail})
		return
	case c.fault("inserted"):
		c.order = slices.Insert(c.order, c.free(6), m)
	default:
		c.order = append(c.order, m)
	}
	seq := c.find(m.ID)
	switch {
	case c.fault("not placed"):
		c.order = slices.Delete(c.order, int(seq)-1, int(seq))
	case c.fault("other seq"):
		seq += uint64(c.r.IntN(3))
	case c.fault("duplicate"):
		duplicate = !duplicate
	case c.r.IntN(10) == 0:
		c.tell(history.Event{Op: op, Type: history.Info})
		return
	}
	c.pending[s] = nil
	if int(seq) <= c.settled { // the lane says so of what is folded
		seq = uint64(c.settled) + 1
	}
	c.tell(history.Event{Op: op, Type: history.OK, Seq: seq, Duplicate: duplicate})
}

func (c *calm) reads(between func()) {
	level := []string{"linearizable", "leader", "session"}[c.r.IntN(3)]
	after := uint64(max(c.settled, len(c.order)-c.r.IntN(4)))
	op := c.begin(history.Event{Kind: history.Read, Level: level, Sender: "reader", After: after})
	between()
	order := c.order
	if c.fault("stale " + level) {
		order = order[:max(0, len(order)-1-c.r.IntN(6))]
	}
	messages := shown(order, after)
	if n := len(messages); n > 1 && c.fault("swapped read") {
		messages[n-1].ID, messages[n-2].ID = messages[n-2].ID, messages[n-1].ID
		messages[n-1].Sender, messages[n-2].Sender = messages[n-2].Sender, messages[n-1].Sender
	}
	c.tell(history.Event{Op: op, Type: history.OK, Last: uint64(len(order)), Messages: messages})
}

// loses leaves the beginning of what is settled, and some of what follows if the lane
// keeps messages one by one.
func (c *calm) loses(keep int, some bool) {
	var left []history.Message
	for i, m := range c.order {
		if i < keep || some && i < c.settled && c.r.IntN(2) == 0 {
			left = append(left, m)
		}
	}
	c.marks = slices.DeleteFunc(c.marks, func(upto uint64) bool { return int(upto) > keep })
	if c.from = 0; len(c.marks) > 0 {
		c.from = c.marks[c.r.IntN(len(c.marks))]
	}
	c.order, c.settled, c.lost, c.losses = left, len(left), true, c.losses+1
}

func (c *calm) judges(t *testing.T, seed uint64) {
	for _, n := range nodes {
		order := slices.Clone(c.order)
		if len(order) > c.settled+1 && c.fault("short replica") {
			order = order[:len(order)-1]
		}
		if n := len(order); n > c.settled+1 && c.fault("differing replica") {
			order[n-1], order[n-2] = order[n-2], order[n-1]
		}
		c.op++
		for _, j := range []*Judge{c.all, c.few} {
			after := uint64(0)
			if j == c.few && c.lost {
				after = c.from
			} else if j == c.few {
				after = c.folded
			}
			c.toOne(j, &history.Event{Op: c.op, Type: history.Invoke, Kind: history.Read, Node: n, Final: true, After: after, Level: "local"})
			c.toOne(j, &history.Event{Op: c.op, Type: history.OK, Last: uint64(len(order)), Messages: shown(order, after)})
		}
	}
	want, got := c.all.Report(), c.few.Report()
	if got.Counts.AtLeast && c.losses == 0 {
		t.Fatalf("seed %d, %q: it has a lower bound, and nothing of what was folded was lost", seed, c.did)
	}
	if !cmp.Equal(bounded(got.Counts, want.Counts), want.Counts) || !cmp.Equal(got.Verdicts, want.Verdicts) {
		t.Fatalf("seed %d, %q\nall:\n%s\nfolded up to %d:\n%s\n%s\n%s", seed, c.did, want, c.folded, got, cmp.Diff(want.Counts, got.Counts), cmp.Diff(want.Verdicts, got.Verdicts))
	}
	upto := c.few.Fold("", "room", uint64(max(0, len(c.order)-c.r.IntN(4))))
	if again := c.few.conversations; len(again) > 0 && again[0].folded.times == c.losses {
		c.settled, c.folded, c.lost = int(upto), upto, false
		c.marks = append(c.marks, upto)
	}
}

// TestFold_calm: a judge who forgets says the same as one who keeps everything of
// histories with one to three faults.
func TestFold_calm(t *testing.T) {
	folds := 0
	for seed := range uint64(1000) {
		c := &calm{world: &world{all: NewJudge(), few: NewJudge()}, r: rand.New(rand.NewPCG(seed, 0))}
		c.odd = 1 + c.r.IntN(3)
		for range 20 + c.r.IntN(60) {
			switch step := c.r.IntN(100); {
			case step < 70:
				c.sends(c.r.IntN(3))
			case step < 85:
				c.reads(func() {
					switch c.r.IntN(6) {
					case 0:
						c.sends(0)
					case 1:
						c.judges(t, seed)
					}
				})
			case step < 88 && c.folded > 0 && !c.lost && c.fault("all lost"):
				c.loses(0, false)
			case step < 88 && c.folded > 0 && !c.lost && c.fault("a part lost"):
				c.loses(c.r.IntN(c.settled), false)
			case step < 88 && c.folded > 0 && !c.lost && c.fault("some lost"):
				c.loses(c.r.IntN(c.settled), true)
			case step < 90 && c.fault("tail lost"):
				c.order = c.order[:c.free(4)]
			case step < 95:
				before := c.folded
				c.judges(t, seed)
				if c.folded > before {
					folds++
				}
			}
		}
		c.judges(t, seed)
		c.judges(t, seed)
	}
	if folds < 1000 {
		t.Errorf("%d folds: that tests little", folds)
	}
}
