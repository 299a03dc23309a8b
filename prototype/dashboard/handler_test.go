package dashboard

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/lab"
	"lockstep/prototype/lab/action"
)

// fakeLab is a lab without a cluster that remembers what it is told.
type fakeLab struct {
	*lab.Lab
	did    []action.Action
	answer error
}

func (f *fakeLab) Do(_ context.Context, a action.Action) error {
	f.did = append(f.did, a)
	return f.answer
}

func serve(t *testing.T, f *fakeLab, change func(*Options)) *httptest.Server {
	t.Helper()
	if f.Lab == nil {
		f.Lab = lab.New(lab.Config{})
	}
	o := Options{Lab: f, Logger: slog.New(slog.DiscardHandler), Prefix: "/lab/"}
	if change != nil {
		change(&o)
	}
	server := httptest.NewServer(Handler(o))
	t.Cleanup(server.Close)
	return server
}

// TestHandler_actions: what a form and a script send, and what they get back.
func TestHandler_actions(t *testing.T) {
	for _, tt := range []struct {
		name, path, body, contentType, accept string
		answer                                error
		status                                int
		did                                   action.Action
		says                                  string
	}{
		{name: "form", path: "kill-leader", status: 303, did: action.Action{Verb: action.Kill}},
		{name: "form with a node", path: "kill", body: "node=n2", status: 303, did: action.Action{Verb: action.Kill, Node: "n2"}},
		{name: "form with a rate", path: "start", body: "rate=200", status: 303, did: action.Action{Verb: action.Start, Rate: 200}},
		{name: "form with a distance", path: "round-trip", body: "rate=200&round-trip=60&flush=2", status: 303, did: action.Action{Verb: action.RoundTrip, Millis: 60}},
		{name: "JSON with a flush", path: "flush", body: `{"ms":0}`, contentType: "application/json", status: 200, did: action.Action{Verb: action.Flush}},
		{name: "no distance", path: "round-trip", body: "rate=60", accept: "application/json", status: 404, says: "how many milliseconds"},
		{name: "heal everything", path: "heal", status: 303, did: action.Action{Verb: action.Heal}},
		{name: "script", path: "cut-leader", accept: "application/json", status: 200, did: action.Action{Verb: action.Cut}, says: `"done":true`},
		{name: "JSON", path: "pause", body: `{"node":"n3"}`, contentType: "application/json", status: 200, did: action.Action{Verb: action.Pause, Node: "n3"}},
		{name: "no such action", path: "explode", accept: "application/json", status: 404, says: "there is no such action"},
		{name: "restart the leader", path: "restart-leader", accept: "application/json", status: 404, says: "there is no such action"},
		{name: "no node", path: "kill", accept: "application/json", status: 404, says: "say which node"},
		{name: "odd rate", path: "start", body: "rate=fast", accept: "application/json", status: 404, says: "no number"},
		{name: "malformed JSON", path: "kill", body: `{"node":`, contentType: "application/json", status: 400, says: "JSON object"},
		{name: "unknown field", path: "kill", body: `{"knot":"n1"}`, contentType: "application/json", status: 400, says: "JSON object"},
		{name: "makes no sense", path: "kill-leader", accept: "application/json", answer: action.Refusal{Reason: "there is no leader at the moment"}, status: 409, did: action.Action{Verb: action.Kill}, says: "there is no leader at the moment"},
		{name: "makes no sense, form", path: "kill-leader", answer: action.Refusal{Reason: "there is no <leader>"}, status: 409, did: action.Action{Verb: action.Kill}, says: "There is no &lt;leader&gt;."},
		{name: "no cluster", path: "kill-leader", accept: "application/json", answer: lab.ErrNotReady, status: 503, did: action.Action{Verb: action.Kill}},
		{name: "failed", path: "kill-leader", accept: "application/json", answer: errors.New("no such process"), status: 500, did: action.Action{Verb: action.Kill}, says: "no such process"},
		{name: "endless", path: "kill", body: "node=" + strings.Repeat("n", 5000), status: 400, says: "cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake := &fakeLab{answer: tt.answer}
			server := serve(t, fake, nil)
			request, err := http.NewRequest(http.MethodPost, server.URL+"/lab/actions/"+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if tt.contentType != "" {
				request.Header.Set("Content-Type", tt.contentType)
			}
			request.Header.Set("Accept", tt.accept)
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.says) {
				t.Errorf("%s %s", response.Status, body)
			}
			if tt.status == 303 && response.Header.Get("Location") != "/lab/#lab" {
				t.Errorf("sent back to %q", response.Header.Get("Location"))
			}
			if response.Header.Get("Content-Type") == "application/problem+json" {
				var problem struct{ Status int }
				if err := json.Unmarshal(body, &problem); err != nil || problem.Status != tt.status {
					t.Errorf("problem %s: %v", body, err)
				}
			}
			if tt.did != (action.Action{}) && (len(fake.did) != 1 || fake.did[0] != tt.did) || tt.did == (action.Action{}) && len(fake.did) > 0 {
				t.Errorf("did %+v, want %+v", fake.did, tt.did)
			}
		})
	}
}

