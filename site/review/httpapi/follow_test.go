package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/httpapi"
	"lockstep/site/stream"
)

// sessions are a world's people until they sign out.
type sessions struct {
	*world
	over atomic.Bool
}

func (s *sessions) Identify(r *http.Request) (access.Actor, error) {
	if s.over.Load() {
		return access.Actor{}, access.ErrSignIn
	}
	return s.world.Identify(r)
}

// TestFollow: who may read a page hears of each event once, from where they are on; a
// page that was made for somebody else, or in a session that has ended since, hears
// nothing.
func TestFollow(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	people := &sessions{world: w}
	api := httpapi.New(httpapi.Options{Service: w.s, Pages: w, Who: people})
	mark := func(id string) string { return site.Reviewer{ID: id}.Mark() }
	query := func(who, topic string, after uint64) stream.Query {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Who", who)
		return stream.Query{Request: r, Topic: topic, After: after, Resumes: true}
	}
	enough := errors.New("enough")
	for _, tt := range []struct {
		who, topic string
		after      uint64
		status     int // of the end; 0 if it is followed
		want       []uint64
	}{
		{"", "adr/0001-log", 0, 0, []uint64{1, 2}},
		{"", "adr/0001-log", 1, 0, []uint64{2}},
		{"Ada", "adr/0001-log", 1, 0, []uint64{2}},
		{"Ada", "adr/0001-log/" + mark("test:Ada"), 1, 0, []uint64{2}},
		{"Ada", "adr/0001-log/" + mark("test:Bob"), 0, 401, nil},
		{"", "adr/0001-log/" + mark("test:Bob"), 0, 401, nil},
		{"Ada", "adr/0002-none", 0, 404, nil},
		{"Ada", "adr", 0, 404, nil},
		{"Ada", "", 0, 404, nil},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		var got []uint64
		err := api.Follow(ctx, query(tt.who, tt.topic, tt.after), func(e stream.Event) error {
			if got = append(got, e.Number); e.Number == 2 {
				return enough
			}
			return nil
		})
		cancel()
		var end *stream.End
		if errors.As(err, &end) && end.Status != tt.status || end == nil && (err != enough || tt.status != 0) {
			t.Errorf("%q follows %q: %v, want %d", tt.who, tt.topic, err, tt.status)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q follows %q after %d: %v, want %v", tt.who, tt.topic, tt.after, got, tt.want)
		}
	}

	// Whoever is known by a session follows as long as it lasts.
	for _, topic := range []string{"adr/0001-log", "adr/0001-log/" + mark("test:Ada")} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		heard, over := make(chan uint64, 10), make(chan error, 1)
		newest := uint64(2)
		if topic != "adr/0001-log" {
			newest = 3 // with the comment of the first round
		}
		go func() {
			over <- api.Follow(ctx, query("Ada", topic, newest-1), func(e stream.Event) error { heard <- e.Number; return nil })
		}()
		if n := <-heard; n != newest {
			t.Errorf("%s: heard of event %d", topic, n)
		}
		people.over.Store(true)
		w.must(201, "Bob", "POST", base+"/threads/t1/comments", fmt.Sprintf(`{"id":"c%d","body":"y"}`, newest))
		err := <-over
		var end *stream.End
		if !errors.As(err, &end) || end.Status != http.StatusUnauthorized {
			t.Errorf("%s: after the session: %v", topic, err)
		}
		if len(heard) > 0 {
			t.Errorf("%s: heard of event %d after the session", topic, <-heard)
		}
		people.over.Store(false)
		cancel()
	}
}
