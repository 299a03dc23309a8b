package check

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/history"
)

var update = flag.Bool("update", false, "rewrite the golden reports")

// names of the files in testdata/bad begin with the property that they break.
var prefixes = map[string]Property{
	"agreement": Agreement, "density": Density, "stability": Stability,
	"sender-fifo": SenderFIFO, "once": Once, "real-time": RealTime,
	"linearizable-reads": LinearizableReads, "leader-reads": LeaderReads, "session-reads": SessionReads, "digests": Digests,
}

// TestCheck_corpus: histories with one deliberate fault each must be refused for
// that fault, odd but correct ones accepted, and thin ones neither. The reports
// are golden files.
func TestCheck_corpus(t *testing.T) {
	for folder, want := range map[string]Verdict{"bad": Violated, "good": OK, "unknown": Unknown} {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*.jsonl"))
		if err != nil || len(files) < 5 {
			t.Fatalf("%d files in %s, %v", len(files), folder, err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
			t.Run(folder+"/"+name, func(t *testing.T) {
				report := Check(load(t, file))
				if report.Verdict != want {
					t.Errorf("verdict %s, want %s", report.Verdict, want)
				}
				if want == Violated {
					checkWitness(t, name, report)
				}
				checkVerdicts(t, report)
				golden(t, strings.TrimSuffix(file, ".jsonl")+".txt", report.String()+"\n")
			})
		}
	}
}

// checkVerdicts: each property has one, and the overall verdict follows.
func checkVerdicts(t *testing.T, report Report) {
	t.Helper()
	for _, p := range Properties {
		_, proven := report.Witness[p]
		switch v := report.Verdicts[p]; {
		case (v == Violated) != proven, (v == Violated) != (report.Broken[p] > 0):
			t.Errorf("%s is %s, with %d violations and a proof: %v", p, v, report.Broken[p], proven)
		case v == Unknown && len(report.Missing[p]) == 0:
			t.Errorf("%s is unknown for no reason", p)
		case v == Violated && report.Verdict != Violated:
			t.Errorf("%s is violated and the verdict is %s", p, report.Verdict)
		}
		if proof := report.Witness[p]; report.Broken[p] > 0 && (proof.Therefore == "" || !strings.HasSuffix(proof.Sentence, "; therefore "+proof.Therefore+".")) {
			t.Errorf("%s: %q does not end with %q", p, proof.Sentence, proof.Therefore)
		}
		if pair := twoSeqs.FindStringSubmatch(report.Witness[p].Sentence); pair != nil && pair[1] == pair[2] {
			t.Errorf("%s: the proof calls one seq two: %s", p, report.Witness[p].Sentence)
		}
	}
}

var twoSeqs = regexp.MustCompile(`seq (\d+) and seq (\d+)`)

func checkWitness(t *testing.T, name string, report Report) {
	t.Helper()
	for prefix, property := range prefixes {
		if !strings.HasPrefix(name, prefix+"-") {
			continue
		}
		proof, ok := report.Witness[property]
		if !ok {
			t.Fatalf("%s is not reported as broken", property)
		}
		if n := len(proof.Events); n < 1 || n > 6 {
			t.Errorf("the witness has %d events, want a few", n)
		}
		return
	}
	t.Fatalf("no property begins %q", name)
}

func load(t *testing.T, file string) []history.Event {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, torn, err := history.ReadAll(f)
	if err != nil || torn {
		t.Fatal(torn, err)
	}
	return events
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run with -update and look at it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("report differs (-want +got):\n%s", diff)
	}
}

