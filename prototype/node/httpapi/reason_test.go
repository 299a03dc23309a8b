//go:build !js

package httpapi

import (
	"strings"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// TestReasons: everything that a client can be told has a reason for metrics, the log's
// refusals the same as their problems.
func TestReasons(t *testing.T) {
	for told := range statuses {
		if _, ok := reasons[told]; !ok {
			t.Errorf("%s has no reason", told)
		}
	}
	for r := order.Rejection(1); r < 32; r++ {
		if got, want := reasonRejected(r), reasonOf(rejected(order.Result{Rejected: r})); got != want {
			t.Errorf("%s is %s, and its problem %s", r, got, want)
		}
	}
	for cause, want := range map[outcome.Cause]reason{outcome.CauseDeadline: reasonDeadline, outcome.CauseLeaderLost: reasonLeaderLost, "": reasonOther} {
		if got := reasonOf(&outcome.Error{Outcome: api.Unknown, Reason: outcome.ReasonTimeout, Cause: cause}); got != want {
			t.Errorf("unknown by %q is %s, want %s", cause, got, want)
		}
	}
}

// TestReasons_own: what the help text calls the sender's or reader's own fault is what the
// objective leaves out, and each of these is a reason that there is.
func TestReasons_own(t *testing.T) {
	n := openAlone(t, nil)
	answers(t, n, nil)
	families, err := n.Metrics().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		name := f.GetName()
		if name != "lockstep_sends_total" && name != "lockstep_reads_total" {
			continue
		}
		_, told, _ := strings.Cut(f.GetHelp(), "Of the reasons, ")
		told, _, _ = strings.Cut(told, " are the ")
		own := map[string]bool{}
		for _, word := range strings.Fields(strings.NewReplacer(",", " ", " and ", " ").Replace(told)) {
			own[word] = true
		}
		seen := map[string]bool{}
		for _, m := range f.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "reason" {
					seen[label.GetValue()] = true
				}
			}
		}
		for r := range seen {
			if reason(r).own() != own[r] {
				t.Errorf("%s: %s is the sender's own fault %v, and the help says %v", name, r, reason(r).own(), own[r])
			}
		}
		for r := range own {
			if !seen[r] {
				t.Errorf("%s: the help tells of %s, which is never counted", name, r)
			}
		}
	}
}

// TestStall: it is as old as the oldest send without an answer, or with a bad one, since
// the newest good one.
func TestStall(t *testing.T) {
	var s stall
	began := time.Unix(1000, 0)
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	wants := func(what string, now, seconds int) {
		t.Helper()
		if got := s.age(at(now)); got != time.Duration(seconds)*time.Second {
			t.Errorf("%s: %s, want %d s", what, got, seconds)
		}
	}
	wants("nobody sends", 5, 0)
	s.begin(at(10))
	s.begin(at(12))
	wants("two wait", 13, 3)
	s.end(at(14), acknowledgement)
	wants("one of them is acknowledged, and the other waits since", 15, 1)
	s.end(at(16), acknowledgement)
	wants("both are", 17, 0)
	s.begin(at(20))
	s.end(at(21), neither)
	wants("a refusal that is the sender's fault", 22, 0)
	s.begin(at(30))
	s.end(at(31), refusal)
	wants("a refusal that is not", 35, 5)
	s.begin(at(40))
	s.end(at(41), neither)
	wants("another one after it", 42, 12)
	s.begin(at(44))
	wants("one more that waits", 100, 70)
	s.end(at(101), refusal)
	wants("and is refused", 116, 86)
	wants("nobody has come since for 15 s", 117, 0)
	s.begin(at(118))
	wants("somebody comes after all", 119, 1)
	s.end(at(120), leaving)
	wants("and gives up", 123, 5)
	wants("for good", 124, 0)
	s.begin(at(130))
	s.end(at(131), leaving)
	s.begin(at(133))
	s.end(at(134), leaving)
	s.begin(at(136))
	wants("one who gives up and comes again", 137, 7)
}

// TestSendMeter_left: who gave up after a while has had no answer in time, and counts for a
// stall for a moment only; who left at once says nothing of the service.
func TestSendMeter_left(t *testing.T) {
	n := openAlone(t, nil)
	m := newSendMeters(n).of("quorum", "c")
	now := time.Now()
	leave := func(after time.Duration) {
		m.began(now.Add(-after))
		m.ended(now.Add(-after), nil, outcome.Uncertain("late"), 1, true, nil)
	}
	leave(0)
	if age := m.stall.age(now); age != 0 {
		t.Errorf("who left at once makes a stall of %s", age)
	}
	leave(time.Second)
	if age := m.stall.age(now.Add(2 * time.Second)); age != 3*time.Second {
		t.Errorf("two seconds after somebody gave up it is %s old, want 3 s", age)
	}
	if age := m.stall.age(now.Add(5 * time.Second)); age != 0 {
		t.Errorf("five seconds after it is %s old", age)
	}
	families, err := n.Metrics().Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, s := range f.GetMetric() {
			if f.GetName() == "lockstep_sends_total" && s.GetCounter().GetValue() > 0 {
				got[s.GetLabel()[0].GetValue()+" "+s.GetLabel()[1].GetValue()] = s.GetCounter().GetValue()
			}
		}
	}
	if len(got) != 2 || got["unknown gone"] != 1 || got["unknown deadline"] != 1 {
		t.Errorf("counted were %v", got)
	}
}

// BenchmarkSendMeter is what counting costs for each message of a stream.
func BenchmarkSendMeter(b *testing.B) {
	n := openAlone(b, nil)
	m := newSendMeters(n).of("quorum", "c")
	const chunk = 256
	results := make([]order.Result, chunk)
	for b.Loop() {
		received := time.Now()
		m.began(received)
		m.ended(received, results, nil, chunk, false, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chunk, "ns/message")
}

// BenchmarkSendMeter_one is what counting costs for a message that comes alone.
func BenchmarkSendMeter_one(b *testing.B) {
	n := openAlone(b, nil)
	m := newSendMeters(n).of("quorum", "c")
	results := make([]order.Result, 1)
	for b.Loop() {
		received := time.Now()
		m.began(received)
		m.ended(received, results, nil, 1, false, nil)
	}
}
