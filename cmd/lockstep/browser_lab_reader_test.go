//go:build browser

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserLabReader: a page that changes five times a second must not get
// into the way of the one who uses it with a keyboard or a screen reader.
func TestBrowserLabReader(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 390, 844)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	const number = `Number(document.getElementById("lab-frame").dataset.frame)`
	frames := func(n int) {
		t.Helper()
		until(t, ctx, 20*time.Second, number+" > "+fmt.Sprint(eval[int](t, ctx, number)+n))
	}
	until(t, ctx, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent ?? "")`)
	const news = `document.getElementById("lab-news")?.dataset.news ?? ""`
	old := eval[string](t, ctx, news)
	frames(2)
	said := eval[string](t, ctx, `document.getElementById("lab-say").textContent`)
	if said != "" && eval[string](t, ctx, news) == old { // on a busy machine something may happen by itself
		t.Errorf("announced although nothing happened: %q", said)
	}

	// Focus and choice survive frames.
	eval[bool](t, ctx, `(document.getElementById("lab-rate").value = "200", document.getElementById("pause-n2").focus(), true)`)
	frames(8)
	if focus := eval[string](t, ctx, `document.activeElement.id`); focus != "pause-n2" {
		t.Errorf("after eight frames the focus is on %q", focus)
	}
	if rate := eval[string](t, ctx, `document.getElementById("lab-rate").value`); rate != "200" {
		t.Errorf("after eight frames the chosen rate is %q", rate)
	}
	if width := eval[int](t, ctx, `document.documentElement.scrollWidth`); width > 390 {
		t.Errorf("the page is %d pixels wide on a phone of 390", width)
	}

	// The keyboard is enough; the button keeps the focus and changes its word.
	do(t, ctx, chromedp.KeyEvent("\r"))
	until(t, ctx, 10*time.Second, `document.activeElement.id === "pause-n2" && document.activeElement.textContent.startsWith("Resume")`)
	do(t, ctx, chromedp.KeyEvent("\r"))
	until(t, ctx, 10*time.Second, `document.activeElement.id === "pause-n2" && document.activeElement.textContent.startsWith("Pause")`)
	until(t, ctx, 10*time.Second, `document.getElementById("lab-say").textContent !== ""`)

	// A rate takes effect, and is not what the frame says it was.
	eval[bool](t, ctx, `(document.getElementById("lab-start").click(), true)`)
	until(t, ctx, 20*time.Second, `document.querySelector(".lab-charts").innerText.includes("200 are due")`)

	// Held updates stand still until they are let go.
	eval[bool](t, ctx, `(document.getElementById("lab-hold").click(), true)`)
	before := eval[int](t, ctx, number)
	after := eval[int](t, ctx, `new Promise((done) => setTimeout(() => done(`+number+`), 1000))`)
	if before != after {
		t.Errorf("held at frame %d, shown %d a second later", before, after)
	}
	eval[bool](t, ctx, `(document.getElementById("lab-hold").click(), true)`)
	frames(1)
}

// TestBrowserLabWithoutScripts: the snapshot has the figures, and a button is a
// form that comes back to the page.
func TestBrowserLabWithoutScripts(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/"))
	until(t, ctx, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent ?? "")`)
	eval[bool](t, ctx, `(document.querySelector("[data-lab]").addEventListener("submit", (e) => e.stopImmediatePropagation(), true), true)`)
	eval[bool](t, ctx, `(setTimeout(() => document.getElementById("lab-stop").click(), 0), true)`)
	// The page under the question may just go, then it is asked again.
	for deadline := time.Now().Add(20 * time.Second); !waited(ctx, time.Second, `location.hash === "#lab"`); {
		if time.Now().After(deadline) {
			t.Fatal("the form does not come back to the page")
		}
	}
	if url := eval[string](t, ctx, `location.href`); !strings.HasSuffix(url, "/lab/#lab") {
		t.Errorf("the form leads to %s", url)
	}
	until(t, ctx, 20*time.Second, `document.querySelector(".lab-figures")?.innerText.includes("load is stopped") === true`)
}

// TestBrowserLabBroken: the page must be readable when it matters, with one node
// paused, one cut off and no majority left.
func TestBrowserLabBroken(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 900)
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	until(t, ctx, 30*time.Second, `Number(document.querySelector("[data-testid=acknowledged]")?.textContent) > 40`)
	for _, button := range []string{"pause-n1", "cut-n2"} {
		eval[bool](t, ctx, `(document.getElementById("`+button+`").click(), true)`)
		until(t, ctx, 10*time.Second, `/Resume|Reconnect/.test(document.getElementById("`+button+`").textContent)`)
	}
	until(t, ctx, 10*time.Second, `document.getElementById("lab-state").dataset.state === "stuck"`)
	eval[bool](t, ctx, `(document.getElementById("lab-hold").click(), true)`)
	eval[bool](t, ctx, string(axe)+"; true")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 1366} {
			do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 900))
			for _, violation := range eval[[]string](t, ctx, runAxe) {
				t.Errorf("%s, %d pixels: %s", scheme, width, violation)
			}
			if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s, %d pixels: the page is %d too wide: %s", scheme, width, over, eval[string](t, ctx, widest))
			}
		}
	}
}
