//go:build browser

package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// train is a static host below a path that loses its network, and whose files change.
type train struct {
	files http.Handler

	mu      sync.Mutex
	offline bool
	hanging chan struct{}     // closed to let answers through
	instead map[string]string // by the path
	asked   []string
}

func (h *train) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.URL.Path)
	offline, hanging, text := h.offline, h.hanging, h.instead[r.URL.Path]
	h.mu.Unlock()
	if hanging != nil {
		<-hanging
	}
	switch {
	case offline:
		panic(http.ErrAbortHandler) // the connection breaks
	case text != "":
		if strings.HasSuffix(r.URL.Path, ".js") {
			w.Header().Set("Content-Type", "text/javascript")
		}
		w.Write([]byte(text))
	default:
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'")
		h.files.ServeHTTP(w, r)
	}
}

func (h *train) set(offline bool, instead map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.offline, h.instead = offline, instead
}

// hang lets the network hang until it is told to go on.
func (h *train) hang(t *testing.T) (goOn func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	hanging := make(chan struct{})
	h.hanging = hanging
	goOn = sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.hanging = nil
		close(hanging)
	})
	t.Cleanup(goOn) // before the server closes, which waits for answers
	return goOn
}

func (h *train) wasAsked(path string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, asked := range h.asked {
		if asked == path {
			return true
		}
	}
	return false
}

const keptPages = `caches.keys().then(async (names) => (await Promise.all(names.map(async (n) => (await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname)))).flat())`

// TestBrowserOffline: without a network, or with one that hangs, each text of the site
// can be read, once a reader has opened two pages; with one, every page is as the host has it now, a new build takes
// over what was kept, and a build that keeps nothing removes it.
func TestBrowserOffline(t *testing.T) {
	host := &train{files: http.StripPrefix(deepPath, http.FileServer(http.Dir(builtSite(t))))}
	address := serveFiles(t, host) + deepPath
	refusals.Store(address+"/no-such-text/", true)
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/"))
	until(t, ctx, time.Minute, `navigator.serviceWorker.ready.then(r => r.active.state === "activated")`)
	do(t, ctx, chromedp.Navigate(address+"/design/problem/"))
	until(t, ctx, time.Minute, `navigator.serviceWorker.controller !== null && `+keptPages+`.then(p => p.length > 80)`)

	host.set(true, nil)
	for path, text := range map[string]string{"/design/failure-modes/": "Leader crashes", "/adr/0021-speak-after-the-disk/": "disk", "/": "order"} {
		do(t, ctx, chromedp.Navigate(address+path))
		until(t, ctx, time.Minute, `document.querySelector("main").innerText.includes(`+quote(text)+`) && getComputedStyle(document.querySelector(".site-header")).position === "sticky"`)
	}
	do(t, ctx, chromedp.Navigate(address+"/no-such-text/"))
	until(t, ctx, time.Minute, `document.querySelector("h1").textContent === "This page is not kept here"`)

	// A network that hangs: the page is what is kept, and the late answer is for the next time.
	const newer = `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Newer</title><h1>Newer</h1></html>`
	problem := deepPath + "/design/problem/"
	slos := deepPath + "/design/slos/"
	host.set(false, map[string]string{slos: newer})
	goOn := host.hang(t)
	do(t, ctx, chromedp.Navigate(address+"/design/slos/"))
	until(t, ctx, time.Minute, `document.querySelector("main").innerText.length > 1000 && getComputedStyle(document.querySelector(".site-header")).position === "sticky"`)
	goOn()
	until(t, ctx, time.Minute, `caches.match(`+quote(address+"/design/slos/")+`).then(r => r.text()).then(t => t.includes("<h1>Newer"))`)

	// Back in town: the page is the host's.
	host.set(false, map[string]string{problem: newer})
	do(t, ctx, chromedp.Navigate(address+"/design/problem/"))
	until(t, ctx, time.Minute, `document.querySelector("h1").textContent === "Newer"`)

	// A new build: what was kept of the old one goes, what was read stays.
	before := eval[string](t, ctx, `caches.keys().then(names => names.join())`)
	data, err := os.ReadFile(filepath.Join(builtSite(t), "service-worker.js"))
	if err != nil {
		t.Fatal(err)
	}
	worker := string(data)
	at := strings.Index(worker, `"version":"`) + len(`"version":"`)
	host.set(false, map[string]string{deepPath + "/service-worker.js": worker[:at] + "feed" + worker[at+4:], problem: newer})
	do(t, ctx, chromedp.Navigate(address+"/"))
	until(t, ctx, time.Minute, `caches.keys().then(names => names.length === 1 && names[0] !== `+quote(before)+`)`)
	host.set(true, nil)
	do(t, ctx, chromedp.Navigate(address+"/design/problem/"))
	until(t, ctx, time.Minute, `document.querySelector("h1").textContent === "Newer"`)

	// The same site by a build that keeps nothing.
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "public")
	for name, text := range map[string]string{"lockstep.yaml": "offline: false\n", "index.md": "# Nothing is kept\n\nText.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	binary, _ := buildBinary()
	if said, err := exec.Command(binary, "build", "--dir", dir, "--out", out).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	host.mu.Lock()
	host.files = http.StripPrefix(deepPath, http.FileServer(http.Dir(out)))
	host.mu.Unlock()
	host.set(false, nil)
	do(t, ctx, chromedp.Navigate(address+"/"))
	until(t, ctx, time.Minute, `document.querySelector("h1").textContent === "Nothing is kept" && !document.querySelector("[data-worker]") && navigator.serviceWorker.getRegistrations().then(async (r) => r.length === 0 && (await caches.keys()).length === 0)`)
}

// TestBrowserPrefetch: a page is fetched while the pointer rests on its link, and not for
// a reader who saves data, nor where it is all pages as one.
func TestBrowserPrefetch(t *testing.T) {
	for _, saves := range []bool{false, true} {
		host := &train{files: http.StripPrefix(deepPath, http.FileServer(http.Dir(builtSite(t)))), instead: map[string]string{deepPath + "/service-worker.js": "// none"}}
		address := serveFiles(t, host) + deepPath
		ctx := tab(t, address, 1366, 768)
		if saves {
			do(t, ctx, call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `Object.defineProperty(navigator.connection, "saveData", { get: () => true })`}))
		}
		do(t, ctx, chromedp.Navigate(address+"/design/problem/"))
		eval[bool](t, ctx, `document.querySelector('.site-nav a[href="../consistency/"]').toggleAttribute("data-whole")`)
		for _, href := range []string{"../consistency/", "../requirements/", "../failure-modes/"} {
			eval[bool](t, ctx, `document.querySelector('.site-nav a[href="`+href+`"]').dispatchEvent(new MouseEvent("mouseover", { bubbles: true }))`)
			if href == "../consistency/" {
				// A page's own timer that begins later ends later.
				eval[bool](t, ctx, `new Promise((done) => setTimeout(() => done(true), 100))`)
			} else if !saves {
				until(t, ctx, time.Minute, `performance.getEntriesByType("resource").some(e => e.name.endsWith("/design/" + `+quote(strings.TrimPrefix(href, "../"))+`))`)
			}
		}
		// What had not been fetched by then would be by the time that another page is there.
		do(t, ctx, chromedp.Navigate(address+"/adr/"))
		if got := host.wasAsked(deepPath + "/design/failure-modes/"); got == saves {
			t.Errorf("a reader who saves data: %v; fetched ahead: %v", saves, got)
		}
		if host.wasAsked(deepPath + "/design/consistency/") {
			t.Error("all pages as one were fetched ahead")
		}
	}
}
