//go:build !js

package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// fill orders messages with bodies of 60 kB.
func fill(t *testing.T, n *node.Node, conversation string, messages int) {
	t.Helper()
	body := strings.Repeat("x", 60<<10)
	for i := range messages {
		if _, err := n.Submit(context.Background(), conversation, []order.Command{{Conversation: conversation, ID: fmt.Sprint(i), Sender: "s", Body: body}}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReads_memory: a request of a few kilobytes that asks for the same messages
// again and again takes no more memory than one piece of its answer.
func TestReads_memory(t *testing.T) {
	n := openAlone(t, nil)
	fill(t, n, "c", 140)
	a := answers(t, n, nil)
	s := listen(t, a)
	request := strings.Repeat(`{"conversation":"c","limit":10000,"read":"local"}`+"\n", 32)
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	before, peak, got := memory.HeapAlloc, uint64(0), 0
	resp, err := http.Post(s.URL+"/v1/reads", "application/x-ndjson", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for buf := make([]byte, 256<<10); ; {
		n, err := io.ReadFull(resp.Body, buf)
		got += n
		runtime.ReadMemStats(&memory)
		peak = max(peak, memory.HeapAlloc)
		if err != nil {
			break
		}
	}
	if got < 32*(maxAnswer-128<<10) {
		t.Errorf("an answer of %d MiB", got>>20)
	}
	if peak > before+48<<20 {
		t.Errorf("%d bytes ask for %d MiB, which take %d MiB of memory", len(request), got>>20, (peak-before)>>20)
	}
}

// virtual runs a test with a node and its server in virtual time.
func virtual(t *testing.T, tune func(*Config), test func(t *testing.T, a *API, dial func() net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		n, l := openAlone(t, nil), newPipes()
		a := answers(t, n, tune)
		server := a.Server()
		ended := make(chan error)
		go func() { ended <- server.Serve(l) }()
		var open []net.Conn
		defer func() {
			for _, c := range open {
				c.Close()
			}
			server.Close()
			<-ended
			synctest.Wait()
			if bytes := a.budget.held(); bytes != 0 {
				t.Errorf("%d bytes are held for requests that have ended", bytes)
			}
		}()
		test(t, a, func() net.Conn {
			c := l.dial()
			open = append(open, c)
			return c
		})
	})
}

const (
	postMessages = "POST /v1/conversations/c/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
	postReads    = "POST /v1/reads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)

// send writes a request whose body begins with data, until the other end reads no
// more.
func send(c net.Conn, head string, data []byte, end bool) {
	io.WriteString(c, head)
	for len(data) > 0 {
		part := data[:min(len(data), 32<<10)]
		if _, err := fmt.Fprintf(c, "%x\r\n%s\r\n", len(part), part); err != nil {
			return
		}
		data = data[len(part):]
	}
	if end {
		io.WriteString(c, "0\r\n\r\n")
	}
}

// answerOf reads a whole answer, to its end.
func answerOf(t *testing.T, c net.Conn) (status int, body string) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("the answer is cut off after %d bytes: %v", len(data), err)
	}
	return resp.StatusCode, string(data)
}

// linesOf checks that each line is JSON, and gives the lines and the last one as a
// problem.
func linesOf(t *testing.T, body string) (lines []string, last api.Problem) {
	t.Helper()
	lines = strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for i, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Fatalf("line %d of %d is no JSON: %.100s … %s", i+1, len(lines), l, l[max(0, len(l)-100):])
		}
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	return lines, last
}

// TestStream_never_read: a client that sends and does not read holds little, and
// not for long.
func TestStream_never_read(t *testing.T) {
	good := []byte(`{"id":"1","sender":"ann","body":"` + strings.Repeat("x", 100) + `"}` + "\n")
	for name, data := range map[string][]byte{
		"malformed lines": bytes.Repeat([]byte("x\n"), 700_000),
		"messages":        bytes.Repeat(good, 40_000),
		"unknown fields":  bytes.Repeat([]byte(`{"`+strings.Repeat("f", 10_000)+`":1}`+"\n"), 200),
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, nil, func(t *testing.T, a *API, dial func() net.Conn) {
				for range 2 {
					go send(dial(), postMessages, data, false)
				}
				time.Sleep(writePatience / 2)
				if held := a.budget.held(); held == 0 || held > 2*(streamLimit+readBytes) {
					t.Errorf("two clients hold %d KiB", held>>10)
				}
				time.Sleep(writePatience/2 + writeGrace + time.Second)
				synctest.Wait()
				if held := a.budget.held(); held != 0 {
					t.Errorf("%d bytes are held after %s", held, writePatience+writeGrace)
				}
			})
		})
	}
}

// late is a moment at which a reader is slow, and its connection still open.
const late = writePatience + writeGrace/2

