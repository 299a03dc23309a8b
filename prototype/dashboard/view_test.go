package dashboard

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/lab"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

var noon = time.Date(2026, 11, 23, 12, 1, 3, 412_000_000, time.UTC)

// broken is a frame with something of everything: a leader, a node that is
// down, one that is paused, a difference between replicas, failures measured
// and not, and names that try to be markup.
func brokenFrame() frame.Frame {
	const hostile = `<script>alert("x")</script>`
	cell := func(seq, epoch uint64, differs bool) frame.Cell {
		return frame.Cell{Seq: seq, Have: true, Differs: differs, Message: api.Placed{Seq: seq, ID: fmt.Sprintf("x-ada-%d", seq), Sender: hostile, Body: hostile, Epoch: epoch}}
	}
	cells := func(differs bool) []frame.Cell {
		var row []frame.Cell
		for seq := uint64(101); seq < 101+frame.Columns-1; seq++ {
			row = append(row, cell(seq, seq/20, differs && seq == 110))
		}
		return append(row, frame.Cell{Seq: 100 + frame.Columns})
	}
	f := frame.Frame{
		Number: 7, Time: noon, Phase: frame.PhaseRunning, Conversation: hostile, Shard: 2, Leader: "n2", Term: 5, Quorum: 2, Voters: 1,
		Nodes: []frame.Node{
			{Member: cluster.Member{ID: "n1", PID: 0, State: cluster.Down}, Condition: frame.ConditionDown, Known: true, Shard: api.ShardStatus{Role: "leader", Term: 4, CommitIndex: 90, AppliedIndex: 90}, Age: 3 * time.Second, Last: 60},
			{Member: cluster.Member{ID: "n2", PID: 4711, State: cluster.Running}, Condition: frame.ConditionUp, Leader: true, Known: true, Shard: api.ShardStatus{Role: "leader", Term: 5, CommitIndex: 12345, AppliedIndex: 12344}, Last: 132},
			{Member: cluster.Member{ID: "n3", PID: 4712, State: cluster.Paused}, Condition: frame.ConditionPaused, Age: 9 * time.Second},
		},
		Shards:    []frame.Shard{{Number: 0, Roles: []string{"", "candidate", ""}, Term: 3}, {Number: 2, Leader: "n2", Term: 5, Roles: []string{"", "leader", ""}}},
		Load:      frame.Load{On: true, Rate: 50, Acked: 49.7},
		Counts:    frame.Counts{Acknowledged: 1234567, Refused: 12, Unknown: 3, Resolved: 3, Suppressed: 1},
		Findings:  frame.Findings{Verified: 1234000, Lost: 2, Diverged: 1},
		P50:       3 * time.Millisecond,
		P99:       250 * time.Millisecond,
		Strip:     []frame.Span{{State: frame.SpanIdle, Tenths: 300}, {State: frame.SpanOK, Tenths: 290}, {State: frame.SpanDown, Tenths: 3}, {State: frame.SpanMixed, Tenths: 6}},
		StripFrom: noon.Add(-time.Minute),
		Failovers: []frame.Failover{
			{Cause: "n2 killed", From: "n2", Began: noon.Add(-time.Second), Open: true},
			{Cause: "n1 killed", From: "n1", To: "n2", Term: 5, Began: noon.Add(-20 * time.Second), Measured: true, Split: true,
				Window: 247 * time.Millisecond, Notice: 118 * time.Millisecond, Elect: 94 * time.Millisecond, Barrier: 5 * time.Millisecond, FirstAck: 30 * time.Millisecond, Elected: 212 * time.Millisecond},
			{Cause: "n3 paused", From: "n3", Began: noon.Add(-21 * time.Second), KeptTerm: true, Measured: true, Window: 60 * time.Millisecond},
		},
		Tail:   frame.Tail{From: 101, Rows: []frame.TailRow{{Node: "n1", Cells: make([]frame.Cell, frame.Columns)}, {Node: "n2", Fresh: true, Cells: cells(false)}, {Node: "n3", Cells: cells(true)}}},
		Events: []frame.Event{{Number: 9, Time: noon, Tone: frame.ToneNote, Text: hostile}, {Number: 8, Time: noon, Tone: frame.ToneGood, Text: "n2 elected in term 5 after 212 ms", Important: true}},
	}
	for i := range frame.Minute - 1 {
		f.Seconds = append(f.Seconds, frame.Second{Acked: i % 7 * 8, P50: time.Millisecond, P99: time.Duration(i) * time.Millisecond})
	}
	return f
}

func frames() map[string]frame.Frame {
	return map[string]frame.Frame{
		"starting": lab.New(lab.Config{}).Frame(),
		"failed":   {Phase: frame.PhaseFailed, Reason: "no <b>ports</b> left"},
		"ended":    {Phase: frame.PhaseEnded},
		"empty":    {Phase: frame.PhaseRunning},
		"broken":   brokenFrame(),
	}
}

