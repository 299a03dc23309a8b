package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
	"lockstep/site/review/webhook"
)

var bob = access.Actor{ID: "test:Bob", Name: "Bob", Role: access.Reviewer}

// pages has the one page that is reviewed.
type pages struct{}

func (pages) Document(string) (subject.Page, bool) { return reviewtest.Page, true }

func (pages) Documents() []subject.Page { return []subject.Page{reviewtest.Page} }

func newService(t *testing.T) *review.Service {
	t.Helper()
	memory := store.NewMemory()
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: store.HoldRevisions(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t *testing.T, s *review.Service, text string) {
	t.Helper()
	if _, _, err := s.OpenThread(t.Context(), bob, reviewtest.Page, review.ThreadRequest{ID: "t1", Body: text}); err != nil {
		t.Fatal(err)
	}
}

// TestHook: a server that refuses at first is told of everything, in order, with
// a signature and without a word of what was said; a restart goes on.
func TestHook(t *testing.T) {
	s := newService(t)
	const secret = "a secret of sixteen or more"
	var mu sync.Mutex
	var told []string
	refused, newest := 0, uint64(0)
	news := make(chan struct{}, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(secret))
		io.WriteString(mac, r.Header.Get("Lockstep-Timestamp")+".")
		mac.Write(body)
		mu.Lock()
		defer mu.Unlock()
		if refused == 0 {
			refused++
			http.Error(rw, "later", http.StatusServiceUnavailable)
			return
		}
		if r.Header.Get("Lockstep-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			t.Error("the signature is wrong")
		}
		if strings.Contains(string(body), "canary") {
			t.Errorf("it tells what was said: %s", body)
		}
		var d struct {
			N          uint64
			Type, Path string
		}
		json.Unmarshal(body, &d)
		if d.N <= newest {
			return // at least once: the end came before the delivery was noted
		}
		newest = d.N
		told = append(told, d.Type+" "+d.Path)
		news <- struct{}{}
	}))
	defer receiver.Close()
	file := filepath.Join(t.TempDir(), "hook.json")
	hook := func() *webhook.Hook {
		return &webhook.Hook{URL: receiver.URL, Secret: secret, File: file, Private: true, Service: s, Pages: pages{}, Logger: slog.New(slog.DiscardHandler)}
	}
	start := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		h := hook()
		if err := h.Validate(); err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(ended)
			if err := h.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}()
		return func() { cancel(); <-ended }
	}
	expect := func(n int) {
		t.Helper()
		for range n {
			select {
			case <-news:
			case <-time.After(20 * time.Second):
				t.Fatalf("only %v", told)
			}
		}
	}
	stop := start()
	open(t, s, "canary")
	expect(2)
	stop()
	if _, _, err := s.Reply(t.Context(), bob, reviewtest.Page, "t1", review.CommentRequest{ID: "c1", Body: "canary"}); err != nil {
		t.Fatal(err)
	}
	stop = start()
	expect(1)
	stop()
	mu.Lock()
	defer mu.Unlock()
	if got, want := strings.Join(told, ", "), "doc.published /adr/0001-log/, thread.opened /adr/0001-log/, comment.added /adr/0001-log/"; got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
}

// TestHook_private: a hook does not reach what only this machine can.
func TestHook_private(t *testing.T) {
	s := newService(t)
	reached := make(chan struct{}, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	defer receiver.Close()
	open(t, s, "x")
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	h := &webhook.Hook{URL: receiver.URL, Secret: "a secret of sixteen or more", File: filepath.Join(t.TempDir(), "hook.json"), Service: s, Pages: pages{}, Logger: slog.New(slog.DiscardHandler)}
	h.Run(ctx)
	select {
	case <-reached:
		t.Error("a hook reached this machine's own network")
	default:
	}
	for _, h := range []webhook.Hook{{URL: "ftp://x.example", Secret: strings.Repeat("x", 20)}, {URL: "https://x.example", Secret: "short"}, {URL: "x"}} {
		if h.Validate() == nil {
			t.Errorf("%+v is accepted", h)
		}
	}
}
