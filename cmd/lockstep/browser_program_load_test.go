//go:build browser

package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// metered counts what is sent of a body.
type metered struct {
	http.ResponseWriter
	sent *atomic.Int64
}

func (w metered) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.sent.Add(int64(n))
	return n, err
}

// TestBrowserProgram_load: a host that compresses nothing sends the small file, and a
// program that did not load can be asked for again.
func TestBrowserProgram_load(t *testing.T) {
	files := http.FileServer(http.Dir(builtSite(t)))
	var down atomic.Bool
	var sent atomic.Int64
	down.Store(true)
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch program := strings.Contains(r.URL.Path, ".wasm"); {
		case program && down.Load():
			http.NotFound(w, r)
		case program:
			files.ServeHTTP(metered{w, &sent}, r)
		default:
			files.ServeHTTP(w, r)
		}
	}))
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	press(t, ctx, "#run-enter")
	until(t, ctx, 30*time.Second, `/did not load: .* was answered with 404. You can try again/.test(document.querySelector('[data-run="state"]').textContent)`)
	down.Store(false)
	do(t, ctx, chromedp.Click(chromedp.CSS("#run-enter")))
	until(t, ctx, time.Minute, programAt+` > 1000`)
	// The program is at most 3.2 MB small, and 11 as it is.
	if n := sent.Load(); n < 1<<20 || n > 4<<20 {
		t.Errorf("%d bytes were sent for the program", n)
	}
}
