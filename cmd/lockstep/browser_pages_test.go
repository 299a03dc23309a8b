//go:build browser

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// onePerKind picks the first page of each kind, and the pages that are most
// unlike their kind: the longest table, the most diagrams.
func onePerKind(t *testing.T, paths []string) []string {
	t.Helper()
	wanted := []string{
		"/", "/design/", "/design/architecture/", "/design/failure-modes/", "/design/capacity-and-cost/",
		"/adr/", "/adr/graph/", "/adr/lists/", "/adr/0002-a-consensus-leader-decides-the-order/", "/adr/0017-linearizable-reads-by-verify-leader/",
		"/runbook/", "/runbook/seq-stall/", "/lab/", "/glossary/", "/sources/", "/model/", "/model/shards/", "/model/cost/",
	}
	have := map[string]bool{}
	for _, path := range paths {
		have[path] = true
	}
	for _, path := range wanted {
		if !have[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
	return append(wanted, "/no-such-page/", "/embed/run-cut-off-3000/")
}

// TestBrowserAccessibility runs axe-core on every page kind in both schemes, on
// a phone and on a laptop, and looks for a page that scrolls sideways.
func TestBrowserAccessibility(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/"))
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range onePerKind(t, sitemap(t, ctx, address)) {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{320, 1366} {
				name := fmt.Sprintf("%s/%s/%d", path, scheme, width)
				do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 900), chromedp.Navigate(address+path))
				if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s: the page is %d px wider than the screen: %s", name, over, eval[string](t, ctx, widest))
				}
				eval[bool](t, ctx, string(axe)+"; true")
				for _, violation := range eval[[]string](t, ctx, runAxe) {
					t.Errorf("%s: %s", name, violation)
				}
			}
		}
	}
}

const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("[tabindex='0']")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
	r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " (" + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? "") + ")").join(" | ")))`

// TestBrowserReadsWithoutScripts: the text, the decision log and the lab's
// snapshot are there when no script runs.
func TestBrowserReadsWithoutScripts(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	for path, text := range map[string]string{
		"/":                "Agreement",
		"/design/problem/": "order",
		"/adr/":            "Fence old leaders by epoch",
		"/lab/":            "Kill leader",
	} {
		do(t, ctx, chromedp.Navigate(address+path))
		body := strings.Join(strings.Fields(eval[string](t, ctx, `document.querySelector("main").innerText`)), " ")
		if !strings.Contains(strings.ToLower(body), strings.ToLower(text)) {
			t.Errorf("%s without scripts does not say %q", path, text)
		}
	}
}

// TestBrowserKeyboard: the first stop is the skip link, and it leads to the text.
func TestBrowserKeyboard(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/design/problem/"), chromedp.KeyEvent(kb.Tab))
	if text := eval[string](t, ctx, `document.activeElement.textContent.trim()`); !strings.Contains(strings.ToLower(text), "skip") {
		t.Errorf("the first tab stop is %q, want the skip link", text)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 2*time.Second, `document.activeElement.closest("main") !== null || location.hash === "#" + document.querySelector("main").id`)
}

// TestBrowserTheme: the switch changes the scheme at once and for the next page.
func TestBrowserTheme(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+"/design/problem/"))
	const background = `getComputedStyle(document.body).backgroundColor`
	light := eval[string](t, ctx, background)
	for range 3 { // system, light, dark: in at most three presses it is dark
		do(t, ctx, chromedp.Click(chromedp.CSS("[data-theme-switch]")))
		if eval[string](t, ctx, background) != light {
			break
		}
	}
	dark := eval[string](t, ctx, background)
	if dark == light {
		t.Fatal("the theme switch changes nothing")
	}
	do(t, ctx, chromedp.Navigate(address+"/adr/"))
	if got := eval[string](t, ctx, background); got != dark {
		t.Errorf("the next page has background %s, want %s", got, dark)
	}
}
