package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/formattest"
	"lockstep/site/review"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// onePage is the site of the page whose event is told.
type onePage struct{}

func (onePage) Document(string) (subject.Page, bool) {
	return subject.Page{Path: "/adr/0001-log/"}, true
}

func (onePage) Documents() []subject.Page { return nil }

// TestFormats: a hook goes on behind what an earlier version has delivered, and tells of
// an event in the words that its receiver was written for, signed as it checks it.
func TestFormats(t *testing.T) {
	memory := store.NewMemory()
	service, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: store.HoldRevisions(nil)})
	if err != nil {
		t.Fatal(err)
	}
	var told []byte
	var signed string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		told, _ = io.ReadAll(r.Body)
		signed = r.Header.Get("Lockstep-Timestamp") + " " + r.Header.Get("Lockstep-Signature")
	}))
	defer receiver.Close()
	hook := func(file string) *Hook {
		return &Hook{URL: receiver.URL, Secret: "a secret of sixteen or more", File: file, Private: true, Service: service, Pages: onePage{},
			Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(1_795_858_200, 0) }}
	}
	formattest.Hold(t, "delivered.json", map[string]uint64{"adr/0001-<log>": 7, "page/home": 300}, func(data []byte) (map[string]uint64, error) {
		file := filepath.Join(t.TempDir(), "delivered")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return nil, err
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		h := hook(file)
		if err := h.Run(ended); !errors.Is(err, context.Canceled) {
			return nil, err
		}
		return h.done, nil
	}, func(done map[string]uint64) []byte {
		h := hook(filepath.Join(t.TempDir(), "delivered"))
		h.done = map[string]uint64{"page/home": done["page/home"]}
		n := state.Notice{N: 7, Type: event.CommentAdded, Thread: "t-1", Comment: "c-1", Actor: "Größe <ada>"}
		if err := h.deliver(t.Context(), h.client(), "adr/0001-<log>", n); err != nil {
			t.Error(err)
		}
		data, err := os.ReadFile(h.File)
		if err != nil {
			t.Error(err)
		}
		return data
	})
	formattest.Hold(t, "delivery.json", string(told), func(data []byte) (string, error) { return string(data), nil }, func(text string) []byte { return []byte(text) })
	if want := "1795858200 sha256=a92de7ca56a68718ece1972a6a3c37f41cffecc4525e6a1c42fc39fb4418c5b7"; signed != want {
		t.Errorf("it is signed by %s, and was by %s. %s", signed, want, formattest.Frozen)
	}
}
