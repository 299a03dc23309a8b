package check

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"lockstep/prototype/history"
)

// world is a lane that breaks all promises, and two judges who are told of it: one keeps
// everything, and one folds.
type world struct {
	all, few *Judge
	op       int
	time     int64
	order    []history.Message // without seqs
	settled  int               // of the order; what the lane never changes, unless it loses everything
	folded   uint64
	lost     bool // everything, since the last fold
	losses   int
	numbers  [3]int
	pending  [3]*history.Message
	placed   [3]bool
}

func (w *world) tell(e history.Event) history.Event {
	w.toOne(w.all, &e)
	w.toOne(w.few, &e)
	return e
}

func (w *world) toOne(j *Judge, e *history.Event) {
	w.time += 1000
	e.Time, e.Conversation = w.time, "room"
	copied := *e
	j.Add(&copied)
}

func (w *world) begin(e history.Event) int {
	w.op++
	e.Op, e.Type = w.op, history.Invoke
	w.tell(e)
	return w.op
}

// shown are the messages behind a seq.
func shown(order []history.Message, after uint64) (list []history.Message) {
	for i, m := range order[min(after, uint64(len(order))):] {
		m.Seq = after + uint64(i) + 1
		list = append(list, m)
	}
	return list
}

func (w *world) find(id string) uint64 {
	return uint64(slices.IndexFunc(w.order, func(m history.Message) bool { return m.ID == id }) + 1)
}

// send lets a sender try once.
func (w *world) send(t *rapid.T, s int, begun func()) {
	if w.pending[s] == nil {
		w.numbers[s]++
		w.pending[s], w.placed[s] = &history.Message{ID: fmt.Sprintf("%d-%d", s, w.numbers[s]), Sender: fmt.Sprint("s", s), Body: "b"}, false
	}
	m := *w.pending[s]
	op := w.begin(history.Event{Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body})
	begun()
	known := w.find(m.ID) > 0
	if outcome := rapid.IntRange(0, 9).Draw(t, "outcome"); outcome == 0 {
		w.tell(history.Event{Op: op, Type: history.Info})
		return
	} else if outcome == 1 && !w.placed[s] {
		w.tell(history.Event{Op: op, Type: history.Fail})
		return
	}
	if !known || rapid.IntRange(0, 30).Draw(t, "twice") == 0 {
		at := max(w.settled, len(w.order)-max(0, rapid.IntRange(-6, 3).Draw(t, "before")))
		w.order = slices.Insert(w.order, at, m)
	}
	if rapid.IntRange(0, 9).Draw(t, "unheard") == 0 {
		w.placed[s] = true
		w.tell(history.Event{Op: op, Type: history.Info})
		return
	}
	w.pending[s] = nil
	w.tell(history.Event{Op: op, Type: history.OK, Seq: w.find(m.ID), Epoch: 0, Duplicate: known})
}

func (w *world) read(t *rapid.T, between func()) {
	level := rapid.SampledFrom([]string{"linearizable", "leader", "local"}).Draw(t, "level")
	back := rapid.IntRange(0, 3).Draw(t, "back")
	after := uint64(max(len(w.order)-back, 0))
	op := w.begin(history.Event{Kind: history.Read, Level: level, After: after})
	between()
	order := w.order[:max(0, len(w.order)-max(0, rapid.IntRange(-8, 2).Draw(t, "behind")))]
	w.tell(history.Event{Op: op, Type: history.OK, Last: uint64(len(order)), Messages: shown(order, after)})
}

// bounded gives the counts of a judge who folds, and where they are lower bounds those of
// one who keeps everything, unless they are less.
func bounded(few, all Counts) Counts {
	if !few.AtLeast {
		return few
	}
	few.AtLeast = all.AtLeast
	few.Lost, few.Duplicated, few.Reordered = max(few.Lost, all.Lost), max(few.Duplicated, all.Duplicated), max(few.Reordered, all.Reordered)
	return few
}

var nodes = []string{"n1", "n2", "n3"}

