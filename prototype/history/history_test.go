package history

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecorder_what_is_written_is_read(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	op := r.Invoke(Event{Kind: Send, Node: "n1", Conversation: "room", ID: "a", Sender: "ann", Body: "<&> \u2028 \x00 \xff"})
	r.Complete(op, Event{Type: OK, Seq: 1, Epoch: 2, Duplicate: true})
	op = r.Invoke(Event{Kind: Read, Conversation: "room", Level: "local", After: 3, Limit: 5, MinSeq: 7, Final: true})
	r.Complete(op, Event{Type: Info, Error: "no answer"})
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	events, torn, err := ReadAll(&file)
	if err != nil || torn {
		t.Fatal(torn, err)
	}
	want := r.Events()
	want[0].Body = strings.ToValidUTF8(want[0].Body, "\uFFFD")
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
}

// TestRecorder_order: whatever happens at once, times never decrease and every
// operation has a number of its own.
func TestRecorder_order(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for i := range 200 {
				op := r.Invoke(Event{Kind: Send, ID: fmt.Sprint(client, "-", i)})
				r.Complete(op, Event{Type: OK, Seq: 1})
			}
		})
	}
	clients.Wait()
	events, _, err := ReadAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 2*8*200 {
		t.Fatalf("%d events, want %d", len(events), 2*8*200)
	}
	for i := 1; i < len(events); i++ {
		if events[i].Time < events[i-1].Time {
			t.Fatalf("event %d is earlier than the one before", i)
		}
	}
}

// TestReadAll_torn cuts a history at every byte: what was whole is read, and
// only a cut within a line is reported.
func TestReadAll_torn(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	for i := range 3 {
		op := r.Invoke(Event{Kind: Send, ID: fmt.Sprint(i), Body: "ü"})
		r.Complete(op, Event{Type: OK, Seq: uint64(i + 1)})
	}
	whole := file.Bytes()
	for cut := range len(whole) + 1 {
		events, torn, err := ReadAll(bytes.NewReader(whole[:cut]))
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		lines := bytes.Count(whole[:cut], []byte("\n"))
		complete := cut == 0 || whole[cut-1] == '\n'
		// A line that lacks nothing but its end is an event all the same.
		lacksEnd := cut < len(whole) && whole[cut] == '\n'
		if lacksEnd {
			lines, complete = lines+1, true
		}
		if len(events) != lines || torn == complete {
			t.Errorf("cut at %d: %d events, torn %v; want %d, %v", cut, len(events), torn, lines, !complete)
		}
	}
}

func TestReadAll_refuses(t *testing.T) {
	const begin = `{"op":1,"type":"invoke","kind":"send"}` + "\n"
	const end = `{"op":1,"type":"ok"}` + "\n"
	for name, tt := range map[string]struct{ history, want string }{
		"garbage in the middle":   {begin + "garbage\n" + end, "line 2"},
		"a misspelt member":       {`{"op":1,"type":"invoke","kind":"send","sequence":3}` + "\n", "line 1"},
		"an end without a begin":  {end, "never began"},
		"two ends":                {begin + end + end, "line 3: operation 1 ends twice"},
		"two begins":              {begin + begin, "begins twice"},
		"an unknown type":         {`{"op":1,"type":"maybe"}` + "\n", `type "maybe"`},
		"an unknown kind of work": {`{"op":1,"type":"invoke","kind":"delete"}` + "\n", `kind "delete"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ReadAll(strings.NewReader(tt.history))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

type brokenDisk struct{}

func (brokenDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestRecorder_disk_full: the history in memory goes on, and the loss is told.
func TestRecorder_disk_full(t *testing.T) {
	r := NewRecorder(brokenDisk{})
	op := r.Invoke(Event{Kind: Send})
	r.Complete(op, Event{Type: OK})
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v", err)
	}
	if len(r.Events()) != 2 {
		t.Errorf("%d events in memory, want 2", len(r.Events()))
	}
}
