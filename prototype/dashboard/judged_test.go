package dashboard

import (
	"testing"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab"
)

// TestView_lostMessage: the proof of a lost message says which one it is, as the chats
// show it; that of a message that moved names none, as nothing is missing.
func TestView_lostMessage(t *testing.T) {
	report := func(final ...history.Message) check.Report {
		judge := check.NewJudge()
		for _, e := range []history.Event{
			{Op: 1, Type: history.Invoke, Kind: history.Send, Lane: "leader", Conversation: "c", ID: "x-gus-1", Sender: "gus", Body: "gus 1", Node: "n1"},
			{Op: 1, Type: history.OK, Seq: 1, Epoch: 1},
			{Op: 2, Type: history.Invoke, Kind: history.Read, Lane: "leader", Conversation: "c", Node: "n2", Level: "local", Limit: 10, Final: true},
			{Op: 2, Type: history.OK, Last: uint64(len(final)), Messages: final},
		} {
			judge.Add(&e)
		}
		return judge.Report()
	}
	other := history.Message{Seq: 1, ID: "x-ben-1", Sender: "ben", Body: "ben 1"}
	moved := history.Message{Seq: 2, ID: "x-gus-1", Sender: "gus", Body: "gus 1"}
	for name, tt := range map[string]struct {
		report check.Report
		want   string
	}{
		"lost":  {report(other), "gus 1"},
		"moved": {report(other, moved), ""},
	} {
		f := brokenFrame()
		f.Judgement = &lab.Judgement{At: noon, Lanes: []lab.LaneJudgement{{Lane: lab.LaneLeader, Report: tt.report}}}
		root, _ := parse(t, f)
		body, seq := "", ""
		for _, b := range attributes(root, "li", "data-body") {
			body = b
		}
		for _, s := range attributes(root, "li", "data-seq") {
			seq = s
		}
		if body != tt.want || (seq == "1") != (tt.want != "") {
			t.Errorf("%s: the proof names %q at seq %q, want %q\n%v", name, body, seq, tt.want, tt.report.Witness)
		}
		if tt.report.Broken[check.Stability] == 0 {
			t.Errorf("%s: nothing is broken, so nothing was tried", name)
		}
	}
}
