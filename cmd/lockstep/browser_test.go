//go:build browser

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserPath finds a Chromium. Without one the browser tests are skipped with
// the way to get it, except in CI, where a missing browser is a failure.
func browserPath(t *testing.T) string {
	t.Helper()
	path, err := findBrowser()
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return path
}

// buildBinary builds the program once for all browser tests, so that they run
// what a user runs, child processes included.
var buildBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lockstep-browser")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "lockstep")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildBinary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

var addressLine = regexp.MustCompile(`http://(127\.0\.0\.1|localhost):\d+`)

// serveSite starts `lockstep serve` on a free port and returns its address. The
// test's end stops it as a user would, with an interrupt.
func serveSite(t *testing.T, args ...string) string {
	t.Helper()
	binary, err := buildBinary()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, args...)
	cmd := exec.Command(binary, args...)
	cmd.Dir = root
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	var said strings.Builder
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			fmt.Fprintln(&said, scanner.Text())
			if m := servedAt.FindStringSubmatch(scanner.Text() + "\n"); m != nil {
				printedStart(m[1], "/"+m[2])
			}
			if found := addressLine.FindString(scanner.Text()); found != "" {
				select {
				case address <- found:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		<-drained
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v after an interrupt", err)
		}
		if t.Failed() {
			t.Logf("serve said:\n%s", said.String())
		}
	})
	select {
	case found := <-address:
		return found
	case <-drained:
		t.Fatalf("serve ended before it printed its address:\n%s", said.String())
	case <-time.After(2 * time.Minute):
		t.Fatal("serve printed no address within two minutes")
	}
	return ""
}

// refusals are addresses at which a test wants to be refused.
var refusals sync.Map

// tab opens a browser tab that fails the test on what a visitor's console would
// show: script errors, violations of the Content-Security-Policy, and any
// request to another host.
func tab(t *testing.T, address string, width, height int64) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(browserPath(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // root, as in CI, cannot have one
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() { stop(); stopAlloc() })

	var mu sync.Mutex
	var complaints []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, fmt.Sprintf(format, args...))
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, complaint := range complaints {
			t.Error(complaint)
		}
	})
	if err := chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			complain("script error: %s", event.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			_, refused := refusals.Load(event.Entry.URL)
			if event.Entry.Level == log.EntryLevelError && !strings.Contains(event.Entry.Text, "status of 404") && !refused {
				complain("console: %s (%s)", event.Entry.Text, event.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(event.Request.URL, address) && !strings.HasPrefix(event.Request.URL, "data:") {
				complain("request to another host: %s", event.Request.URL)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, call(log.Enable, cdp.Empty{}), call(network.Enable, network.EnableParams{}), chromedp.EmulateViewport(width, height))
	if path, ok := startPaths.Load(address); ok {
		do(t, ctx, chromedp.Navigate(address+path.(string)))
	}
	return ctx
}

// call makes an action of one command of the DevTools protocol.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// prefer emulates a reader's media settings.
func prefer(scheme string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// do performs actions, or fails the test after a minute.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := limited(ctx, func(ctx context.Context) error { return chromedp.Do(ctx, actions...) }); err != nil {
		t.Fatal(err)
	}
}

// limited bounds an action in time without ending the browser, which lives as
// long as the context of its first use.
func limited(ctx context.Context, act func(context.Context) error) error {
	if chromedp.FromContext(ctx).Target == nil {
		return act(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return act(ctx)
}

// eval gives the value of a JavaScript expression, or of the promise it makes.
func eval[T any](t *testing.T, ctx context.Context, expression string) (value T) {
	t.Helper()
	err := limited(ctx, func(ctx context.Context) (err error) {
		value, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	if err != nil {
		t.Fatalf("evaluate %.80s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true.
func until(t *testing.T, ctx context.Context, within time.Duration, expression string) {
	t.Helper()
	held, err := waitFor(ctx, within, expression)
	if err != nil {
		t.Fatalf("wait for %s: %v", expression, err)
	}
	if !held {
		t.Fatalf("not within %s: %s", within, expression)
	}
}

// waited says whether an expression became true in time.
func waited(ctx context.Context, within time.Duration, expression string) bool {
	held, err := waitFor(ctx, within, expression)
	return held && err == nil
}

// waitFor asks the page that is shown, whichever it is at that moment. chromedp.Poll
// asks the page that it saw last, which another may have replaced: that is no answer.
func waitFor(ctx context.Context, within time.Duration, expression string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		held, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Promise.resolve("+expression+").then(Boolean)", chromedp.EvalAwaitPromise))
		var replaced *cdproto.Error
		switch {
		case held && err == nil:
			return true, nil
		case ctx.Err() != nil:
			return false, nil
		case err != nil && !errors.As(err, &replaced):
			return false, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false, nil
		}
	}
}

// press clicks with the mouse where an element stands, as a reader does, once the page is
// loaded, the element stands still and nothing covers it. chromedp.Click clicks the node
// that it found first, which a redraw may have replaced.
func press(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	place := `(async () => {
		const find = () => document.querySelector(` + quote(selector) + `);
		find()?.scrollIntoView({ block: "center", behavior: "instant" });
		const place = () => { const b = find()?.getBoundingClientRect(); return b ? [b.x + b.width / 2, b.y + b.height / 2] : []; };
		const before = place();
		await new Promise((done) => setTimeout(done, 100));
		const [x, y] = place();
		return document.readyState === "complete" && before[0] === x && before[1] === y && find()?.contains(document.elementFromPoint(x, y)) ? [x, y] : [];
	})()`
	until(t, ctx, 30*time.Second, place+`.then((at) => (window.pressed = at).length > 0)`)
	at := eval[[]float64](t, ctx, `window.pressed`)
	do(t, ctx, chromedp.MouseClickXY(at[0], at[1]))
}

// sitemap lists the paths of all pages, by following the links of the site
// itself: what a visitor can reach is what is tested.
func sitemap(t *testing.T, ctx context.Context, address string) []string {
	t.Helper()
	seen := map[string]bool{"/": true}
	queue := []string{"/"}
	var paths []string
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		paths = append(paths, path)
		links := eval[[]string](t, ctx, fmt.Sprintf(`(async () => {
			const html = await (await fetch(%s)).text();
			const doc = new DOMParser().parseFromString(html, "text/html");
			return [...doc.querySelectorAll("nav a[href], main a[href]")].map(a => new URL(a.getAttribute("href"), %s).href);
		})()`, quote(address+path), quote(address+path)))
		for _, link := range links {
			u, err := url.Parse(link)
			if err != nil || !strings.HasPrefix(link, address) || seen[u.Path] || !strings.HasSuffix(u.Path, "/") {
				continue
			}
			seen[u.Path] = true
			queue = append(queue, u.Path)
		}
	}
	return paths
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