func parse(t *testing.T, f frame.Frame) (*html.Node, string) {
	t.Helper()
	var b bytes.Buffer
	if err := Live(f).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return root, b.String()
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestLive_policy: every frame can be shown under a strict policy, has unique
// ids, names for all controls, and escapes what it is given.
func TestLive_policy(t *testing.T) {
	for name, f := range frames() {
		t.Run(name, func(t *testing.T) {
			root, source := parse(t, f)
			ids := map[string]bool{}
			for n := range root.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				if n.Data == "script" || n.Data == "style" {
					t.Errorf("a %s element", n.Data)
				}
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
					}
				}
				if id := attribute(n, "id"); id != "" {
					if ids[id] {
						t.Errorf("two elements have the id %q", id)
					}
					ids[id] = true
				}
				switch n.Data {
				case "button":
					if text(n) == "" || attribute(n, "id") == "" {
						t.Errorf("a button without a name or an id: %v", n.Attr)
					}
				case "svg":
					if attribute(n, "aria-hidden") != "true" && (attribute(n, "role") != "img" || attribute(n, "aria-label") == "") {
						t.Errorf("a drawing without a text: %v", n.Attr)
					}
				case "a":
					if href := attribute(n, "href"); strings.Contains(href, ":") {
						t.Errorf("link to %q", href)
					}
				}
			}
			for n := range root.Descendants() {
				for _, key := range []string{"aria-labelledby", "for"} {
					if id := attribute(n, key); id != "" && !ids[id] {
						t.Errorf("%s %s=%q, and there is no such id", n.Data, key, id)
					}
				}
			}
			if strings.Contains(source, "NaN") || strings.Contains(source, "Inf") || strings.Contains(source, "%!") {
				t.Error("a figure that is none")
			}
		})
	}
}

