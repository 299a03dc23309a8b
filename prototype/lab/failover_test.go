package lab

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// ms is a moment of a test.
func ms(n int) time.Time { return time.UnixMilli(1_000_000_000_000 + int64(n)) }

// TestHandover: what a window is and how it is split, moment by moment.
func TestHandover(t *testing.T) {
	const took = time.Millisecond
	for _, tt := range []struct {
		name string
		play func(*handover)
		want frame.Failover
	}{
		{"all seen", func(h *handover) {
			h.missed(ms(120))
			h.missed(ms(150))
			h.wonBy(ms(210), "n2", 5)
			h.acknowledged(ms(240), 5, false)
		}, frame.Failover{To: "n2", Term: 5, Measured: true, Split: true, Window: 245 * took, Notice: 125 * took, Elect: 90 * took, FirstAck: 30 * took, Elected: 210 * took}},
		{"an answer that was under way", func(h *handover) {
			h.acknowledged(ms(3), 4, false)
			h.missed(ms(120))
			h.wonBy(ms(210), "n2", 5)
			h.acknowledged(ms(240), 5, false)
		}, frame.Failover{To: "n2", Term: 5, Measured: true, Split: true, Window: 237 * took, Notice: 117 * took, Elect: 90 * took, FirstAck: 30 * took, Elected: 210 * took}},
		{"acknowledged before a node was asked", func(h *handover) {
			h.missed(ms(120))
			h.acknowledged(ms(240), 5, false)
		}, frame.Failover{Term: 5, Measured: true, Split: true, Window: 245 * took, Notice: 125 * took, Elect: 120 * took, Elected: 240 * took}},
		{"the successor's first answer is a duplicate of the old term", func(h *handover) {
			h.acknowledged(ms(20), 4, true)
			h.wonBy(ms(210), "n2", 5)
			h.acknowledged(ms(240), 4, true)
		}, frame.Failover{To: "n2", Term: 5, Measured: true, Split: true, Window: 245 * took, Notice: 215 * took, FirstAck: 30 * took, Elected: 210 * took}},
		{"two elections", func(h *handover) {
			h.missed(ms(120))
			h.wonBy(ms(210), "n2", 5)
			h.wonBy(ms(400), "n3", 6)
			h.acknowledged(ms(410), 6, false)
		}, frame.Failover{To: "n3", Term: 6, Measured: true, Split: true, Window: 415 * took, Notice: 125 * took, Elect: 280 * took, FirstAck: 10 * took, Elected: 400 * took}},
		{"the new leader tells, after the first answer", func(h *handover) {
			h.acknowledged(ms(240), 5, false)
			h.to = "n2"
			h.says(ms(250), says(5, 20*took, 9*took, 4*took))
		}, frame.Failover{To: "n2", Term: 5, Measured: true, Split: true, Window: 245 * took, Notice: 226 * took, Elect: 9 * took, Barrier: 4 * took, FirstAck: 6 * took, Elected: 230 * took}},
		{"the new leader tells what was seen earlier, or of another term", func(h *handover) {
			h.missed(ms(120))
			h.wonBy(ms(210), "n2", 5)
			h.acknowledged(ms(240), 5, false)
			h.says(ms(241), says(5, 20*took, 9*took, 50*took))
			h.says(ms(250), says(6, 100*took, 9*took, 4*took))
		}, frame.Failover{To: "n2", Term: 5, Measured: true, Split: true, Window: 245 * took, Notice: 125 * took, Elect: 90 * took, Barrier: 30 * took, Elected: 210 * took}},
		{"mended in time", func(h *handover) {
			h.mended = ms(40)
			h.acknowledged(ms(45), 4, false)
		}, frame.Failover{To: "n1", Term: 4, KeptTerm: true, Measured: true, Window: 50 * took}},
		{"no load before", func(h *handover) {
			h.Last = time.Time{}
			h.wonBy(ms(210), "n2", 5)
			h.acknowledged(ms(900), 5, false)
		}, frame.Failover{To: "n2", Term: 5, Elected: 210 * took}},
		{"still open", func(h *handover) { h.missed(ms(100)) }, frame.Failover{Open: true, Measured: true, Window: 305 * took}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &handover{cause: "n1 killed", from: "n1", oldTerm: 4, began: ms(0), Window: history.Window{Last: ms(-5)}}
			tt.play(h)
			want := tt.want
			want.Cause, want.From, want.Began = "n1 killed", "n1", ms(0)
			if got := h.failover(ms(300)); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// seen is a record of three nodes of which n1 leads in term 4, under load.
func seen() *record {
	r := &record{audit: judging.NewAudit("p-"), load: frame.Load{On: true, Rate: 50}}
	r.members(ms(0), []cluster.Member{{ID: "n1", PID: 11, State: cluster.Running}, {ID: "n2", PID: 12, State: cluster.Running}, {ID: "n3", PID: 13, State: cluster.Running}})
	for _, id := range []string{"n1", "n2", "n3"} {
		r.heard(ms(1), id, status(id, "n1", 4))
	}
	r.answered(ms(5), ms(4), api.Message{ID: "p-a-1", Sender: "a"}, false, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 1, Epoch: 4}})
	return r
}

// says is the status of a leader that tells how it came to lead.
func says(term uint64, led, election, barrier time.Duration) api.ShardStatus {
	return api.ShardStatus{Term: term, Lead: &api.Lead{ForMicros: led.Microseconds(), ElectionMicros: election.Microseconds(), BarrierMicros: barrier.Microseconds()}}
}

func status(id, leader string, term uint64) api.Status {
	role := "follower"
	if id == leader {
		role = "leader"
	}
	return api.Status{Shards: []api.ShardStatus{{Role: role, Term: term, Leader: leader, CommitIndex: 10, AppliedIndex: 10}}}
}

func (r *record) said(words string) bool {
	return slices.ContainsFunc(r.journal.events, func(e frame.Event) bool { return strings.Contains(e.Text, words) })
}

// TestRecord_killed_from_outside: a shell's kill -9 shows like the button's.
func TestRecord_killed_from_outside(t *testing.T) {
	r := seen()
	r.members(ms(100), []cluster.Member{{ID: "n1", State: cluster.Down}, {ID: "n2", PID: 12, State: cluster.Running}, {ID: "n3", PID: 13, State: cluster.Running}})
	if !r.said("n1 (leader of shard 0) ended (pid 11); this page did not do it") {
		t.Errorf("events %+v", r.journal.events)
	}
	r.heard(ms(300), "n2", status("n2", "n2", 5))
	r.answered(ms(310), ms(300), api.Message{ID: "p-a-2", Sender: "a"}, true, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 2, Epoch: 5}})
	r.members(ms(900), []cluster.Member{{ID: "n1", PID: 99, State: cluster.Running}, {ID: "n2", PID: 12, State: cluster.Running}, {ID: "n3", PID: 13, State: cluster.Running}})
	r.heard(ms(950), "n1", status("n1", "n2", 5))
	f := r.frame(ms(1000))
	if len(f.Failovers) != 1 || f.Failovers[0].Window != 305*time.Millisecond || f.Failovers[0].Cause != "n1 ended" {
		t.Errorf("failovers %+v", f.Failovers)
	}
	if !r.said("n1 is back as follower and has caught up after 50 ms") || f.Voters != 3 || f.Leader != "n2" {
		t.Errorf("leader %q, %d voters, events %+v", f.Leader, f.Voters, r.journal.events)
	}
}

