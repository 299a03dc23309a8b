package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lockstep/site/review/event"
	"lockstep/site/review/httpapi"
)

// preview asks for one. A refusal must be a problem document, which a page can show.
func (w *world) preview(who, body string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequest("POST", w.server.URL+"/reviews/preview", strings.NewReader(url.Values{"body": {body}}.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Who", who)
	answer, err := w.server.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer.StatusCode, string(text)
	}
	var p struct {
		Status              int
		Title, Code, Detail string
	}
	err = json.Unmarshal(text, &p)
	later := answer.Header.Get("Retry-After") != ""
	if err != nil || answer.Header.Get("Content-Type") != "application/problem+json" || p.Status != answer.StatusCode || p.Title == "" || p.Detail == "" || later != (p.Status == http.StatusTooManyRequests) {
		w.t.Errorf("%q: %d %v %s", who, answer.StatusCode, answer.Header, text)
	}
	return answer.StatusCode, p.Code
}

// TestPreview_roles: who may not write may not have anything rendered.
func TestPreview_roles(t *testing.T) {
	w := newWorld(t)
	for who, want := range map[string]int{"": 401, "Rita": 403, "Carl": 200, "Bob": 200} {
		status, text := w.preview(who, "*Hello*")
		if status != want || (strings.Contains(text, "<em>Hello</em>")) != (want == 200) {
			t.Errorf("%q: %d %s, want %d", who, status, text, want)
		}
	}
	if status, text := w.preview("Bob", "a\xffb"); status != 400 {
		t.Errorf("invalid UTF-8: %d %s", status, text)
	}
}

// TestPreview_refused: whatever a preview is refused for, the answer is a problem
// document that a page can show.
func TestPreview_refused(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		who, body string
		status    int
		code      string
	}{
		{"", "x", 401, "sign-in"},
		{"Rita", "x", 403, "forbidden"},
		{"Bob", "a\xffb", 400, "invalid"},
		{"Bob", strings.Repeat("x", event.MaxBody+1), 413, "too-long"},
		{"Bob", strings.Repeat("x", httpapi.MaxRequest), 413, "too-large"},
	} {
		if status, code := w.preview(tt.who, tt.body); status != tt.status || code != tt.code {
			t.Errorf("%q, %d bytes: %d %s, want %d %s", tt.who, len(tt.body), status, code, tt.status, tt.code)
		}
	}
}

// TestPreview_cost: previews are paid for by what they took. Who has used up their
// share waits, and others do not.
func TestPreview_cost(t *testing.T) {
	w := newWorld(t)
	clock := time.Unix(1e9, 0)
	each := 100 * time.Millisecond // that rendering takes, by this clock
	calls := 0
	api := httpapi.New(httpapi.Options{Service: w.s, Pages: w, Who: w, Now: func() time.Time {
		calls++
		clock = clock.Add(each / 8) // it is asked a few times a request
		return clock
	}})
	w.server.Config.Handler = api.Handler()
	given := 0
	for ; given < 1000; given++ {
		if status, _ := w.preview("Bob", "x"); status == http.StatusTooManyRequests {
			break
		}
	}
	if given < 2 || given > 100 {
		t.Errorf("%d previews that take long were given, and the clock was asked %d times", given, calls)
	}
	if status, _ := w.preview("Carl", "x"); status != 200 {
		t.Errorf("somebody else: %d", status)
	}
	each = 0
	clock = clock.Add(time.Hour)
	if status, _ := w.preview("Bob", "x"); status != 200 {
		t.Errorf("an hour later: %d", status)
	}
}

// TestStreams_shared opens as many streams as one address may. People with a name,
// and readers elsewhere, follow all the same.
func TestStreams_shared(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	follow := func(who string) (int, error) {
		r, err := http.NewRequestWithContext(ctx, "GET", w.server.URL+base+"/events", nil)
		if err != nil {
			return 0, err
		}
		r.Header.Set("Who", who)
		answer, err := w.server.Client().Do(r)
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, nil
	}
	fill := func(who string) (open int) {
		for range 600 {
			status, err := follow(who)
			switch {
			case err != nil && !errors.Is(err, context.Canceled):
				t.Fatal(err)
			case status == http.StatusServiceUnavailable:
				return open
			case status != 200:
				t.Fatalf("%q: %d", who, status)
			}
			open++
		}
		return open
	}
	if open := fill(""); open < 200 || open > 256 { // an office, and no more than half of all
		t.Errorf("one address has %d streams without a name", open)
	}
	if open := fill("Bob"); open == 0 || open > 64 {
		t.Errorf("one person has %d streams", open)
	}
	if status, err := follow("Ada"); status != 200 {
		t.Errorf("somebody else from the same address: %d %v", status, err)
	}
}
