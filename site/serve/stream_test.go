package serve

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/stream"
)

// TestServe_stream: a page's stream tells of changed sources and of what else the server
// was given, with the headers of every answer.
func TestServe_stream(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "content/index.md", "# Home\n\nFirst.\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	person := ""
	lab := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	frames := stream.SourceFunc(func(ctx context.Context, _ stream.Query, send func(stream.Event) error) error {
		if err := send(stream.Event{Name: "frame", Data: []byte("a frame")}); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	})
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler), Lab: lab, Live: func() site.HTML { return "" },
		Topics: map[string]stream.Source{"lab": frames}, Gate: &stream.Gate{Who: func(*http.Request) (string, string) { return person, "" }}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		s.Close()
		server.CloseClientConnections()
		server.Close()
	})
	_, page := ask(t, "GET", server.URL+"/", nil)
	if !strings.Contains(page, `data-stream="_/stream"`) {
		t.Error("the page does not say where its stream is")
	}
	if answer, _ := ask(t, "HEAD", server.URL+"/_/stream?reload=", nil); answer.StatusCode != 200 || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("HEAD: %s %v", answer.Status, answer.Header)
	}
	if answer, _ := ask(t, "GET", server.URL+"/_/stream", nil); answer.StatusCode != 400 {
		t.Errorf("without a topic: %s", answer.Status)
	}
	if answer, _ := ask(t, "GET", server.URL+"/_/stream?reload=", map[string]string{"Host": "evil.example"}); answer.StatusCode != 421 {
		t.Errorf("by another name: %s", answer.Status)
	}
	person = "ada"
	answer, err := http.Get(server.URL + "/_/stream?reload=&lab=&review/adr/1=4")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got := map[string]string{}
	lines := bufio.NewScanner(answer.Body)
	next := func() {
		topic := ""
		for lines.Scan() && (lines.Text() != "" || topic == "") {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "event":
				topic = value
			case "data":
				got[topic] += value + "\n"
			}
		}
	}
	for range 3 {
		next()
	}
	if got["lab"] != "frame\na frame\n" || !strings.HasPrefix(got["reload"], "version\n") || !strings.Contains(got["review/adr/1"], `"status":404`) {
		t.Errorf("%q", got)
	}
	before := got["reload"]
	got["reload"] = ""
	save(t, dir, "content/index.md", "# Home\n\nSecond.\n")
	next()
	if got["reload"] == before || !strings.HasPrefix(got["reload"], "version\n") {
		t.Errorf("after a save: %q, before %q", got["reload"], before)
	}

	// Every kind of stream is counted, and a person has a part of them.
	open := 1
	for open < 100 {
		path := []string{"/_/events", "/lab/events", "/_/stream?reload="}[open%3]
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		status := make(chan int, 1)
		go func() {
			if answer, err := http.DefaultTransport.RoundTrip(r); err == nil {
				status <- answer.StatusCode
			}
		}()
		if path == "/lab/events" { // the one of this test answers nothing until it ends
			open++
			continue
		}
		if got := <-status; got != 200 {
			break
		}
		open++
	}
	if open > 33 {
		t.Errorf("one person has %d streams", open)
	}
	for _, path := range []string{"/_/events", "/lab/events", "/_/stream?reload="} {
		if answer, _ := ask(t, "GET", server.URL+path, nil); answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
	if answer, _ := ask(t, "GET", server.URL+"/", nil); answer.StatusCode != 200 {
		t.Errorf("a page: %s", answer.Status)
	}
}

// TestServe_workers: a page may start workers of the site, which hold its stream; what
// is no page may not.
func TestServe_workers(t *testing.T) {
	_, address := start(t)
	for path, want := range map[string]bool{"/": true, "/a/": true, "/none/": true, "/adr/feed.xml": false, "/robots.txt": false} {
		answer, _ := ask(t, "GET", address+path, nil)
		if got := strings.Contains(answer.Header.Get("Content-Security-Policy"), "worker-src 'self';"); got != want {
			t.Errorf("%s: %s", path, answer.Header.Get("Content-Security-Policy"))
		}
	}
}