// busy makes a correct history: many sessions, a failed attempt here, an unknown
// one there, linearizable reads between them, and final reads in pages.
func busy(sends, sessions int, seed uint64) []history.Event {
	random := rand.New(rand.NewPCG(seed, 0))
	var events []history.Event
	now, op := int64(0), 0
	add := func(e history.Event) {
		now += int64(random.IntN(1000) + 1)
		e.Time = now
		events = append(events, e)
	}
	invoke := func(e history.Event) int {
		op++
		e.Op, e.Type, e.Conversation, e.Node = op, history.Invoke, "room", "n"+strconv.Itoa(random.IntN(3)+1)
		add(e)
		return op
	}
	var order []history.Message
	numbers := make([]int, sessions)
	for len(order) < sends {
		// A round: several sessions send at once and are answered in another order.
		var ops []int
		var batch []history.Message
		for _, session := range random.Perm(sessions)[:min(8, sessions)] {
			numbers[session]++
			sender := "s" + strconv.Itoa(session)
			m := history.Message{ID: sender + "-" + strconv.Itoa(numbers[session]), Sender: sender, Body: "b", Epoch: 2}
			e := history.Event{Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body}
			if random.IntN(10) == 0 {
				failed := invoke(e)
				add(history.Event{Op: failed, Type: history.Fail})
			}
			ops, batch = append(ops, invoke(e)), append(batch, m)
		}
		for _, i := range random.Perm(len(ops)) {
			m := batch[i]
			m.Seq = uint64(len(order) + 1)
			order = append(order, m)
			if random.IntN(20) == 0 {
				add(history.Event{Op: ops[i], Type: history.Info})
				retry := invoke(history.Event{Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body})
				add(history.Event{Op: retry, Type: history.OK, Seq: m.Seq, Epoch: 2, Duplicate: true})
				continue
			}
			add(history.Event{Op: ops[i], Type: history.OK, Seq: m.Seq, Epoch: 2})
		}
		if random.IntN(4) == 0 {
			after := uint64(max(0, len(order)-10))
			read := invoke(history.Event{Kind: history.Read, Level: "linearizable", After: after})
			add(history.Event{Op: read, Type: history.OK, Last: uint64(len(order)), Messages: order[after:len(order):len(order)]})
		}
	}
	for _, node := range []string{"n1", "n2", "n3"} {
		for after := 0; after < len(order); after += 5000 {
			read := invoke(history.Event{Kind: history.Read, Level: "local", After: uint64(after), Final: true})
			events[len(events)-1].Node = node
			add(history.Event{Op: read, Type: history.OK, Last: uint64(len(order)), Messages: order[after:min(after+5000, len(order))]})
		}
	}
	return events
}

// TestCheck_corpus_is_complete: there is a bad history for each property.
func TestCheck_corpus_is_complete(t *testing.T) {
	for prefix, property := range prefixes {
		files, err := filepath.Glob(filepath.Join("testdata", "bad", prefix+"-*.jsonl"))
		if err != nil || len(files) == 0 {
			t.Errorf("no bad history for %s: %v", property, err)
		}
	}
	if len(prefixes) != len(Properties) {
		t.Errorf("%d prefixes for %d properties", len(prefixes), len(Properties))
	}
}

// TestCheck_mutants takes a correct history and plants one fault at a random
// place. Each kind of fault must be found, wherever it is.
func TestCheck_mutants(t *testing.T) {
	base := busy(1000, 20, 1)
	if r := Check(base); r.Verdict != OK {
		t.Fatalf("the unharmed history: %s", r)
	}
	pick := func(random *rand.Rand, events []history.Event, fits func(history.Event) bool) int {
		for {
			if i := random.IntN(len(events)); fits(events[i]) {
				return i
			}
		}
	}
	acked := func(e history.Event) bool { return e.Type == history.OK && e.Seq > 1 }
	page := func(e history.Event) bool { return len(e.Messages) > 100 }
	for name, plant := range map[string]func(*rand.Rand, []history.Event){
		"an acknowledgement names the seq before": func(r *rand.Rand, events []history.Event) { events[pick(r, events, acked)].Seq-- },
		"a replica misses one message": func(r *rand.Rand, events []history.Event) {
			e := &events[pick(r, events, page)]
			i := r.IntN(len(e.Messages))
			e.Messages = append(append([]history.Message(nil), e.Messages[:i]...), e.Messages[i+1:]...)
		},
		"a replica has two messages swapped": func(r *rand.Rand, events []history.Event) {
			e := &events[pick(r, events, page)]
			i := r.IntN(len(e.Messages) - 1)
			e.Messages = append([]history.Message(nil), e.Messages...)
			a, b := &e.Messages[i], &e.Messages[i+1]
			a.ID, b.ID, a.Sender, b.Sender = b.ID, a.ID, b.Sender, a.Sender
		},
		"a body changes at one replica": func(r *rand.Rand, events []history.Event) {
			e := &events[pick(r, events, page)]
			e.Messages = append([]history.Message(nil), e.Messages...)
			e.Messages[r.IntN(len(e.Messages))].Body = "changed"
		},
		"a strong read is one message behind": func(r *rand.Rand, events []history.Event) {
			e := &events[pick(r, events, func(e history.Event) bool { return len(e.Messages) > 1 && len(e.Messages) <= 10 })]
			e.Messages = e.Messages[:len(e.Messages)-1]
			e.Last--
		},
		"a send is said to have failed": func(r *rand.Rand, events []history.Event) {
			e := &events[pick(r, events, func(e history.Event) bool { return acked(e) && !e.Duplicate })]
			*e = history.Event{Time: e.Time, Op: e.Op, Type: history.Fail}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(25) {
				events := append([]history.Event(nil), base...)
				plant(rand.New(rand.NewPCG(seed, 2)), events)
				if r := Check(events); r.Verdict != Violated {
					t.Fatalf("seed %d: %s", seed, r)
				}
			}
		})
	}
}

