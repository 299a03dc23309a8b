//go:build browser

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserLabAxis: who points at an instant of the last minute, or goes there
// with the arrow keys, sees it everywhere, and comes back to now by leaving or by
// Escape. What happens meanwhile is not missed.
func TestBrowserLabAxis(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	const (
		acked   = `Number(document.querySelector("[data-testid=acknowledged]").textContent.replace(/\D/g, ""))`
		lane    = `Number(document.querySelector("[data-lane-acknowledged=clock]").textContent.replace(/\D/g, ""))`
		at      = `Number(document.getElementById("lab-frame").dataset.at)`
		looking = `document.getElementById("lab").dataset.past === "yes"`
	)
	until(t, ctx, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent ?? "")`)
	began := eval[float64](t, ctx, at)
	until(t, ctx, 30*time.Second, fmt.Sprintf("%s > %f && %s > 200", at, began+8000, acked))

	// By keyboard: five seconds back. A key may fall between two frames.
	eval[bool](t, ctx, `(document.getElementById("lab-axis").focus(), true)`)
	count, weak, now := eval[int](t, ctx, acked), eval[int](t, ctx, lane), eval[float64](t, ctx, at)
	for range 5 {
		do(t, ctx, chromedp.KeyEvent(kb.ArrowLeft))
	}
	until(t, ctx, 10*time.Second, fmt.Sprintf("%s && %s <= %f", looking, at, now-3000))
	if was := eval[int](t, ctx, acked); was >= count {
		t.Errorf("five seconds ago %d had been acknowledged, and %d when it was now", was, count)
	}
	if was := eval[int](t, ctx, lane); was >= weak {
		t.Errorf("five seconds ago the clock lane had %d, and %d when it was now", was, weak)
	}
	until(t, ctx, 5*time.Second, `/^\d+ s ago\. .* leads shard/.test(document.getElementById("lab-axis").getAttribute("aria-valuetext"))`)
	still := eval[float64](t, ctx, at)
	if later := eval[float64](t, ctx, `new Promise((done) => setTimeout(() => done(`+at+`), 1000))`); later != still {
		t.Errorf("the past moved from %f to %f", still, later)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, 10*time.Second, fmt.Sprintf("!(%s) && %s > %f", looking, at, now))

	// By pointer: over the axis and away from it.
	point := func(share float64) {
		t.Helper()
		eval[bool](t, ctx, fmt.Sprintf(`(() => {
			const box = document.querySelector("#lab-axis .cursor").getBoundingClientRect();
			document.getElementById("lab-axis").dispatchEvent(new PointerEvent("pointermove", {bubbles: true, pointerType: "mouse", clientX: box.left + box.width * %f, clientY: box.top + 4}));
			return true;
		})()`, share))
	}
	now = eval[float64](t, ctx, at)
	point(0.95)
	until(t, ctx, 10*time.Second, fmt.Sprintf("%s && %s <= %f && %s >= %f", looking, at, now-2500, at, now-4000))
	if words := eval[string](t, ctx, `document.getElementById("lab-link").textContent`); words == "Live" {
		t.Error("the page shows the past and says that it is live")
	}
	eval[bool](t, ctx, `(document.getElementById("lab-title").dispatchEvent(new PointerEvent("pointermove", {bubbles: true, pointerType: "mouse"})), true)`)
	until(t, ctx, 10*time.Second, fmt.Sprintf("!(%s) && %s > %f", looking, at, now))

	// Nobody acts on the past.
	do(t, ctx, chromedp.Click(chromedp.CSS("#lab-axis")))
	until(t, ctx, 10*time.Second, looking)
	eval[bool](t, ctx, `(document.getElementById("lab-stop").click(), true)`)
	until(t, ctx, 10*time.Second, "!("+looking+")")
}
