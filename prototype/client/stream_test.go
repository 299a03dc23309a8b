package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/prototype/api"
)

// room is a node with one conversation that gives out seqs by id.
type room struct {
	*ledger
	lines atomic.Int64
	// after counts down the lines until the connection breaks; what is below zero
	// never does.
	breakAfter atomic.Int64
	silent     atomic.Bool
	refuses    atomic.Bool
	end        chan struct{}
}

// ledger is what the nodes of a cluster share.
type ledger struct {
	mu   sync.Mutex
	seqs map[string]int
}

func (r *room) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	controller := http.NewResponseController(w)
	controller.EnableFullDuplex()
	controller.Flush()
	lines := bufio.NewScanner(request.Body)
	for lines.Scan() {
		r.lines.Add(1)
		if r.silent.Load() {
			<-r.end
			return
		}
		if r.refuses.Load() {
			fmt.Fprintln(w, `{"type":"urn:lockstep:no-leader","status":503,"outcome":"fail","detail":"no leader"}`)
			controller.Flush()
			continue
		}
		var m api.Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil || m.ID == "bad" {
			fmt.Fprintln(w, `{"type":"urn:lockstep:invalid","status":400,"outcome":"fail","detail":"bad"}`)
			controller.Flush()
			continue
		}
		r.mu.Lock()
		seq, known := r.seqs[m.ID]
		if !known {
			seq = len(r.seqs) + 1
			r.seqs[m.ID] = seq
		}
		r.mu.Unlock()
		if r.breakAfter.Add(-1) == 0 {
			panic(http.ErrAbortHandler) // ordered, and not answered
		}
		json.NewEncoder(w).Encode(api.Ack{Conversation: "room", Seq: uint64(seq), ID: m.ID, Epoch: 1, Duplicate: known})
		controller.Flush()
	}
}

func newRoom(t *testing.T) (*room, string) {
	r := &room{ledger: &ledger{seqs: map[string]int{}}, end: make(chan struct{})}
	r.breakAfter.Store(-1)
	server := httptest.NewServer(r)
	t.Cleanup(func() {
		close(r.end)
		server.Close()
	})
	return r, server.URL
}

// TestStream: a thousand messages of fifty callers over one connection that
// breaks now and then. Each is ordered once, and each caller learns its place.
func TestStream(t *testing.T) {
	r, url := newRoom(t)
	other, otherURL := newRoom(t)
	other.ledger = r.ledger // both nodes answer for one conversation
	s := New(Config{Targets: Fixed(url, otherURL)}).OpenStream("room", 64)
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var mu sync.Mutex
	seen := map[uint64]string{}
	var callers sync.WaitGroup
	for caller := range 50 {
		callers.Go(func() {
			for i := range 20 {
				if caller == 0 && i%5 == 4 {
					r.breakAfter.Store(7)
				}
				id := fmt.Sprintf("%d-%d", caller, i)
				ack, err := s.Send(ctx, api.Message{ID: id, Sender: "ann", Body: "größe \"x\""})
				if err != nil {
					t.Errorf("%s: %v", id, err)
					return
				}
				mu.Lock()
				if before, ok := seen[ack.Seq]; ok {
					t.Errorf("%s and %s are both at %d", before, id, ack.Seq)
				}
				seen[ack.Seq] = id
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if len(seen) != 1000 || len(r.seqs) != 1000 {
		t.Errorf("%d acknowledged, %d ordered, want 1000", len(seen), len(r.seqs))
	}
}

// TestStream_leaves_a_node_that_refuses, as one does that is cut off from the
// others and cannot know for how long.
func TestStream_leaves_a_node_that_refuses(t *testing.T) {
	isolated, first := newRoom(t)
	isolated.refuses.Store(true)
	_, second := newRoom(t)
	s := New(Config{Targets: Fixed(first, second)}).OpenStream("room", 16)
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for i := range 5 {
		if ack, err := s.Send(ctx, api.Message{ID: fmt.Sprint(i), Sender: "ann"}); err != nil || ack.Seq != uint64(i+1) {
			t.Fatalf("message %d: %+v, %v", i, ack, err)
		}
	}
}

// TestStream_outcomes: what is wrong is a failure, what may have been ordered is
// unknown, and what was never sent is a failure again.
func TestStream_outcomes(t *testing.T) {
	r, url := newRoom(t)
	c := New(Config{Targets: Fixed(url), AttemptTimeout: 100 * time.Millisecond})
	s := c.OpenStream("room", 4)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := s.Send(ctx, api.Message{ID: "bad", Sender: "s"}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a bad message: %v", err)
	}
	r.silent.Store(true)
	short, stop := context.WithTimeout(ctx, 300*time.Millisecond)
	if _, err := s.Send(short, api.Message{ID: "1", Sender: "s"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a message that is taken and not answered: %v", err)
	}
	stop()
	r.silent.Store(false)
	if ack, err := s.Send(ctx, api.Message{ID: "1", Sender: "s"}); err != nil || ack.Seq != 1 {
		t.Errorf("sent again: %+v, %v", ack, err)
	}
	s.Close()
	if _, err := s.Send(ctx, api.Message{ID: "2", Sender: "s"}); !errors.Is(err, ErrFail) || !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}

	lonely := New(Config{Targets: Fixed("http://127.0.0.1:1")}).OpenStream("room", 4)
	defer lonely.Close()
	short, stop = context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	if _, err := lonely.Send(short, api.Message{ID: "3", Sender: "s"}); err == nil {
		t.Error("a message to nobody is acknowledged")
	}
}

// FuzzParseAck holds the fast path against encoding/json.
func FuzzParseAck(f *testing.F) {
	for _, s := range []string{`{"conversation":"room","seq":12,"id":"a","epoch":3,"duplicate":false}`, `{"conversation":"r\"","seq":1,"id":"a","epoch":0,"duplicate":true}`, `{"seq":1}`, `{"status":503}`} {
		f.Add([]byte(s + "\n"))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		ack, ok := parseAck(line, "a")
		if !ok {
			return
		}
		var want api.Ack
		if err := json.Unmarshal(line, &want); err != nil {
			return // a control character in a string, or a number too large: no node writes it
		}
		want.Conversation = ""
		if ack != want && len(line) < 100 {
			t.Errorf("%q: %+v, want %+v", line, ack, want)
		}
	})
}

// FuzzAppendLine: what is written is read as it was.
func FuzzAppendLine(f *testing.F) {
	f.Add("1", "ann", "größe \"\\\n")
	f.Fuzz(func(t *testing.T, id, sender, body string) {
		m := api.Message{ID: id, Sender: sender, Body: body, Session: uint64(len(id)), Number: 7}
		want, err := json.Marshal(m)
		if err != nil {
			t.Skip()
		}
		var a, b api.Message
		if json.Unmarshal(appendMessage(nil, m), &a) != nil || json.Unmarshal(want, &b) != nil || a != b {
			t.Errorf("%+v becomes %+v", m, a)
		}
	})
}