// judge reads everything and compares what the judges say. Replicas may differ at their
// ends.
func (w *world) judge(t *rapid.T) {
	for _, n := range nodes {
		order := slices.Clone(w.order)
		end := len(order) - 1
		differs := 9
		if n != nodes[0] {
			differs = rapid.IntRange(0, 12).Draw(t, "replica")
		}
		switch differs {
		case 0:
			order = order[:max(w.settled, end)]
		case 1:
			if end-1 >= w.settled {
				order[end], order[end-1] = order[end-1], order[end]
			}
		}
		if w.folded > 0 && !w.lost {
			op := w.begin(history.Event{Kind: history.Digest, Node: n, Upto: w.folded})
			w.tell(history.Event{Op: op, Type: history.OK, Seq: w.folded, Digest: fmt.Sprint(w.folded)})
		}
		w.op++
		for _, j := range []*Judge{w.all, w.few} {
			after := uint64(0)
			if j == w.few && !w.lost {
				after = w.folded
			}
			w.toOne(j, &history.Event{Op: w.op, Type: history.Invoke, Kind: history.Read, Node: n, Final: true, After: after, Level: "local"})
			w.toOne(j, &history.Event{Op: w.op, Type: history.OK, Last: uint64(len(order)), Messages: shown(order, after)})
		}
	}
	want, got := w.all.Report(), w.few.Report()
	// Where everything is lost, one who kept it counts more proofs of the same.
	if got.Counts.AtLeast && w.losses == 0 {
		t.Fatal("it has a lower bound, and nothing of what was folded was lost")
	}
	counts := bounded(got.Counts, want.Counts)
	if !cmp.Equal(counts, want.Counts) || !cmp.Equal(got.Verdicts, want.Verdicts) || got.Verdict != want.Verdict || !cmp.Equal(got.Reasons, want.Reasons, cmpopts.EquateEmpty()) {
		t.Fatalf("all:\n%s\nfolded up to %d:\n%s\n%s\n%s", want, w.folded, got, cmp.Diff(want.Counts, got.Counts), cmp.Diff(want.Verdicts, got.Verdicts))
	}
	upto := w.few.Fold("", "room", uint64(max(0, len(w.order)-rapid.IntRange(0, 6).Draw(t, "tail"))))
	if again := w.few.conversations; len(again) > 0 && again[0].folded.times == w.losses {
		w.settled, w.folded, w.lost = int(upto), upto, false
	}
}

// TestFold: a judge who forgets what is settled says the same as one who keeps
// everything, whatever a lane does to its newest messages, and also when it loses all.
func TestFold(t *testing.T) {
	folds := 0
	rapid.Check(t, func(t *rapid.T) {
		w := &world{all: NewJudge(), few: NewJudge()}
		nothing := func() {}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			switch step := rapid.IntRange(0, 99).Draw(t, "step"); {
			case step < 60:
				s := rapid.IntRange(0, 2).Draw(t, "sender")
				w.send(t, s, func() {
					if rapid.IntRange(0, 3).Draw(t, "together") == 0 {
						w.send(t, (s+1)%3, nothing)
					}
				})
			case step < 80:
				w.read(t, func() {
					switch rapid.IntRange(0, 5).Draw(t, "meanwhile") {
					case 0:
						w.send(t, 0, nothing)
					case 1:
						w.judge(t)
					}
				})
			case step < 85:
				w.order = w.order[:max(w.settled, len(w.order)-3)]
			case step < 86 && w.folded > 0 && !w.lost:
				keep := rapid.IntRange(0, w.settled).Draw(t, "keep")
				if rapid.Bool().Draw(t, "nothing") {
					keep = 0
				}
				w.order, w.settled, w.lost, w.losses = w.order[:keep], keep, true, w.losses+1
			default:
				before := w.folded
				w.judge(t)
				if w.folded > before {
					folds++
				}
			}
		}
		w.judge(t)
	})
	if folds < 20 {
		t.Errorf("%d folds: that tests nothing", folds)
	}
}

