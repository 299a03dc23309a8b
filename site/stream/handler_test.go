package stream

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func unpack(t *testing.T, packed []byte) string {
	t.Helper()
	end := []byte{1, 0, 0, 0xff, 0xff}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(append(packed, end...))))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// counting is a source whose events are numbered; it has as many as it is told.
type counting struct {
	mu   sync.Mutex
	n    uint64
	more chan struct{}
}

func newCounting(n uint64) *counting { return &counting{n: n, more: make(chan struct{})} }

func (c *counting) add(n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
	close(c.more)
	c.more = make(chan struct{})
}

func (c *counting) Follow(ctx context.Context, q Query, send func(Event) error) error {
	after := q.After
	if !q.Resumes {
		c.mu.Lock()
		after = c.n
		c.mu.Unlock()
	}
	for {
		c.mu.Lock()
		n, more := c.n, c.more
		c.mu.Unlock()
		for ; after < n; after++ {
			if err := send(Event{Name: "change", Number: after + 1, Data: fmt.Appendf(nil, "%d of %s", after+1, q.Topic)}); err != nil {
				return err
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// event is one as a browser would have it.
type event struct{ topic, data, id string }

// reader reads the events of a stream.
type reader struct {
	t     *testing.T
	lines *bufio.Scanner
	body  io.Closer
}

func (r *reader) next() event {
	r.t.Helper()
	var e event
	for r.lines.Scan() {
		field, value, _ := strings.Cut(r.lines.Text(), ": ")
		switch field {
		case "event":
			e.topic = value
		case "id":
			e.id = value
		case "data":
			e.data += value + "\n"
		case "":
			if e.topic != "" {
				return e
			}
			e = event{}
		}
	}
	r.t.Fatalf("the stream ended: %v", r.lines.Err())
	return e
}

// serve answers with the handler, and open reads a stream from it.
func serve(t *testing.T, h *Handler) (open func(query string, header map[string]string) *reader, address string) {
	t.Helper()
	if h.Gate == nil {
		h.Gate = &Gate{}
	}
	h.Logger = slog.New(slog.DiscardHandler)
	h.Packs = func(r *http.Request) bool { return r.Header.Get("Accept-Encoding") == "gzip" }
	done := make(chan struct{})
	h.Done = done
	server := httptest.NewServer(h)
	t.Cleanup(func() { close(done); server.Close() })
	return func(query string, header map[string]string) *reader {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "identity")
		for k, v := range header {
			request.Header.Set(k, v)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%s: %s %s", query, response.Status, response.Header.Get("Content-Type"))
		}
		var body io.Reader = response.Body
		if response.Header.Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(response.Body); err != nil {
				t.Fatal(err)
			}
		}
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, 1<<20)
		return &reader{t, lines, response.Body}
	}, server.URL
}

// TestHandler: two logs and a state come over one connection, and a reader who was
// away gets of each log what it missed, once and in order.
func TestHandler(t *testing.T) {
	state := SourceFunc(func(ctx context.Context, _ Query, send func(Event) error) error {
		if err := send(Event{Name: "version", Data: []byte("v1")}); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	})
	for _, encoding := range []string{"identity", "gzip"} {
		t.Run(encoding, func(t *testing.T) {
			a, b := newCounting(3), newCounting(5)
			open, _ := serve(t, &Handler{Sources: map[string]Source{"a": a, "b": b, "state": state}})
			r := open("a%2Fone=1&b=5&state=", map[string]string{"Accept-Encoding": encoding})
			got := map[string]string{}
			for range 3 {
				e := r.next()
				got[e.topic] += e.data
			}
			b.add(1)
			e := r.next()
			if got["a/one"] != "change\n2 of one\nchange\n3 of one\n" || got["state"] != "version\nv1\n" || e.topic != "b" || e.data != "change\n6 of \n" {
				t.Errorf("%q, then %+v", got, e)
			}
			if ids, _ := url.ParseQuery(e.id); ids.Get("a/one") != "3" || ids.Get("b") != "6" {
				t.Errorf("the id is %q", e.id)
			}
			r.body.Close()
			a.add(2)
			b.add(1)
			// The browser asks for what it asked at first, and says what it has.
			r = open("a%2Fone=1&b=5&state=", map[string]string{"Accept-Encoding": encoding, "Last-Event-ID": e.id})
			got = map[string]string{}
			for range 4 {
				e := r.next()
				got[e.topic] += e.data
			}
			if got["a/one"] != "change\n4 of one\nchange\n5 of one\n" || got["b"] != "change\n7 of \n" {
				t.Errorf("resumed: %q", got)
			}
			r.body.Close()
		})
	}
}

// TestHandler_end: a topic that ends says why and leaves the others; what went wrong
// inside is not told.
func TestHandler_end(t *testing.T) {
	ends := func(err error) Source {
		return SourceFunc(func(context.Context, Query, func(Event) error) error { return err })
	}
	lives := newCounting(1)
	open, _ := serve(t, &Handler{Sources: map[string]Source{"gone": ends(&End{401, "the session has ended"}), "broken": ends(errors.New("a secret path")), "lives": lives}})
	r := open("gone=&broken=&lives=1&none=", nil)
	got := map[string]string{}
	for range 3 {
		e := r.next()
		got[e.topic] = e.data
	}
	if got["gone"] != "end\n{\"detail\":\"the session has ended\",\"status\":401}\n" || !strings.Contains(got["none"], "404") || !strings.Contains(got["broken"], "503") || strings.Contains(got["broken"], "secret") {
		t.Errorf("%q", got)
	}
	lives.add(1)
	if e := r.next(); e.topic != "lives" {
		t.Errorf("then came %+v", e)
	}
	// With no topic left the stream is complete.
	r = open("gone=", map[string]string{"Accept-Encoding": "gzip"})
	r.next()
	if r.lines.Scan(); r.lines.Err() != nil {
		t.Errorf("the stream ended with %v", r.lines.Err())
	}
}

// TestHandler_refused: what is malformed, and who opens too many.
func TestHandler_refused(t *testing.T) {
	person := ""
	gate := &Gate{Who: func(*http.Request) (string, string) { return person, "" }}
	open, address := serve(t, &Handler{Gate: gate, Sources: map[string]Source{"a": newCounting(1)}})
	for query, want := range map[string]int{"": 400, "a=x": 400, "a=&a%0A=": 400} {
		answer, err := http.Get(address + "/?" + query)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%q: %s", query, answer.Status)
		}
	}
	person = "ada"
	var readers []*reader
	for range maxPersonStreams {
		readers = append(readers, open("a=0", nil))
	}
	answer, err := http.Get(address + "/?a=")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one more than a person may have: %s", answer.Status)
	}
	readers[0].body.Close()
	for deadline := time.Now().Add(10 * time.Second); ; {
		answer, err := http.Get(address + "/?a=0")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a stream that was left is not free again")
		}
	}
}

