package linear

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
)

const patience = 10 * time.Second

// alike are the properties that the model knows, too. It has no sessions and no
// digests, and senders have no order in it.
var alike = []check.Property{check.Agreement, check.Density, check.Stability, check.Once, check.RealTime, check.LinearizableReads, check.LeaderReads}

func exact(events []history.Event) (broken bool, report check.Report) {
	report = check.Check(events)
	return slices.ContainsFunc(alike, func(p check.Property) bool { return report.Broken[p] > 0 }), report
}

// simulated is a history of a small log that works: a few clients send and read
// at once, some attempts fail, some are never answered, some take effect later.
type simulated struct {
	random *rand.Rand
	events []history.Event
	ops    int
	log    []history.Message
	where  map[string]uint64
}

func (s *simulated) invoke(e history.Event) int {
	s.ops++
	e.Op, e.Type, e.Conversation, e.Time = s.ops, history.Invoke, "room", int64(len(s.events))
	s.events = append(s.events, e)
	return s.ops
}

func (s *simulated) complete(op int, e history.Event) {
	e.Op, e.Time = op, int64(len(s.events))
	s.events = append(s.events, e)
}

// place is the moment at which a send takes effect.
func (s *simulated) place(id string) (seq uint64, duplicate bool) {
	if seq, found := s.where[id]; found {
		return seq, true
	}
	s.log = append(s.log, history.Message{Seq: uint64(len(s.log) + 1), ID: id, Sender: "s", Body: "b" + id})
	s.where[id] = uint64(len(s.log))
	return uint64(len(s.log)), false
}

func (s *simulated) read(upTo int, after uint64) history.Event {
	if after > uint64(upTo) {
		after = uint64(upTo)
	}
	return history.Event{Type: history.OK, Last: uint64(upTo), Messages: slices.Clone(s.log[after:upTo])}
}

// step is the next thing that one client does.
type step func() (next step)

func simulate(seed uint64) []history.Event {
	s := &simulated{random: rand.New(rand.NewPCG(seed, 7)), where: map[string]uint64{}}
	messages := 3 + s.random.IntN(4)
	var clients []step
	for i := range messages {
		clients = append(clients, s.sender(fmt.Sprintf("m%d", i), 1+s.random.IntN(2)))
	}
	for range 2 + s.random.IntN(3) {
		clients = append(clients, s.reader())
	}
	for len(clients) > 0 {
		i := s.random.IntN(len(clients))
		if clients[i] = clients[i](); clients[i] == nil {
			clients = slices.Delete(clients, i, i+1)
		}
	}
	for _, node := range []string{"n1", "n2"} {
		op := s.invoke(history.Event{Kind: history.Read, Level: "local", Node: node, Final: true})
		s.complete(op, s.read(len(s.log), 0))
	}
	return s.events
}

func (s *simulated) sender(id string, attempts int) step {
	return func() step {
		if attempts--; attempts < 0 {
			return nil
		}
		op := s.invoke(history.Event{Kind: history.Send, Node: "n1", ID: id, Sender: "s", Body: "b" + id})
		again := s.sender(id, attempts)
		switch s.random.IntN(6) {
		case 0: // refused
			return func() step { s.complete(op, history.Event{Type: history.Fail}); return again }
		case 1: // lost
			return func() step { s.complete(op, history.Event{Type: history.Info}); return again }
		case 2: // unknown, and takes effect beside the next attempt
			return func() step {
				s.complete(op, history.Event{Type: history.Info})
				return func() step { s.place(id); return again }
			}
		case 3: // takes effect, and its client dies
			return func() step { s.place(id); return again }
		}
		return func() step {
			seq, duplicate := s.place(id)
			return func() step {
				s.complete(op, history.Event{Type: history.OK, Seq: seq, Duplicate: duplicate})
				return again
			}
		}
	}
}