// TestFold_memory: a judge that folds does not grow.
func TestFold_memory(t *testing.T) {
	j := NewJudge()
	op := 0
	add := func(e history.Event) {
		e.Conversation = "room"
		j.Add(&e)
	}
	size := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	var early uint64
	seq, folded := uint64(0), uint64(0)
	for range 60 {
		first := seq + 1
		for range 1000 {
			op, seq = op+1, seq+1
			add(history.Event{Op: op, Type: history.Invoke, Kind: history.Send, ID: fmt.Sprint(seq), Sender: "ada", Body: fmt.Sprint("ada ", seq)})
			add(history.Event{Op: op, Type: history.OK, Seq: seq, Epoch: 1})
		}
		var messages []history.Message
		for s := max(first, folded+1); s <= seq; s++ {
			messages = append(messages, history.Message{Seq: s, ID: fmt.Sprint(s), Sender: "ada", Body: fmt.Sprint("ada ", s), Epoch: 1})
		}
		for _, n := range nodes {
			op++
			add(history.Event{Op: op, Type: history.Invoke, Kind: history.Read, Node: n, Final: true, After: folded})
			add(history.Event{Op: op, Type: history.OK, Last: seq, Messages: messages})
		}
		if r := j.Report(); r.Verdict != OK || r.Counts.Acknowledged != int(seq) {
			t.Fatal(r)
		}
		if folded = j.Fold("", "room", seq); folded != seq {
			t.Fatalf("folded up to %d of %d", folded, seq)
		}
		if seq == 10_000 {
			early = size()
		}
	}
	if now := size(); now > early+early/10 {
		t.Errorf("%d bytes after 10,000 messages, %d after %d", early, now, seq)
	}
	runtime.KeepAlive(j)
}

// TestFold_open: a read that is under way while the judge folds, and misses what was over
// when it began, is still found out.
func TestFold_open(t *testing.T) {
	j := NewJudge()
	add := func(op int, typ history.Type, e history.Event) {
		e.Op, e.Type, e.Conversation = op, typ, "room"
		j.Add(&e)
	}
	var all []history.Message
	send := func(op int, id string) {
		all = append(all, history.Message{Seq: uint64(len(all) + 1), ID: id, Sender: "ada", Body: "b"})
		add(op, history.Invoke, history.Event{Kind: history.Send, ID: id, Sender: "ada", Body: "b"})
		add(op, history.OK, history.Event{Seq: uint64(len(all))})
	}
	send(1, "first")
	send(2, "second")
	add(3, history.Invoke, history.Event{Kind: history.Read, Level: "linearizable", After: 3})
	send(4, "third")
	add(5, history.Invoke, history.Event{Kind: history.Read, Node: "n1", Final: true})
	add(5, history.OK, history.Event{Last: 3, Messages: all})
	if upto := j.Fold("", "room", 3); upto != 2 {
		t.Errorf("folded up to %d, want 2: the third was not over when the read began", upto)
	}
	add(3, history.OK, history.Event{Last: 1})
	if v := j.Report().Verdicts[LinearizableReads]; v != Violated {
		t.Errorf("a stale read is %s", v)
	}
}

// TestFold_reading: what a read shows that is under way while the judge folds is compared.
func TestFold_reading(t *testing.T) {
	j := NewJudge()
	add := func(op int, typ history.Type, e history.Event) {
		e.Op, e.Type, e.Conversation = op, typ, "room"
		j.Add(&e)
	}
	var all []history.Message
	for i, id := range []string{"first", "second", "third"} {
		all = append(all, history.Message{Seq: uint64(i + 1), ID: id, Sender: "ada", Body: "b"})
		add(i+1, history.Invoke, history.Event{Kind: history.Send, ID: id, Sender: "ada", Body: "b"})
		add(i+1, history.OK, history.Event{Seq: uint64(i + 1)})
	}
	add(4, history.Invoke, history.Event{Kind: history.Read, Level: "linearizable", After: 1})
	add(5, history.Invoke, history.Event{Kind: history.Read, Node: "n1", Final: true})
	add(5, history.OK, history.Event{Last: 3, Messages: all})
	if upto := j.Fold("", "room", 3); upto != 1 {
		t.Errorf("folded up to %d, want 1: the rest may be shown", upto)
	}
	swapped := []history.Message{all[2], all[1]}
	swapped[0].Seq, swapped[1].Seq = 2, 3
	add(4, history.OK, history.Event{Last: 3, Messages: swapped})
	if v := j.Report().Verdicts[Agreement]; v != Violated {
		t.Errorf("Agreement is %s after a read that showed two messages in each other's place", v)
	}
}