// stuck is a reader that takes the headers and then nothing more.
type stuck struct {
	*httptest.ResponseRecorder
	takes    int // bytes
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(t time.Time) error { s.deadline = t; return nil }
func (s *stuck) SetReadDeadline(time.Time) error    { return nil }

func (s *stuck) Write(p []byte) (int, error) {
	if s.takes -= len(p); s.takes < 0 {
		time.Sleep(time.Until(s.deadline)) // as a full socket does
		return 0, os.ErrDeadlineExceeded
	}
	return s.ResponseRecorder.Write(p)
}

// TestHandler_slow: for one who does not read no second event is made, and after the
// deadline it is cut off; its other topics end with it.
func TestHandler_slow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made, began := 0, time.Now()
		data := bytes.Repeat([]byte("x"), 64<<10)
		frames := SourceFunc(func(ctx context.Context, _ Query, send func(Event) error) error {
			for ctx.Err() == nil {
				made++
				if err := send(Event{Name: "frame", Data: append(fmt.Appendf(nil, "%d ", made), data...)}); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
		gate := &Gate{}
		h := &Handler{Sources: map[string]Source{"frames": frames, "log": newCounting(3)}, Gate: gate, Logger: slog.New(slog.DiscardHandler)}
		reader := &stuck{ResponseRecorder: httptest.NewRecorder(), takes: 200 << 10}
		h.ServeHTTP(reader, httptest.NewRequest("GET", "/?frames=&log=", nil))
		if took := time.Since(began); took != writeTimeout {
			t.Errorf("cut off after %s, want %s", took, writeTimeout)
		}
		if made > 5 {
			t.Errorf("%d events of 64 KiB were made for one who took 200 KiB", made)
		}
		if gate.all != 0 {
			t.Errorf("%d streams are still counted", gate.all)
		}
	})
}

// TestHandler_quiet: a quiet stream says that it is there, and ends with its server.
func TestHandler_quiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		h := &Handler{Sources: map[string]Source{"log": newCounting(3)}, Gate: &Gate{}, Logger: slog.New(slog.DiscardHandler), Done: done}
		w := &stuck{ResponseRecorder: httptest.NewRecorder(), takes: 1 << 20}
		go func() {
			time.Sleep(2*heartbeat + time.Second)
			close(done)
		}()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/?log=", nil))
		if got, want := w.Body.String(), "retry: 1000\n\n: alive\n\n: alive\n\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