// TestLive_says: what a reader needs to find, by the names that scripts use.
func TestLive_says(t *testing.T) {
	root, source := parse(t, brokenFrame())
	got := map[string]string{}
	var accessible []string
	for n := range root.Descendants() {
		if id := attribute(n, "data-testid"); id != "" {
			got[id] = text(n)
		}
		if n.Data == "button" {
			accessible = append(accessible, text(n)+" → "+attribute(n, "formaction"))
		}
	}
	for id, want := range map[string]string{"leader": "n2", "last-window": "247 ms", "lost": "2", "duplicated": "0", "reordered": "1", "acknowledged": "1,234,567", "refused": "12", "unknown": "3"} {
		if got[id] != want {
			t.Errorf("%s = %q, want %q", id, got[id], want)
		}
	}
	for _, want := range []string{
		"Kill leader → actions/kill-leader", "Pause leader → actions/pause-leader", "Cut off leader → actions/cut-leader", "Heal → actions/heal",
		"Stop load → actions/stop", "Resume n3 → actions/heal", "Start n1 → actions/restart", "Kill n2 → actions/kill",
	} {
		if !slices.Contains(accessible, want) {
			t.Errorf("no button %q in %q", want, accessible)
		}
	}
	for _, want := range []string{
		"missed after 118 ms, elected after 94 ms more, barrier 5.0 ms, first write 30 ms later", "kept its term", "12:01:03.412", "≠", "differ between replicas",
		`data-news="8"`, "n1 is 72 messages behind",
	} {
		if !strings.Contains(source, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// attributes are all values of an attribute, where a selector finds it.
func attributes(root *html.Node, element, key string) (values []string) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == element && attribute(n, key) != "" {
			values = append(values, attribute(n, key))
		}
	}
	return values
}

// TestView_picture: the picture tells a node that nobody hears from one that is cut
// off, and has badges for what ails it.
func TestView_picture(t *testing.T) {
	f := brokenFrame()
	up := func(n *frame.Node, ails ...string) { n.Condition, n.Ails = frame.ConditionUp, ails }
	up(&f.Nodes[0], mute, "slow disk", "clock −30 s")
	up(&f.Nodes[2])
	root, source := parse(t, f)
	if got := attributes(root, "path", "data-link"); !slices.Equal(got, []string{"mute", "mute", "flow"}) {
		t.Errorf("with n1 mute the links are %q", got)
	}
	if got := strings.Count(source, `class="badge"`); got != 2 {
		t.Errorf("%d badges, want one for the disk and one for the clock", got)
	}
	if got := strings.Count(source, `class="heard"`); got != 2 {
		t.Errorf("%d links on which n1 hears the others, want 2", got)
	}
	f.Nodes[2].Condition = frame.ConditionCut
	if root, _ = parse(t, f); !slices.Equal(attributes(root, "path", "data-link"), []string{"mute", "cut", "cut"}) {
		t.Errorf("with n3 cut off, too, the links are %q", attributes(root, "path", "data-link"))
	}
	f.Nodes[2].Condition = frame.ConditionPaused
	if _, source = parse(t, f); !strings.Contains(source, `class="frozen"`) {
		t.Error("a paused node does not look like it")
	}
}

// TestView_axis: strips, elections and what was found broken are where they
// happened, and the frame can be told in words.
func TestView_axis(t *testing.T) {
	f := largeFrame()
	f.Lanes[1].Seconds = slices.Clone(f.Lanes[1].Seconds)
	f.Lanes[1].Seconds[10].Lost, f.Lanes[1].Seconds[12].Moved = 40, 1
	_, source := parse(t, f)
	for _, want := range []string{
		`data-s="ok" d="M300 5h290"`, `data-s="down" d="M590 5h3"`, `data-s="mixed" d="M593 5h6"`,
		`data-s="elected" d="M402 0v10"`, `data-s="lost" d="M105 10v-10"`, `data-s="moved" d="M125 10v-4"`,
		`data-at="1795435263412"`, "2 leads shard 2 in term 5", "n1: slow disk.",
	} {
		if !strings.Contains(source, want) {
			t.Errorf("the frame does not say %q", want)
		}
	}
}

// TestView_story: while a story is played its goal and progress are there and no
// other can be begun; afterwards there is what came of it, and what it proves.
func TestView_story(t *testing.T) {
	s := scenarios.All()[0]
	f := brokenFrame()
	f.Playing = frame.Playing{Scenario: s.Name, Began: f.Time.Add(-3 * time.Second), Lasts: 9 * time.Second}
	_, source := parse(t, f)
	for _, want := range []string{s.Goal, s.Watch, `max="9" value="3"`, `data-over="no"`} {
		if !strings.Contains(source, want) {
			t.Errorf("while it is played the page does not say %q", want)
		}
	}
	if strings.Contains(source, "actions/play") {
		t.Error("another story can be begun")
	}
	f.Playing.Over, f.Playing.Reached, f.Playing.Says = true, true, "quorum lost nothing"
	_, source = parse(t, f)
	for _, want := range []string{"Goal reached.", "Quorum lost nothing.", s.Proves, s.Links[0].Href, "actions/play"} {
		if !strings.Contains(source, want) {
			t.Errorf("afterwards the page does not say %q", want)
		}
	}
}

// TestView_bounds: a count that is a lower bound says so wherever it stands, and an exact
// one does not.
func TestView_bounds(t *testing.T) {
	f := largeFrame()
	_, source := parse(t, f)
	for _, want := range []string{`data-lane-lost="leader">≥ 3<`, `data-lane-lost="quorum">3<`, "≥ 3 lost, ≥ 4 moved after the ok.", "<td>≥ 3</td><td>≥ 4</td><td>0</td>"} {
		if !strings.Contains(source, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if words := instantWords(f); !strings.Contains(words, "≥ 3 lost, ≥ 4 moved.") {
		t.Errorf("the instant's words: %s", words)
	}
	for i := range f.Lanes {
		f.Lanes[i].Findings.Exact = true
	}
	_, source = parse(t, f)
	for _, bound := range []string{">≥ 3<", "≥ 3 lost"} {
		if strings.Contains(source, bound) || strings.Contains(instantWords(f), bound) {
			t.Errorf("exact counts are called bounds: %q", bound)
		}
	}
}

// TestView_size: frames come five times a second, to every reader.
func TestView_size(t *testing.T) {
	var b bytes.Buffer
	if err := View(largeFrame()).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 48<<10 {
		t.Errorf("a large frame takes %d bytes", b.Len())
	}
	t.Logf("a large frame takes %d bytes", b.Len())
}

// TestView_same: equal frames give equal markup, so that nothing is morphed
// without need.
func TestView_same(t *testing.T) {
	_, first := parse(t, brokenFrame())
	if _, second := parse(t, brokenFrame()); first != second {
		t.Error("two renderings of one frame differ")
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 ms", 1234 * time.Microsecond: "1.2 ms", 247400 * time.Microsecond: "247 ms", 2534 * time.Millisecond: "2,534 ms"} {
		if got := millis(d); got != want {
			t.Errorf("millis(%s) = %q, want %q", d, got, want)
		}
	}
}

// TestView_planned: a lead that was handed over has a mark and a word of its own, and the
// figure of the last failure is not overwritten by it.
func TestView_planned(t *testing.T) {
	f := largeFrame()
	failed := f.Failovers[0]
	failed.Window, failed.Measured, failed.Open, failed.To, failed.Began, failed.Elected = 235*time.Millisecond, true, false, "n2", f.Time.Add(-10*time.Second), 200*time.Millisecond
	planned := failed
	planned.Planned, planned.Cause, planned.Window, planned.Began = true, "n1 handed over", 26*time.Millisecond, failed.Began.Add(time.Second)
	f.Failovers = []frame.Failover{planned, failed}
	if got := lastWindow(f); got != "235 ms" {
		t.Errorf("the last window is %s", got)
	}
	root, source := parse(t, f)
	if got := attributes(root, "li", "data-planned"); !slices.Equal(got, []string{"yes", "no"}) || strings.Count(source, "<em>planned</em>") != 1 {
		t.Errorf("planned: %q", got)
	}
	f.Nodes[1].Condition, f.Nodes[1].Leader, f.Nodes[1].Returning = frame.ConditionUp, false, true
	if _, source := parse(t, f); !strings.Contains(source, `<span class="role">catching up</span>`) {
		t.Error("a replica that replays its log does not say so")
	}
	marks := attributes(root, "path", "data-s")
	if !slices.Contains(marks, "handed") || !slices.Contains(marks, "elected") {
		t.Errorf("marks: %q", marks)
	}
}