func (s *simulated) reader() step {
	return func() step {
		level := []string{"linearizable", "leader", "local"}[s.random.IntN(3)]
		after := uint64(s.random.IntN(len(s.log) + 1))
		op := s.invoke(history.Event{Kind: history.Read, Level: level, Node: "n2", After: after})
		return func() step {
			upTo := len(s.log)
			if level == "local" {
				upTo = int(after) + s.random.IntN(len(s.log)-int(after)+1)
			}
			answer := s.read(upTo, after)
			return func() step { s.complete(op, answer); return nil }
		}
	}
}

// harm plants a lie or two. Not every lie makes a history wrong.
func harm(random *rand.Rand, events []history.Event) {
	for range 1 + random.IntN(2) {
		i := random.IntN(len(events))
		e := &events[i]
		switch e.Type {
		case history.OK:
			harmAnswer(random, e)
		case history.Fail, history.Info:
			*e = history.Event{Time: e.Time, Op: e.Op, Type: []history.Type{history.Fail, history.Info, history.OK}[random.IntN(3)], Seq: uint64(1 + random.IntN(4))}
			if e.Type != history.OK {
				e.Seq = 0
			}
		case history.Invoke:
			if e.Kind == history.Read && !e.Final {
				e.Level = []string{"linearizable", "leader", "local"}[random.IntN(3)]
			}
		}
	}
}

func harmAnswer(random *rand.Rand, e *history.Event) {
	if e.Seq > 0 { // a send
		switch random.IntN(5) {
		case 0:
			e.Seq++
		case 1:
			e.Seq = max(1, e.Seq-1)
		case 2:
			e.Duplicate = !e.Duplicate
		case 3:
			*e = history.Event{Time: e.Time, Op: e.Op, Type: history.Fail}
		case 4:
			*e = history.Event{Time: e.Time, Op: e.Op, Type: history.Info}
		}
		return
	}
	n := len(e.Messages)
	if n == 0 {
		return
	}
	e.Messages = slices.Clone(e.Messages)
	switch i := random.IntN(n); random.IntN(6) {
	case 0:
		e.Messages, e.Last = e.Messages[:n-1], e.Last-1
	case 1:
		e.Messages = slices.Delete(e.Messages, i, i+1)
	case 2:
		e.Messages[i].Body = "changed"
	case 3:
		j := random.IntN(n)
		e.Messages[i].ID, e.Messages[j].ID = e.Messages[j].ID, e.Messages[i].ID
		e.Messages[i].Body, e.Messages[j].Body = e.Messages[j].Body, e.Messages[i].Body
	case 4:
		e.Messages = append(e.Messages, history.Message{Seq: e.Last + 1, ID: "m0", Sender: "s", Body: "bm0"})
		e.Last++
	case 5:
		e.Last++
	}
}

// TestWindows_agree_with_check: two checkers that have nothing in common but the
// contract come to the same verdict, on thousands of small histories of which
// about half are wrong.
func TestWindows_agree_with_check(t *testing.T) {
	histories, broken, undecided := uint64(1500), 0, 0
	if testing.Short() {
		histories = 500
	}
	for seed := range histories {
		events := simulate(seed)
		if seed%4 > 0 {
			harm(rand.New(rand.NewPCG(seed, 8)), events)
		}
		want, report := exact(events)
		if want && seed%4 == 0 {
			t.Fatalf("seed %d: a correct history is refused: %s", seed, report)
		}
		if want {
			broken++
		}
		s := stories(events)[0]
		for _, o := range s.operations {
			o.place = 0 // it finds out by itself
		}
		s.known = map[uint64]content{}
		whole := s.windows(Most)
		if len(whole) != 1 {
			t.Fatalf("seed %d: %d windows", seed, len(whole))
		}
		verdict := whole[0].Check(patience)
		if verdict == check.Unknown || !want && len(report.Reasons) > 0 {
			undecided++ // porcupine is out of time, or check has not seen enough
			continue
		}
		if (verdict == check.Violated) != want {
			t.Fatalf("seed %d: porcupine says %s of\n%s\ncheck says %s", seed, verdict, text(events), report)
		}
	}
	if share := float64(broken) / float64(histories); share < 0.2 || share > 0.8 {
		t.Errorf("%d of %d histories are wrong: too few of one kind to compare", broken, histories)
	}
	if float64(undecided) > 0.1*float64(histories) {
		t.Errorf("%d of %d histories are undecided", undecided, histories)
	}
}