// TestRecord_leader_lost_by_itself: an election without a fault is one too, and
// its window is the gap that the senders felt.
func TestRecord_leader_lost_by_itself(t *testing.T) {
	for _, late := range []bool{false, true} {
		r := seen()
		ack := func() {
			r.answered(ms(410), ms(100), api.Message{ID: "p-a-2", Sender: "a"}, false, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 2, Epoch: 5}})
		}
		if late { // the nodes are asked only after the first write
			ack()
		}
		r.heard(ms(420), "n3", status("n3", "n3", 5))
		if !late {
			r.answered(ms(440), ms(100), api.Message{ID: "p-a-2", Sender: "a"}, false, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 2, Epoch: 5}})
		}
		want := 435 * time.Millisecond
		if late {
			want = 405 * time.Millisecond
		}
		f := r.frame(ms(500))
		if len(f.Failovers) != 1 || f.Failovers[0].Open || f.Failovers[0].Window != want || f.Failovers[0].To != "n3" {
			t.Errorf("late %v: failovers %+v", late, f.Failovers)
		}
	}
}

// TestRecord_duplicate: the successor's acknowledgement of what its predecessor
// had ordered names the old epoch, and must not pass for a sign of life of the
// old leader.
func TestRecord_duplicate(t *testing.T) {
	r := seen()
	r.answered(ms(410), ms(100), api.Message{ID: "p-a-2", Sender: "a"}, true, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 2, Epoch: 4, Duplicate: true}})
	r.answered(ms(412), ms(100), api.Message{ID: "p-b-1", Sender: "b"}, false, judging.Answer{Outcome: api.OK, Ack: api.Ack{Seq: 3, Epoch: 5}})
	r.heard(ms(420), "n3", status("n3", "n3", 5))
	if f := r.frame(ms(500)); len(f.Failovers) != 1 || f.Failovers[0].Window != 407*time.Millisecond {
		t.Errorf("failovers %+v", f.Failovers)
	}
}

// TestRecord_old_leader: what a deposed leader still says does not make it the
// leader again.
func TestRecord_old_leader(t *testing.T) {
	r := seen()
	r.heard(ms(300), "n2", status("n2", "n2", 5))
	r.heard(ms(301), "n1", status("n1", "n1", 4))
	if got := r.leading(); got != "n2" {
		t.Errorf("leader %q, want n2", got)
	}
	r.stop(ms(400), r.node("n2"), cluster.Paused, "n2 paused")
	r.heard(ms(401), "n2", status("n2", "n2", 5)) // was under way
	if got := r.leading(); got != "" {
		t.Errorf("leader %q while it is paused", got)
	}
	if f := r.frame(ms(402)); f.Shards[0].Leader == "n2" {
		t.Error("the list of shards has a paused leader")
	}
}

