//go:build browser

package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// weighed is a host that counts what it sends, compressed as hosts do, and can hold
// fonts back.
type weighed struct {
	files http.Handler
	fonts chan struct{} // closed to let fonts through

	mu   sync.Mutex
	sent map[string]int
}

func (h *weighed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, ".woff2") {
		<-h.fonts
	}
	body := &kept{ResponseWriter: w}
	h.files.ServeHTTP(body, r)
	size := body.body.Len()
	if path.Ext(r.URL.Path) != ".woff2" {
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		z.Write(body.body.Bytes())
		z.Close()
		size = small.Len()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent[r.URL.Path] += size
}

const jumped = `new Promise(done => new PerformanceObserver((list) => done(list.getEntries().reduce((sum, e) => sum + e.value, 0))).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 300))`

// TestBrowserWeight: the first page that somebody opens costs at most 60 kB with its
// fonts. Its text can be read before they are there, and does not jump when they come.
func TestBrowserWeight(t *testing.T) {
	for _, path := range []string{"/", "/design/problem/"} {
		host := &weighed{files: http.FileServer(http.Dir(builtSite(t))), fonts: make(chan struct{}), sent: map[string]int{}}
		address := serveFiles(t, host)
		ctx := tab(t, address, 1366, 768)
		do(t, ctx, chromedp.Navigate("about:blank"))
		go func() {
			// What is painted with stand-ins is what jumps.
			waitFor(ctx, time.Minute, `location.pathname === `+quote(path)+` && performance.getEntriesByName("first-contentful-paint").length > 0`)
			close(host.fonts)
		}()
		do(t, ctx, chromedp.Navigate(address+path))
		until(t, ctx, time.Minute, `document.readyState === "complete" && document.fonts.status === "loaded" && [...document.fonts].filter(f => f.status === "loaded").length > 1`)
		shift := eval[float64](t, ctx, jumped)
		host.mu.Lock()
		sum := 0
		for name, size := range host.sent {
			t.Logf("%s: %6d %s", path, size, name)
			sum += size
		}
		host.mu.Unlock()
		t.Logf("%s: %d bytes, a shift of %.3f", path, sum, shift)
		if path == "/" && sum > 60_000 {
			t.Errorf("the first page costs %d bytes", sum)
		}
		if shift > 0.05 {
			t.Errorf("%s: a shift of %.3f when the fonts come", path, shift)
		}
	}
}
