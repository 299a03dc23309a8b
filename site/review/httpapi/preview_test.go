package httpapi_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lockstep/site/review/httpapi"
)

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
	var text strings.Builder
	bufio.NewReader(answer.Body).WriteTo(&text)
	return answer.StatusCode, text.String()
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
