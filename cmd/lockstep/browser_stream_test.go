//go:build browser

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"lockstep/site/review/access"
)

// streamCounter stands between browsers and a server, and counts the event streams
// that are open.
type streamCounter struct {
	mu   sync.Mutex
	open []string
	away atomic.Bool // nobody gets through
	cut  func()      // ends the connections that there are
}

// until waits for a number of streams.
func (c *streamCounter) until(t *testing.T, want int) {
	t.Helper()
	c.when(t, fmt.Sprintf("%d streams", want), func(open []string) bool { return len(open) == want })
}

// when waits until the open streams are as they should be.
func (c *streamCounter) when(t *testing.T, want string, held func(open []string) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		c.mu.Lock()
		open := slices.Clone(c.open)
		c.mu.Unlock()
		if held(open) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("open are %v, want %s", open, want)
		}
	}
}

// countedStream tells the counter when it ends.
type countedStream struct {
	io.ReadCloser
	leave func()
}

func (s *countedStream) Close() error {
	s.leave()
	return s.ReadCloser.Close()
}

// countStreams gives the address of a server behind a counter.
func countStreams(t *testing.T, address string) (string, *streamCounter) {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c := &streamCounter{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, ModifyResponse: func(answer *http.Response) error {
		if answer.Header.Get("Content-Type") != "text/event-stream" {
			return nil
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		what := answer.Request.URL.String()
		c.open = append(c.open, what)
		answer.Body = &countedStream{answer.Body, sync.OnceFunc(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.open = slices.Delete(c.open, slices.Index(c.open, what), slices.Index(c.open, what)+1)
		})}
		return nil
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.away.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	c.cut = server.CloseClientConnections
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	path, _ := startPaths.Load(address)
	printedStart(server.URL, path)
	return server.URL, c
}

// What is taken from a browser, so that it shares in another way.
const (
	noWorker = `delete window.SharedWorker;`
	noLocks  = `Object.defineProperty(Navigator.prototype, "locks", { value: undefined });`
)

// window opens an address in a window of its own, beside the others. It can be closed
// by the function that comes with it, which says if the browser does not.
func window(t *testing.T, browser context.Context, without, address string) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, shut := chromedp.NewContext(browser, chromedp.WithNewWindow(true))
	t.Cleanup(shut)
	closed := func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close a window: %v", err)
		}
	}
	do(t, ctx, chromedp.EmulateViewport(700, 900))
	if without != "" {
		do(t, ctx, call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: without}))
	}
	do(t, ctx, chromedp.Navigate(address))
	return ctx, closed
}

