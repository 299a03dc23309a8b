package review_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site/review"
)

// TestHook: a server that refuses at first is told of everything, in order, with
// a signature and without a word of what was said; a restart goes on.
func TestHook(t *testing.T) {
	w := newWorld(t)
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
	hook := func() *review.Hook {
		return &review.Hook{URL: receiver.URL, Secret: secret, File: file, Private: true}
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
			if err := w.s.Run(ctx, h); !errors.Is(err, context.Canceled) {
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
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"canary"}`)
	expect(2)
	stop()
	w.must(201, "Bob", "POST", base+"/threads/t1/comments", `{"id":"c1","body":"canary"}`)
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
	w := newWorld(t)
	reached := make(chan struct{}, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	defer receiver.Close()
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	w.s.Run(ctx, &review.Hook{URL: receiver.URL, Secret: "a secret of sixteen or more", File: filepath.Join(t.TempDir(), "hook.json")})
	select {
	case <-reached:
		t.Error("a hook reached this machine's own network")
	default:
	}
	for _, h := range []review.Hook{{URL: "ftp://x.example", Secret: strings.Repeat("x", 20)}, {URL: "https://x.example", Secret: "short"}, {URL: "x"}} {
		if h.Validate() == nil {
			t.Errorf("%+v is accepted", h)
		}
	}
}
