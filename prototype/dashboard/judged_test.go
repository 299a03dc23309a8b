package dashboard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// TestView_proofs: wherever a proof stands, in a lane, in the exact judge's list and
// in the text, it is a link that says at which moment of the run it was,
// and what to look for in which chats. What is in it is not taken for markup.
func TestView_proofs(t *testing.T) {
	const hostile = `gus “<b>1</b>" onclick="x`
	w := frame.Witness{Promise: check.Stability, Sentence: "gus’s “" + hostile + "” had its ok.", At: 9312 * time.Millisecond, Message: history.Message{Seq: 42, ID: "x-gus-1", Sender: "gus", Body: hostile}, Lost: true}
	f := brokenFrame()
	f.Began = noon.Add(-15 * time.Second)
	f.Lanes = []frame.LaneView{{Lane: frame.LaneLeader, Findings: frame.LaneFindings{Lost: 1}, Witness: w}}
	f.Judgement = &frame.Judgement{At: noon, Lanes: []frame.LaneJudgement{{Lane: frame.LaneLeader, Witnesses: []frame.Witness{w}}}}
	f.Playing = frame.Playing{Scenario: scenarios.All()[0].Name, Over: true}
	root, _ := parse(t, f)
	want := map[string]string{"data-proof": "9312", "data-lane": "leader", "data-seq": "42", "data-body": hostile, "data-lost": "yes", "href": "#lab-axis-panel"}
	found := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" || attribute(n, "data-proof") == "" {
			continue
		}
		found++
		for key, value := range want {
			if got := attribute(n, key); got != value {
				t.Errorf("%s is %q, want %q", key, got, value)
			}
		}
		if got := text(n); got != "See 9.3 s" {
			t.Errorf("the link is called %q", got)
		}
		if before := n.PrevSibling; before == nil || before.Type != html.TextNode {
			t.Error("no sentence stands before the link")
		}
	}
	if found != 3 {
		t.Errorf("%d links to proofs, want one in the lane, in the list and in the text", found)
	}
	if began := attributes(root, "div", "data-began"); !slices.Contains(began, moment(f.Began)) {
		t.Errorf("the frame says that the run began at %q", began)
	}
	if got, want := judgedWords(f), "Judged at 15.0 s, from 0 operations in all lanes."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestView_folded: what was judged before and is no longer kept is said where the judge's
// figures stand, and a load that waits says for what.
func TestView_folded(t *testing.T) {
	f := brokenFrame()
	f.Judgement = &frame.Judgement{At: noon, Lanes: []frame.LaneJudgement{{Lane: frame.LaneQuorum, Folded: 1234}}}
	f.Load = frame.Load{Waits: true}
	root, _ := parse(t, f)
	for _, words := range []string{"The first 1,234 messages had been judged before, for good", "waits: heal what is broken"} {
		if !strings.Contains(text(root), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

// TestView_unread: what could not be read stands beside the verdict, and in a picture of
// the frame the lanes that were not judged have none. A verdict from before the story
// that is over is none on it.
func TestView_unread(t *testing.T) {
	f := brokenFrame()
	f.Lanes = []frame.LaneView{{Lane: frame.LaneQuorum}, {Lane: frame.LaneLazy}}
	f.Playing = frame.Playing{Scenario: "slow-disks", Began: noon, Over: true}
	f.Judgement = &frame.Judgement{At: noon.Add(time.Second), Unread: []string{"n1"}, Lanes: []frame.LaneJudgement{{Lane: frame.LaneQuorum, Report: check.Report{Counts: check.Counts{Lost: 3}}}}}
	root, _ := parse(t, f)
	if words := "from 0 operations in lane quorum. n1 could not be read. What is broken is so all the same"; !strings.Contains(text(root), words) {
		t.Errorf("the page does not say %q", words)
	}
	for i, lane := range StillOf(f).Lanes {
		if lane.Judged != (i == 0) || lane.Judged && lane.Lost != 3 {
			t.Errorf("still: %+v", lane)
		}
	}
	f.Judgement.At = noon.Add(-time.Second)
	if lane := StillOf(f).Lanes[0]; lane.Judged {
		t.Errorf("judged before the story: %+v", lane)
	}
}

// TestView_bounded: a figure of the exact judge that is a lower bound wears the sign.
func TestView_bounded(t *testing.T) {
	f := brokenFrame()
	f.Judgement = &frame.Judgement{At: noon, Lanes: []frame.LaneJudgement{
		{Lane: frame.LaneLeader, Report: check.Report{Counts: check.Counts{Lost: 3, Reordered: 4, Duplicated: 5, AtLeast: true}}},
		{Lane: frame.LaneClock, Report: check.Report{Counts: check.Counts{Lost: 6}}},
	}}
	root, _ := parse(t, f)
	want := map[string]string{"lost leader": "≥ 3", "reordered leader": "≥ 4", "duplicated leader": "≥ 5", "lost clock": "6", "reordered clock": "0"}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			what := attribute(n, "data-judged-count")
			if figure, ok := want[what]; ok && text(n) != figure {
				t.Errorf("%s: got %q, want %q", what, text(n), figure)
			}
			delete(want, what)
		}
	}
	if len(want) > 0 {
		t.Errorf("not shown: %v", want)
	}
}