// TestStream_slow_reader: a client that reads too late gets what was answered, and
// then a problem that says that the rest is unknown.
func TestStream_slow_reader(t *testing.T) {
	virtual(t, nil, func(t *testing.T, a *API, dial func() net.Conn) {
		c := dial()
		go send(c, postMessages, bytes.Repeat([]byte("x\n"), 700_000), true)
		time.Sleep(late)
		status, body := answerOf(t, c)
		lines, last := linesOf(t, body)
		if status != 200 || len(lines) < 1000 || len(lines) >= 700_000 || last.Type != "urn:lockstep:slow-reader" || last.Outcome != api.Unknown || last.Status != 503 {
			t.Errorf("%d, %d lines, the last is %+v", status, len(lines), last)
		}
	})
}

// TestStream_written_first: a client may write a whole request before it reads.
func TestStream_written_first(t *testing.T) {
	const messages = 20_000
	virtual(t, nil, func(t *testing.T, a *API, dial func() net.Conn) {
		var data bytes.Buffer
		for i := range messages {
			fmt.Fprintf(&data, `{"id":"%d","sender":"ann","body":"x"}`+"\n", i)
		}
		c := dial()
		send(c, postMessages, data.Bytes(), true)
		_, body := answerOf(t, c)
		if lines, last := linesOf(t, body); len(lines) != messages || last.Type != "" {
			t.Errorf("%d answers to %d messages, the last is %+v", len(lines), messages, last)
		}
	})
}

// TestStream_patience: a line that does not go on ends the stream; a pause between
// two lines does not.
func TestStream_patience(t *testing.T) {
	virtual(t, nil, func(t *testing.T, a *API, dial func() net.Conn) {
		c := dial()
		begun := time.Now()
		go func() {
			send(c, postMessages, []byte(`{"id":"1","sender":"ann","body":"x"}`+"\n"), false)
			time.Sleep(4 * time.Minute)
			send(c, "", []byte(`{"id":"2","sender":"ann","body":"x"}`+"\n"), false)
			send(c, "", []byte(`{"id":"3","sender`), false)
		}()
		_, body := answerOf(t, c)
		lines, last := linesOf(t, body)
		if len(lines) != 3 || !strings.Contains(lines[1], `"seq":2`) || last.Status != 400 {
			t.Errorf("answers: %s", body)
		}
		if took := time.Since(begun); took < 4*time.Minute+linePatience || took > 5*time.Minute {
			t.Errorf("the stream lived for %s", took)
		}
	})
}