// TestRecord_silent: a node that does not answer three times counts as silent,
// and one answer brings it back.
func TestRecord_silent(t *testing.T) {
	r := seen()
	for i, want := range []frame.Condition{frame.ConditionUp, frame.ConditionUp, frame.ConditionSilent} {
		r.silent("n3")
		if got := r.node("n3").condition(); got != want {
			t.Errorf("after %d misses: %s, want %s", i+1, got, want)
		}
	}
	r.heard(ms(500), "n3", status("n3", "n1", 4))
	if got := r.node("n3").condition(); got != frame.ConditionUp {
		t.Errorf("after an answer: %s", got)
	}
}

// TestTail: replicas are aligned by seq; what one lacks is empty, what differs
// is marked, and a replica that starts over shows what it has.
func TestTail(t *testing.T) {
	r := seen()
	full := api.View{Last: 40}
	for i := range full.Last {
		full.Messages = append(full.Messages, api.Placed{Seq: i + 1, ID: "a" + string(rune('A'+i)), Sender: "a", Epoch: 1})
	}
	r.shown("n1", full)
	r.shown("n2", api.View{Messages: full.Messages[:38], Last: 38})
	r.shown("n3", api.View{Messages: append(slices.Clone(full.Messages[:39]), api.Placed{Seq: 40, ID: "other", Epoch: 3}), Last: 40})
	f := r.frame(ms(600))
	if f.Tail.From != 9 {
		t.Errorf("the tail begins at %d", f.Tail.From)
	}
	for _, row := range f.Tail.Rows {
		for i, c := range row.Cells {
			seq := f.Tail.From + uint64(i)
			if c.Seq != seq || c.Have != (row.Node != "n2" || seq <= 38) || c.Differs != (row.Node == "n3" && seq == 40) {
				t.Errorf("%s at %d: %+v", row.Node, seq, c)
			}
		}
	}
	r.shown("n1", api.View{Last: 12})
	if c := r.frame(ms(700)).Tail.Rows[0].Cells; !c[3].Have || c[4].Have {
		t.Error("a replica that went back to seq 12 shows more or less than that")
	}
}

// TestRecord_handed_over: a leader that was asked to lead by a healthy one is no failure,
// and neither is one that a reader asked for; the former failure stays the last one.
func TestRecord_handed_over(t *testing.T) {
	led := func(id string, term uint64, election time.Duration) api.Status {
		s := status(id, id, term)
		s.Shards[0].Lead = &api.Lead{ForMicros: 1000, ElectionMicros: election.Microseconds()}
		return s
	}
	for _, tt := range []struct {
		name    string
		before  func(*record)
		lead    api.Status
		planned bool
	}{
		{"asked to lead", func(*record) {}, led("n2", 5, 0), true},
		{"campaigned by itself", func(*record) {}, led("n2", 5, 40*time.Millisecond), false},
		{"the old one is silent", func(r *record) {
			for range maxMisses {
				r.silent("n1")
			}
		}, led("n2", 5, 0), false},
		{"does not say", func(*record) {}, status("n2", "n2", 5), false},
	} {
		r := seen()
		tt.before(r)
		r.heard(ms(420), "n2", tt.lead)
		f := r.frame(ms(500))
		if len(f.Failovers) != 1 || f.Failovers[0].Planned != tt.planned || r.said("as planned") != tt.planned {
			t.Errorf("%s: %+v, %+v", tt.name, f.Failovers, r.journal.events)
		}
	}
}

// TestLab_hand_over: the tool that hands the lead over is a plan, in the words of one.
func TestLab_hand_over(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		leader := e.Frame().Leader
		e.do(action.Action{Verb: action.Transfer})
		f := e.until("another leader", func(f frame.Frame) bool { return f.Leader != "" && f.Leader != leader && !f.Failovers[0].Open })
		if h := f.Failovers[0]; !h.Planned || h.Cause != leader+" handed over" {
			t.Errorf("%+v", h)
		}
		e.do(action.Action{Verb: action.Mute})
		f = e.until("a third", func(f frame.Frame) bool { return f.Leader != "" && !f.Failovers[0].Planned && !f.Failovers[0].Open })
		if h := f.Failovers[0]; h.Planned || !strings.HasSuffix(h.Cause, " is heard by nobody") {
			t.Errorf("%+v", h)
		}
		e.do(action.Action{Verb: action.Kill, Node: f.Leader})
		f = e.until("it is down", func(f frame.Frame) bool {
			return slices.ContainsFunc(f.Nodes, func(n frame.Node) bool { return n.Condition == frame.ConditionDown })
		})
		e.do(action.Action{Verb: action.Heal})
		e.until("it catches up", func(f frame.Frame) bool {
			return slices.ContainsFunc(f.Nodes, func(n frame.Node) bool { return n.Returning })
		})
		e.until("it has caught up", func(f frame.Frame) bool {
			return f.Voters == 3 && !slices.ContainsFunc(f.Nodes, func(n frame.Node) bool { return n.Returning })
		})
	})
}