// TestCheck_absurd: numbers from nowhere are judged, not allocated.
func TestCheck_absurd(t *testing.T) {
	const huge = 1 << 62
	events := []history.Event{
		{Op: 1, Type: history.Invoke, Kind: history.Send, Conversation: "room", ID: "a"},
		{Time: 1, Op: 1, Type: history.OK, Seq: huge},
		{Time: 2, Op: 2, Type: history.Invoke, Kind: history.Read, Conversation: "room", Node: "n1", Final: true},
		{Time: 3, Op: 2, Type: history.OK, Last: huge, Messages: []history.Message{{Seq: huge, ID: "a"}}},
	}
	if r := Check(events); r.Broken[Density] == 0 {
		t.Errorf("a conversation that begins at %d: %s", uint64(huge), r)
	}
}

// TestCheck_does_not_change_the_history, since its caller writes it down next.
func TestCheck_does_not_change_the_history(t *testing.T) {
	events := load(t, "testdata/bad/stability-lost-at-one-replica.jsonl")
	before := load(t, "testdata/bad/stability-lost-at-one-replica.jsonl")
	Check(events)
	if diff := cmp.Diff(before, events); diff != "" {
		t.Error(diff)
	}
}

// budget is what a million operations may take, in bytes.
const budget = 512 << 20

// TestJudge_memory: what the judge allocates for a million operations, kept or
// not, is within the budget. The events are not the judge's: they are made here
// one by one and thrown away.
func TestJudge_memory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	var before, after runtime.MemStats
	events := busy(100_000, 100, 1)
	runtime.ReadMemStats(&before)
	report := Check(events)
	runtime.ReadMemStats(&after)
	if report.Verdict != OK {
		t.Fatal(report)
	}
	operations := len(events) / 2
	each := float64(after.TotalAlloc-before.TotalAlloc) / float64(operations)
	t.Logf("%.0f bytes an operation", each)
	if each*1e6 > budget {
		t.Errorf("%.0f bytes allocated for each of %d operations: a million are %.0f MB, want %d", each, operations, each, budget>>20)
	}
}

// BenchmarkJudge judges a million operations in one conversation, without the
// events, which come from elsewhere. It reports the largest heap that was seen
// while judging, less what was there before.
func BenchmarkJudge(b *testing.B) {
	events := busy(1_000_000, 100, 1)
	for b.Loop() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		before, peak := m.HeapAlloc, uint64(0)
		start := time.Now()
		var reading time.Duration
		j := NewJudge()
		for i := range events {
			j.Add(&events[i])
			if i%(1<<18) == 0 {
				pause := time.Now()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
				reading += time.Since(pause)
			}
		}
		r := j.Report()
		elapsed := time.Since(start) - reading
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
		if r.Verdict != OK {
			b.Fatal(r)
		}
		b.ReportMetric(float64(len(events)/2)/elapsed.Seconds(), "ops/s")
		b.ReportMetric(float64(peak-before)/(1<<20)/float64(len(events)/2)*1e6, "peak-MB/1M-ops")
	}
}

// TestReadAll_and_Check: a history survives being written and read.
func TestReadAll_and_Check(t *testing.T) {
	var file bytes.Buffer
	recorder := history.NewRecorder(&file)
	for _, e := range busy(200, 5, 3) {
		if e.Type == history.Invoke {
			recorder.Invoke(e)
		} else {
			recorder.Complete(e.Op, e)
		}
	}
	events, _, err := history.ReadAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Check(recorder.Events()), Check(events)); diff != "" {
		t.Error(diff)
	}
}
