//go:build browser

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserCards: a number and an identifier open a card where they stand, with what
// the page behind the link says; Escape gives the focus back, and a second click, or
// Enter on the card's own link, follows it.
func TestBrowserCards(t *testing.T) {
	address := serveSite(t)
	for _, size := range [][2]int64{{1366, 768}, {375, 700}} {
		ctx := tab(t, address, size[0], size[1])
		do(t, ctx, chromedp.Navigate(address+"/design/slos/"))
		for selector, want := range map[string][]string{
			`a.number[href*="slo.budget"]`: {"21.6 min", "slo.window"},
			`a.ref[href*="adr/0013"]`:      {"Each conversation has a home region", "accepted"},
		} {
			do(t, ctx, chromedp.ScrollIntoView(selector), chromedp.Focus(selector), chromedp.KeyEvent(kb.Enter))
			until(t, ctx, 5*time.Second, `!!document.querySelector(".card:popover-open")`)
			text := strings.ReplaceAll(eval[string](t, ctx, `document.querySelector(".card").innerText`), "\u00a0", " ")
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("the card of %s does not say %q: %s", selector, w, text)
				}
			}
			if !eval[bool](t, ctx, `(() => { const r = document.querySelector(".card").getBoundingClientRect(); return r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight })()`) {
				t.Errorf("the card of %s leaves the screen", selector)
			}
			do(t, ctx, chromedp.KeyEvent(kb.Escape))
			until(t, ctx, 5*time.Second, `!document.querySelector(".card:popover-open") && document.activeElement.matches(`+quote(selector)+`)`)
		}
		do(t, ctx, chromedp.Click(`a.number[href*="slo.budget"]`))
		until(t, ctx, 5*time.Second, `!!document.querySelector(".card:popover-open")`)
		do(t, ctx, chromedp.Click(`.card-open`), chromedp.WaitReady(`tr[id="slo.budget"]`))
		if at := eval[string](t, ctx, `location.hash`); at != "#slo.budget" {
			t.Errorf("the card leads to %q", at)
		}
	}
}

// TestBrowserCards_twice: two clicks on a link follow it.
func TestBrowserCards_twice(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/design/slos/"), chromedp.Click(`a.ref[href*="adr/0013"]`))
	until(t, ctx, 5*time.Second, `!!document.querySelector(".card:popover-open")`)
	do(t, ctx, chromedp.Click(`a.ref[href*="adr/0013"]`), chromedp.WaitReady(`#decision-drivers`))
}