func text(events []history.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%+v\n", e)
	}
	return b.String()
}

// TestWindows_of_a_correct_history: wherever it is cut, each part is correct, and
// each operation that had an effect is in one part.
func TestWindows_of_a_correct_history(t *testing.T) {
	for seed := range uint64(300) {
		events := simulate(seed)
		for size := 1; size < 12; size += 3 {
			for _, w := range Windows(events, size) {
				if verdict := w.Check(patience); verdict != check.OK {
					t.Fatalf("seed %d, windows of %d: seqs %d to %d are %s\n%s", seed, size, w.From, w.To, verdict, text(events))
				}
			}
		}
	}
}

// TestWindows_corpus runs the histories of package check: what breaks a property
// that the model knows, it must refuse, and all good ones it must accept.
func TestWindows_corpus(t *testing.T) {
	elsewhere := []string{"sender-fifo-", "session-reads-", "digests-", "once-placed-again-after"}
	for _, folder := range []string{"bad", "good"} {
		files, err := filepath.Glob(filepath.Join("..", "testdata", folder, "*.jsonl"))
		if err != nil || len(files) < 10 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, file := range files {
			if slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(filepath.Base(file), prefix) }) {
				continue
			}
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			events, _, err := history.ReadAll(f)
			f.Close()
			if err != nil {
				t.Fatal(err)
			}
			verdict := check.OK
			for _, w := range Windows(events, Most) {
				if v := w.Check(patience); v != check.OK {
					verdict = v
				}
			}
			if want := map[string]check.Verdict{"bad": check.Violated, "good": check.OK}[folder]; verdict != want {
				t.Errorf("%s: %s, want %s", file, verdict, want)
			}
		}
	}
}

// TestWindow_Draw: the picture names the operations.
func TestWindow_Draw(t *testing.T) {
	events := simulate(1)
	w := Windows(events, Most)[0]
	w.Check(patience)
	var page bytes.Buffer
	if err := w.Draw(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<html", "send m0", "final read at n2"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in a page of %d bytes", want, page.Len())
		}
	}
}

// TestWindow_of_five_thousand: the largest window is decided well in time.
func TestWindow_of_five_thousand(t *testing.T) {
	s := &simulated{random: rand.New(rand.NewPCG(5, 5)), where: map[string]uint64{}}
	for i := 0; s.ops < Most-2; i += 8 {
		var ops []int
		for j := range 8 {
			ops = append(ops, s.invoke(history.Event{Kind: history.Send, ID: fmt.Sprint(i + j), Sender: "s", Body: "b" + fmt.Sprint(i+j)}))
		}
		for _, j := range s.random.Perm(8) {
			seq, _ := s.place(fmt.Sprint(i + j))
			if s.random.IntN(50) == 0 {
				s.complete(ops[j], history.Event{Type: history.Info})
				continue
			}
			s.complete(ops[j], history.Event{Type: history.OK, Seq: seq})
		}
	}
	op := s.invoke(history.Event{Kind: history.Read, Level: "local", Node: "n1", Final: true})
	s.complete(op, s.read(len(s.log), 0))
	began := time.Now()
	for _, w := range Windows(s.events, Most) {
		if verdict := w.Check(patience); verdict != check.OK {
			t.Errorf("%d operations are %s", w.Operations, verdict)
		}
		t.Logf("%d operations: %s", w.Operations, time.Since(began).Round(time.Millisecond))
	}
}