// labSite is a small site with a chapter, a decision and a laboratory.
func labSite(t *testing.T) string {
	t.Helper()
	dir := reviewedSite(t)
	for name, text := range map[string]string{"lab.md": "---\nkind: lab\n---\n# Break it\n", "problem.md": "# The problem\n\nMany people write at once.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const labNumber = `Number(document.getElementById("lab-frame")?.dataset.frame ?? 0)`

// TestBrowserStream_windows: with a chapter, a decision and the laboratory twice side by
// side, a fifth page loads at once, since all of them take one connection of the six
// that a browser opens to a host; and each hears what it follows. Where pages cannot
// share, each takes one, and no more.
func TestBrowserStream_windows(t *testing.T) {
	for _, tt := range []struct {
		name, without string
		streams       int
	}{
		{"worker", "", 1},
		{"leader", noWorker, 1},
		{"alone", noWorker + noLocks, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := labSite(t)
			address, streams := countStreams(t, serveSite(t, "--dir", dir))
			browser := tab(t, address, 1366, 900)
			// The first page has a stream as well, which would be counted with those of the
			// windows. A browser that goes to another site may freeze the worker with it.
			streams.until(t, 1)
			do(t, browser, chromedp.Navigate(address+"/whoami"))
			streams.until(t, 0)
			chapter, _ := window(t, browser, tt.without, address+"/problem/")
			decision, _ := window(t, browser, tt.without, address+decisionPath)
			lab1, _ := window(t, browser, tt.without, address+"/lab/")
			lab2, _ := window(t, browser, tt.without, address+"/lab/#lab-text")
			for _, w := range []context.Context{chapter, decision, lab1, lab2} {
				if seen := eval[string](t, w, `document.visibilityState`); seen != "visible" {
					t.Fatalf("a window is %s", seen)
				}
			}
			for _, w := range []context.Context{lab1, lab2} {
				until(t, w, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent ?? "")`)
			}
			streams.until(t, tt.streams)

			fifth, shut := window(t, browser, tt.without, address+"/")
			until(t, fifth, 10*time.Second, `performance.getEntriesByType("navigation")[0].loadEventEnd > 0`)
			loaded := eval[float64](t, fifth, `performance.getEntriesByType("navigation")[0].loadEventEnd`)
			fetched := eval[float64](t, fifth, `(async () => {
				const began = performance.now();
				const all = await Promise.all([...Array(10).keys()].map((i) => fetch("/problem/?" + i, { cache: "no-store" })));
				return all.every((answer) => answer.ok) ? performance.now() - began : Infinity;
			})()`)
			t.Logf("the fifth page loaded in %.0f ms, ten fetches took %.0f ms", loaded, fetched)
			if loaded > 3000 || fetched > 3000 { // a busy machine; without a free connection it takes half a minute
				t.Errorf("the fifth page took %.0f ms, ten fetches %.0f ms", loaded, fetched)
			}
			shut()
			streams.until(t, tt.streams)

			// Each window hears what it follows.
			for i, w := range []context.Context{lab1, lab2} {
				before := eval[int](t, w, labNumber)
				until(t, w, 20*time.Second, fmt.Sprintf("%s > %d", labNumber, before+10))
				// What was put together of changes is what the server shows.
				if same := eval[string](t, w, sameFrame); same != "same" {
					t.Errorf("laboratory %d: %s", i+1, same)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "problem.md"), []byte("# The problem\n\nNobody waits.\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			until(t, chapter, 20*time.Second, `document.querySelector("main").textContent.includes("Nobody waits.")`)
			if status := eval[int](t, chapter, comment("adr/0001", "from-the-chapter", "Why one?")); status != 201 {
				t.Fatalf("comment: %d", status)
			}
			until(t, decision, 20*time.Second, `document.querySelector("#review").textContent.includes("Why one?")`)
			streams.until(t, tt.streams)
		})
	}
}

// sameFrame compares the frame that the page was given last with the server's, as soon
// as both are the same one.
const sameFrame = `(async () => {
	const { subscribe } = await import(performance.getEntriesByType("resource").map((r) => r.name).find((n) => /\/js\/stream\.\w+\.js$/.test(n)));
	const frames = new Map();
	subscribe("lab", null, { event: (_, html) => frames.set(/data-frame="(\d+)"/.exec(html)[1], html) });
	const clean = (html) => html.replaceAll("\r", "\n").trim();
	for (let i = 0; i < 100; i++) {
		const html = await (await fetch("/lab/frame", { cache: "no-store" })).text();
		const number = /data-frame="(\d+)"/.exec(html)[1];
		for (let j = 0; j < 20 && !frames.has(number); j++) await new Promise((done) => setTimeout(done, 50));
		if (frames.size > 5 && frames.has(number)) return clean(frames.get(number)) === clean(html) ? "same" : "frame " + number + " differs";
	}
	return "no frame came twice";
})()`

// comment is an expression that opens a thread and gives the status.
func comment(page, id, body string) string {
	return fmt.Sprintf(`fetch("/api/reviews/%s/threads", {method: "POST", headers: {"content-type": "application/json"}, body: %s}).then(r => r.status)`,
		page, quote(fmt.Sprintf(`{"id":%s,"body":%s}`, quote(id), quote(body))))
}

// follows lets a window write down the numbers that it hears of a page's review.
const follows = `(async () => {
	const { subscribe } = await import(performance.getEntriesByType("resource").map((r) => r.name).find((n) => /\/js\/stream\.\w+\.js$/.test(n)));
	window.numbers = [];
	subscribe("review/adr/0002-trim-it", 0, { event: (_name, _data, number) => window.numbers.push(number) });
	return true;
})()`

// looked makes a page believe that nobody looks at it, or that somebody does.
const looked = `(Object.defineProperty(document, "hidden", { value: %s, configurable: true }), document.dispatchEvent(new Event("visibilitychange")), true)`

// TestBrowserStream_leader: while people comment, the window that holds the connection
// is closed, then the next one freezes. Those that are left take over, and each hears
// of every comment once and in order.
func TestBrowserStream_leader(t *testing.T) {
	for _, tt := range []struct{ name, without string }{{"worker", ""}, {"leader", noWorker}} {
		t.Run(tt.name, func(t *testing.T) {
			address, streams := countStreams(t, serveSite(t, "--dir", labSite(t), "--no-cluster"))
			browser := tab(t, address, 1366, 900)
			do(t, browser, chromedp.Navigate(address+"/whoami"))
			first, shut := window(t, browser, tt.without, address+decisionPath)
			streams.until(t, 1)
			second, _ := window(t, browser, tt.without, address+decisionPath)
			third, _ := window(t, browser, tt.without, address+"/problem/")
			windows := []context.Context{first, second, third}
			for _, w := range windows {
				eval[bool](t, w, follows)
			}
			const all = 60
			for i := range all {
				if status := eval[int](t, browser, comment("adr/0002-trim-it", fmt.Sprint("c", i), "Said.")); status != 201 {
					t.Fatalf("comment %d: %d", i, status)
				}
				switch i {
				case 20:
					until(t, third, 20*time.Second, `window.numbers.length > 5`)
					shut()
				case 40:
					until(t, third, 20*time.Second, `window.numbers.length > 25`)
					do(t, second, call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen}))
				}
			}
			until(t, third, 30*time.Second, fmt.Sprintf(`window.numbers.length >= %d`, all))
			do(t, second, call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive}))
			eval[bool](t, second, fmt.Sprintf(looked, "false")) // DevTools leave it hidden
			until(t, second, 30*time.Second, fmt.Sprintf(`window.numbers.length >= %d`, all))
			for i, w := range windows[1:] {
				numbers := eval[[]int](t, w, `window.numbers`)
				for n, got := range numbers {
					if got != n+1 {
						t.Errorf("window %d heard %v", i+2, numbers)
						break
					}
				}
			}
			streams.until(t, 1)
		})
	}
}

// fakeConnections lets a page believe that it opens connections, which are given events
// by hand.
const fakeConnections = `
	window.opened = [];
	window.EventSource = class {
		constructor(address) { this.after = Number(new URL(address, document.baseURI).searchParams.get("t")); opened.push(this); }
		addEventListener(name, told) { if (name === "t") this.told = told; }
		close() {}
		give(number) { this.told({ data: "entry\\n{}", lastEventId: "t=" + number }); }
	};`

// TestBrowserStream_behind: a page that begins to follow, and has less than the
// connection that another page has for both, misses nothing, though an event comes
// before there is a new connection.
func TestBrowserStream_behind(t *testing.T) {
	address := serveSite(t, "--dir", labSite(t), "--no-cluster")
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/whoami"))
	leading, _ := window(t, ctx, noWorker+fakeConnections, address+"/problem/")
	got := eval[map[string][]int](t, leading, `(async () => {
		const script = () => performance.getEntriesByType("resource").map((r) => r.name).find((n) => /\/js\/stream\.\w+\.js$/.test(n));
		while (!script()) await new Promise((done) => setTimeout(done, 5));
		const { subscribe } = await import(script());
		const heard = { leading: [], other: [] };
		const connections = async (n) => { while (opened.filter(({ told }) => told).length < n) await new Promise((done) => setTimeout(done, 5)); };
		subscribe("t", 0, { event: (_name, _data, number) => heard.leading.push(number) });
		await connections(1);
		const first = opened.find(({ told }) => told);
		for (const number of [1, 2, 3]) first.give(number);
		const other = new BroadcastChannel("lockstep stream " + new URL(document.querySelector("[data-stream]").dataset.stream, document.baseURI).href);
		const followed = new Promise((done) => {
			other.onmessage = ({ data: { to, message } }) => {
				if (to !== "other") return;
				if (message.state) done();
				else heard.other.push(message.number);
			};
		});
		other.postMessage({ by: "other", topics: [["t", 1]] });
		await followed;
		first.give(4);
		await Promise.race([connections(2), new Promise((done) => setTimeout(done, 5000))]);
		if (opened.filter(({ told }) => told).length < 2) return { ...heard, after: [first.after] };
		const second = opened.findLast(({ told }) => told);
		for (const number of [2, 3, 4, 5]) second.give(number);
		while (heard.other.at(-1) !== 5) await new Promise((done) => setTimeout(done, 5));
		return { ...heard, after: [first.after, second.after] };
	})()`)
	want := map[string][]int{"leading": {1, 2, 3, 4, 5}, "other": {2, 3, 4, 5}, "after": {0, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestBrowserStream_hidden: with nobody looking there is no stream, and who looks again
// hears what was missed.
func TestBrowserStream_hidden(t *testing.T) {
	address, streams := countStreams(t, serveSite(t, "--dir", labSite(t), "--no-cluster"))
	browser := tab(t, address, 1366, 900)
	do(t, browser, chromedp.Navigate(address+"/whoami"))
	w, _ := window(t, browser, "", address+decisionPath)
	streams.until(t, 1)
	eval[bool](t, w, fmt.Sprintf(looked, "true"))
	streams.until(t, 0)
	if status := eval[int](t, browser, comment("adr/0001", "meanwhile", "Said meanwhile.")); status != 201 {
		t.Fatalf("comment: %d", status)
	}
	eval[bool](t, w, fmt.Sprintf(looked, "false"))
	until(t, w, 20*time.Second, `document.querySelector("#review").textContent.includes("Said meanwhile.")`)
	streams.until(t, 1)
}

// TestBrowserStream_unreachable: who acts while the server is away is told so, until it is
// back.
func TestBrowserStream_unreachable(t *testing.T) {
	address, line := countStreams(t, serveSite(t, "--dir", labSite(t)))
	browser := tab(t, address, 1366, 900)
	w, _ := window(t, browser, "", address+"/lab/")
	until(t, w, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent ?? "")`)
	line.away.Store(true)
	line.cut()
	eval[bool](t, w, `(document.getElementById("lab-heal").click(), true)`)
	const says = `document.querySelector("[data-lab-answer]").textContent`
	until(t, w, 20*time.Second, says+` === "The server cannot be reached."`)
	line.away.Store(false)
	until(t, w, 30*time.Second, says+` === ""`)
}

// TestBrowserStream_left: the stream ends with the last page that is left, also when the
// browser keeps that page and freezes the worker of it at once.
func TestBrowserStream_left(t *testing.T) {
	address, streams := countStreams(t, serveSite(t, "--dir", labSite(t), "--no-cluster"))
	browser := tab(t, address, 1366, 900)
	for range 5 {
		do(t, browser, chromedp.Navigate(address+"/problem/"))
		streams.until(t, 1)
		do(t, browser, chromedp.Navigate(address+"/whoami"))
		streams.until(t, 0)
	}
}

// TestBrowserStream_session: when a session ends, the pages that were opened in it say
// so and hear no more; one that was opened since does.
func TestBrowserStream_session(t *testing.T) {
	dir := labSite(t)
	server := startServer(t, dir, "--review-invites")
	address, _ := countStreams(t, server.address)
	store, err := access.OpenStore(filepath.Join(dir, "var", "review", "access"), nil)
	if err != nil {
		t.Fatal(err)
	}
	token, invitation, err := store.Invite("Bea", "", access.Commenter, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	browser := tab(t, address, 1366, 900)
	do(t, browser, chromedp.Navigate(address+"/invite/"+token))
	until(t, browser, 10*time.Second, `!!document.querySelector("form button")`)
	do(t, browser, chromedp.Click(chromedp.CSS("form button")))
	for deadline := time.Now().Add(20 * time.Second); !waited(browser, time.Second, `location.pathname === "/reviews/"`); {
		if time.Now().After(deadline) {
			t.Fatal("the invitation does not let in")
		}
	}
	w, _ := window(t, browser, "", address+decisionPath)
	until(t, w, 10*time.Second, `document.querySelector("#review").dataset.you.startsWith("invite:")`)
	if err := store.Revoke(invitation.ID); err != nil {
		t.Fatal(err)
	}
	until(t, w, 30*time.Second, `/session has ended/i.test(document.querySelector("#review-bar [role=alert]")?.textContent ?? "")`)
	other, _ := window(t, browser, "", address+decisionPath)
	until(t, other, 10*time.Second, `document.querySelector("#review").dataset.you === ""`)
	if alert := eval[bool](t, other, `new Promise((done) => setTimeout(() => done(!!document.querySelector("#review-bar [role=alert]")), 1000))`); alert {
		t.Error("a page that was opened without a session says that one has ended")
	}
}

// TestBrowserStream_static: a site of files opens no stream.
func TestBrowserStream_static(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	files := http.FileServer(http.Dir(builtSite(t)))
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(r.Header.Get("Accept"), "event-stream") || strings.Contains(r.URL.Path, "/_/") || strings.HasSuffix(r.URL.Path, "/events") {
			asked = append(asked, r.URL.String())
		}
		files.ServeHTTP(w, r)
	}))
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		window.opened = [];
		for (const kind of ["EventSource", "SharedWorker"]) window[kind] = new Proxy(window[kind], { construct(of, args) { window.opened.push(kind); return Reflect.construct(of, args); } });`}))
	for _, path := range []string{"/", "/lab/", "/adr/0001-conversation-is-the-unit-of-order/"} {
		do(t, ctx, chromedp.Navigate(address+path))
		until(t, ctx, 10*time.Second, `document.readyState === "complete"`)
		if opened := eval[[]string](t, ctx, `new Promise((done) => setTimeout(() => done(window.opened), 300))`); len(opened) > 0 {
			t.Errorf("%s opens %v", path, opened)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) > 0 {
		t.Errorf("asked for %v", asked)
	}
}