// TestReads_slow_reader: each form of answer comes to a good end for a reader that
// is late.
func TestReads_slow_reader(t *testing.T) {
	virtual(t, nil, func(t *testing.T, a *API, dial func() net.Conn) {
		fill(t, a.node, "c", 30)
		begin := func(request string) net.Conn {
			c := dial()
			go io.WriteString(c, request)
			return c
		}
		messages := begin("GET /v1/conversations/c/messages?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
		events := begin("GET /v1/conversations/c/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		reads := dial()
		go send(reads, postReads, bytes.Repeat([]byte(`{"conversation":"c","limit":10}`+"\n"), 3), true)
		time.Sleep(late)
		_, body := answerOf(t, messages)
		var page struct {
			Messages []struct{ Seq uint64 }
			Last     uint64 `json:"last_seq"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || page.Last != 30 || len(page.Messages) == 0 || len(page.Messages) == 30 {
			t.Errorf("a page for a slow reader: %v, %d messages of %d", err, len(page.Messages), page.Last)
		}
		_, body = answerOf(t, reads)
		if lines, last := linesOf(t, body); len(lines) != 2 || last.Type != "urn:lockstep:slow-reader" || last.Outcome != api.Fail {
			t.Errorf("reads for a slow reader: %d lines, the last is %+v", len(lines), last)
		}
		_, body = answerOf(t, events)
		if _, rest, found := strings.Cut(body, "event: problem\ndata: "); !found || !strings.Contains(body, "id: 1\n") || !strings.HasSuffix(rest, "}\n\n") {
			t.Errorf("events for a slow reader end with %s", body[max(0, len(body)-200):])
		}
	})
}

// TestReads_pages: an answer is no longer than it may be, and who asks on after the
// last seq gets all.
func TestReads_pages(t *testing.T) {
	n := openAlone(t, nil)
	fill(t, n, "c", 300)
	a := answers(t, n, nil)
	s := listen(t, a)
	seen, pages := 0, 0
	for seen < 300 && pages < 10 {
		a := askAs(t, s, "GET", fmt.Sprintf("/v1/conversations/c/messages?limit=10000&after=%d", seen), "")
		first := strings.Contains(a.body, fmt.Sprintf(`[{"seq":%d,`, seen+1))
		seen += strings.Count(a.body, `{"seq":`)
		pages++
		if !first || !strings.Contains(a.body, fmt.Sprintf(`,{"seq":%d,`, seen)) || !strings.HasSuffix(a.body, `],"last_seq":300,"read":"linearizable"}`+"\n") || len(a.body) > maxAnswer+1<<10 {
			t.Fatalf("page %d up to %d has %d bytes and ends with %s", pages, seen, len(a.body), a.body[max(0, len(a.body)-100):])
		}
	}
	if pages != 3 {
		t.Errorf("18 MB in %d pages", pages)
	}
}

// TestBudget_refusals: a node that holds what it may refuses what needs more, before
// an answer begins, and answers the rest.
func TestBudget_refusals(t *testing.T) {
	n := openAlone(t, nil)
	fill(t, n, "c", 3)
	a := answers(t, n, nil)
	s := listen(t, a)
	if !a.budget.take(a.cfg.MaxInFlight) {
		t.Fatal("the budget is not whole")
	}
	large := `{"id":"1","sender":"ann","body":"` + strings.Repeat("x", 50_000) + `"}`
	for _, tt := range []struct{ method, path, contentType, body string }{
		{"POST", "/v1/conversations/c/messages", "application/json", large},
		{"POST", "/v1/conversations/c/messages", "application/x-ndjson", `{"id":"1","sender":"ann","body":"x"}`},
		{"POST", "/v1/reads", "application/x-ndjson", `{"conversation":"c"}`},
		{"GET", "/v1/conversations/c/messages", "", ""},
	} {
		a := askAs(t, s, tt.method, tt.path, tt.body, "Content-Type", tt.contentType)
		if a.status != 503 || a.header.Get("Retry-After") == "" || a.Outcome != api.Fail || a.Type != "urn:lockstep:overloaded" {
			t.Errorf("%s %s: %d %v %.100s", tt.method, tt.path, a.status, a.header, a.body)
		}
	}
	if a := askAs(t, s, "POST", "/v1/conversations/c/messages", `{"id":"small","sender":"ann","body":"x"}`, "Content-Type", "application/json"); a.status != 200 {
		t.Errorf("a small message: %d %s", a.status, a.body)
	}
	if a := askAs(t, s, "GET", "/metrics", ""); !strings.Contains(a.body, "\nlockstep_in_flight_bytes 1.34217728e+08\n") {
		t.Errorf("that all bytes are held is not among the metrics:\n%s", a.body)
	}
	const counted = `lockstep_sends_total{outcome="fail",reason="overload",shard="0"} `
	if a := askAs(t, s, "GET", "/metrics", ""); !strings.Contains(a.body, counted+"2\n") {
		t.Error("the metrics do not count two messages that were refused")
	}
	a.budget.give(streamBase)
	longer := `{"id":"2","sender":"ann","body":"` + strings.Repeat("x", restBytes) + `"}`
	if a := askAs(t, s, "POST", "/v1/conversations/c/messages", longer, "Content-Type", "application/x-ndjson"); !strings.Contains(a.body, "overloaded") {
		t.Errorf("a line for which there is no memory: %d %s", a.status, a.body)
	}
	if a := askAs(t, s, "GET", "/metrics", ""); !strings.Contains(a.body, counted+"3\n") {
		t.Error("the metrics do not count the line for which there was no memory")
	}
	a.budget.give(a.cfg.MaxInFlight - streamBase)
	if a := askAs(t, s, "POST", "/v1/conversations/c/messages", large, "Content-Type", "application/json"); a.status != 200 {
		t.Errorf("a large message after room was made: %d %s", a.status, a.body)
	}
	if bytes := a.budget.held(); bytes != 0 {
		t.Errorf("%d bytes are held for requests that have ended", bytes)
	}
}

// TestConnections_limit: one connection too many is told so, half of them may follow
// events, and room that is made is used.
func TestConnections_limit(t *testing.T) {
	virtual(t, func(c *Config) { c.MaxConnections = 4 }, func(t *testing.T, a *API, dial func() net.Conn) {
		var first net.Conn
		for i := range 4 {
			c := dial()
			if i == 0 {
				first = c
			}
			go io.WriteString(c, "GET /v1/conversations/c/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if want := map[bool]int{true: 200, false: 503}[i < 2]; err != nil || resp.StatusCode != want || (want == 503) != (resp.Header.Get("Retry-After") != "") {
				t.Errorf("stream %d: %v %v", i+1, err, resp)
			}
		}
		if status, body := answerOf(t, dial()); status != 503 || !strings.Contains(body, "connections") {
			t.Errorf("the fifth connection: %d %s", status, body)
		}
		first.Close()
		time.Sleep(eventsHeartbeat)
		synctest.Wait()
		c := dial()
		go io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if status, body := answerOf(t, c); status != 200 {
			t.Errorf("after one has gone: %d %s", status, body)
		}
	})
}
