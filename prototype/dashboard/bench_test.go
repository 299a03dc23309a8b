package dashboard

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/lab"
	"lockstep/prototype/lab/frame"
)

// largeFrame has five nodes, four lanes and two hundred messages in view.
func largeFrame() frame.Frame {
	f := brokenFrame()
	f.Nodes, f.Tail = nil, frame.Tail{From: 101}
	for i := range 5 {
		id := fmt.Sprintf("n%d", i+1)
		f.Nodes = append(f.Nodes, frame.Node{Member: cluster.Member{ID: id, PID: 4000 + i, State: cluster.Running}, Condition: frame.ConditionUp, Leader: i == 1, Known: true,
			Shard: api.ShardStatus{Role: "follower", Term: 5, CommitIndex: 12345, AppliedIndex: 12345}, Last: 132, Ails: []string{"slow disk"}})
		row := frame.TailRow{Node: id, Fresh: true}
		for seq := uint64(101); seq < 101+frame.Columns; seq++ {
			row.Cells = append(row.Cells, frame.Cell{Seq: seq, Have: true, Message: api.Placed{Seq: seq, ID: fmt.Sprintf("x-ada-%d", seq), Sender: "ada", Body: "ada 7", Epoch: seq / 10}})
		}
		f.Tail.Rows = append(f.Tail.Rows, row)
	}
	for _, name := range frame.Lanes {
		l := frame.LaneView{Lane: name, Counts: f.Counts, Seconds: f.Seconds, Strip: f.Strip, Witness: frame.Witness{Sentence: "ada’s “ada 17” had its ok as message 42 at 9.3 s; n2 shows ben’s “ben 17” as message 42 at 12.0 s; therefore an acknowledged message was lost.", At: 9300 * time.Millisecond, Message: history.Message{Seq: 42, Sender: "ada", Body: "ada 17"}, Lost: true}, Findings: frame.LaneFindings{Lost: 3, Moved: 4}}
		for i := range 2 {
			c := frame.Chat{Node: f.Nodes[i].ID, Fresh: true}
			for seq := range uint64(frame.ChatLines) {
				c.Lines = append(c.Lines, frame.Line{Seq: seq, Sender: "ada", Body: "ada 7", Mark: frame.Moved, Was: 3})
			}
			l.Members = append(l.Members, c)
		}
		f.Lanes = append(f.Lanes, l)
	}
	for _, level := range api.Levels {
		f.Reads = append(f.Reads, frame.Reads{Level: level, Fresh: 1000, Stale: 3, Newest: "At 12:00:01.0 n1 answered with seq 7 as the newest."})
	}
	return f
}

// BenchmarkFrame draws a large frame. It should stay below 8 ms, so that ten a
// second leave the page time for itself.
func BenchmarkFrame(b *testing.B) {
	f := largeFrame()
	for b.Loop() {
		if err := View(f).Render(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// TestHandler_events_many: two hundred people watch at once.
func TestHandler_events_many(t *testing.T) {
	const readers = 200
	done := make(chan struct{})
	l := lab.New(lab.Config{})
	server := serve(t, &fakeLab{Lab: l}, func(o *Options) { o.Streams, o.Done = readers, done })
	defer close(done)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: readers}}
	var first, reading sync.WaitGroup
	first.Add(readers)
	for range readers {
		reading.Go(func() {
			response, err := client.Get(server.URL + "/lab/events")
			if err != nil {
				t.Error(err)
				first.Done()
				return
			}
			defer response.Body.Close()
			seen := false
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "event: frame") && !seen {
					seen = true
					first.Done()
					return
				}
			}
			if !seen {
				t.Error("a stream ended without a frame")
				first.Done()
			}
		})
	}
	all := make(chan struct{})
	go func() { first.Wait(); close(all) }()
	select {
	case <-all:
	case <-time.After(30 * time.Second):
		t.Error("not every reader got a frame")
	}
	reading.Wait()
}

// TestDrawn: everybody gets the same drawing of a frame, and one who is late gets
// his own without taking the newest from the others.
func TestDrawn(t *testing.T) {
	var d drawn
	f := largeFrame()
	one, err := d.event(f)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := d.event(f); err != nil || &one[0] != &two[0] {
		t.Errorf("the same frame was drawn twice (%v)", err)
	}
	old := f
	old.Number--
	if late, err := d.event(old); err != nil || !strings.Contains(string(late[:40]), fmt.Sprintf("id: %d", old.Number)) {
		t.Errorf("the late reader got %.40q (%v)", late, err)
	}
	if two, err := d.event(f); err != nil || &one[0] != &two[0] {
		t.Errorf("the newest frame was drawn again after a late reader (%v)", err)
	}
}
