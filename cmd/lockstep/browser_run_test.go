//go:build browser

package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserRun: figures of one page are played by keyboard, by one worker, one at a
// time. At its instant a figure shows the chats and verdicts that were recorded; a download that failed can be
// tried again, and the picture stands until then.
func TestBrowserRun(t *testing.T) {
	files := http.FileServer(http.Dir(builtSite(t)))
	var down atomic.Bool
	var workers, programs atomic.Int64
	down.Store(true)
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/js/lab-worker.") {
			workers.Add(1)
		}
		if strings.Contains(r.URL.Path, "/wasm/lab.") {
			programs.Add(1)
			if down.Load() {
				http.NotFound(w, r)
				return
			}
		}
		files.ServeHTTP(w, r)
	}))
	ctx := tab(t, address, 390, 844)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+"/design/failure-modes/"))
	figure := func(i int) string { return fmt.Sprintf(`document.querySelectorAll("figure.run")[%d]`, i) }
	picture := func(i int) string { return eval[string](t, ctx, figure(i)+`.querySelector(".run-lanes").innerText`) }
	says := func(i int) string { return figure(i) + `.querySelector(".run-says").textContent` }
	enter := func(i int) {
		t.Helper()
		eval[bool](t, ctx, `(`+figure(i)+`.querySelector(".run-start").focus(), true)`)
		do(t, ctx, chromedp.KeyEvent(kb.Enter))
	}
	until(t, ctx, 30*time.Second, `document.querySelectorAll("figure.run .run-start").length > 2`)
	if programs.Load() > 0 || workers.Load() > 0 {
		t.Error("the program is loaded before a figure is touched")
	}
	first, second := picture(0), picture(1)
	height := eval[float64](t, ctx, figure(0)+`.offsetHeight`)

	enter(0)
	until(t, ctx, 30*time.Second, `/did not load: .* 404/.test(`+says(0)+`)`)
	if now := picture(0); now != first {
		t.Errorf("after a failure the picture is %q, was %q", now, first)
	}
	if word := eval[string](t, ctx, figure(0)+`.querySelector(".run-start").textContent`); word != "Try again" {
		t.Errorf("after a failure the button says %q", word)
	}
	down.Store(false)
	loaded := workers.Load()
	at := func(i int) {
		t.Helper()
		until(t, ctx, time.Minute, `/^The instant of the picture/.test(`+says(i)+`)`)
	}
	enter(0)
	at(0)
	if now := picture(0); now != first {
		t.Errorf("at its instant the live figure shows\n%s\nand was recorded with\n%s", now, first)
	}
	if now := eval[float64](t, ctx, figure(0)+`.offsetHeight`); now > height+2 || now < height-2 {
		t.Errorf("the figure is %v px high when it is played, and was %v", now, height)
	}
	if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("the page is %d px wider than the phone", over)
	}

	enter(1)
	at(1)
	if now := picture(1); now != second {
		t.Errorf("at its instant the second figure shows\n%s\nand was recorded with\n%s", now, second)
	}
	if eval[bool](t, ctx, `"live" in `+figure(0)+`.dataset`) || picture(0) != first {
		t.Error("the first figure is not its picture again when the second is played")
	}
	if n := workers.Load() - loaded; n > 1 {
		t.Errorf("%d workers were started for two figures", n)
	}

	// Broken by the reader, it is another run, and says so.
	eval[bool](t, ctx, `([...`+figure(1)+`.querySelectorAll("button")].find((b) => b.textContent === "Kill the leader").click(), true)`)
	until(t, ctx, 30*time.Second, `/^Your own run/.test(`+says(1)+`) && /so far|broken/.test(`+figure(1)+`.querySelector(".run-lane p span").textContent) && `+figure(1)+`.querySelector(".run-lanes").innerText !== `+quote(second))
	enter(1)
	if now := picture(1); now != second {
		t.Errorf("after its stop the figure shows %q, was %q", now, second)
	}
}