// TestHandler_allow: who may not break things may still watch and set the load.
func TestHandler_allow(t *testing.T) {
	fake := &fakeLab{}
	server := serve(t, fake, func(o *Options) {
		o.Allow = func(*http.Request) error { return errors.New("only at this machine") }
	})
	for path, want := range map[string]int{"kill-leader": 403, "heal": 403, "stop": 200} {
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/lab/actions/"+path, nil)
		request.Header.Set("Accept", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != want || want == 403 && !strings.Contains(string(body), "only at this machine") {
			t.Errorf("%s: %s %s", path, response.Status, body)
		}
	}
	response, err := http.Get(server.URL + "/lab/may")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("may: %s, want 403", response.Status)
	}
	if len(fake.did) != 1 || fake.did[0].Verb != action.Stop {
		t.Errorf("did %+v", fake.did)
	}
	response, err = http.Get(server.URL + "/lab/actions/stop")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("an action by GET: %s", response.Status)
	}
}

// TestHandler_events: a frame is one event whose data is its markup, a reader
// beyond the limit is turned away, and all streams end on Done.
func TestHandler_events(t *testing.T) {
	done := make(chan struct{})
	fake := &fakeLab{}
	server := serve(t, fake, func(o *Options) { o.Streams, o.Done = 1, done })
	response, err := http.Get(server.URL + "/lab/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	event, data := "", ""
	scanner := bufio.NewScanner(response.Body)
	for scanner.Scan() {
		line := scanner.Text()
		if line == "" && data != "" {
			break
		}
		switch field, value, _ := strings.Cut(line, ": "); field {
		case "event":
			event = value
		case "data":
			data += value + "\n"
		case "id", "retry", "":
		default:
			t.Fatalf("line %q is no field", line)
		}
	}
	var want bytes.Buffer
	if err := View(fake.Frame()).Render(t.Context(), &want); err != nil {
		t.Fatal(err)
	}
	if event != "frame" || strings.TrimSpace(data) != strings.TrimSpace(want.String()) {
		t.Errorf("event %q with %q", event, data)
	}

	second, err := http.Get(server.URL + "/lab/events")
	if err != nil {
		t.Fatal(err)
	}
	second.Body.Close()
	if second.StatusCode != http.StatusServiceUnavailable || second.Header.Get("Retry-After") == "" {
		t.Errorf("a second reader of one: %s", second.Status)
	}

	close(done)
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, response.Body)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the stream does not end")
	}
}

// TestLines: whatever the line endings and however it is cut into writes, no
// line can leave the data field.
func TestLines(t *testing.T) {
	const input = "one\ntwo\r\nthree\rfour\n\nevent: forged\n: comment"
	for size := 1; size <= len(input); size++ {
		var b bytes.Buffer
		w := &lines{w: &b, start: true}
		for rest := []byte(input); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			chunk := bytes.Clone(rest[:min(size, len(rest))])
			if n, err := w.Write(chunk); err != nil || n != len(chunk) {
				t.Fatal(n, err)
			}
		}
		var got []string
		for line := range strings.Lines(b.String()) {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				t.Fatalf("written %d at a time: line %q", size, line)
			}
			got = append(got, strings.TrimSuffix(data, "\n"))
		}
		if fmt.Sprint(got) != fmt.Sprint([]string{"one", "two", "", "three", "four", "", "event: forged", ": comment"}) {
			t.Errorf("written %d at a time: %q", size, got)
		}
	}
}
