//go:build browser

package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserObjectives: beside a cluster, the table of alerts says what its nodes have
// counted, and of what nobody counts there, that. Without one it says nothing of it.
func TestBrowserObjectives(t *testing.T) {
	said := func(name, mark, pattern string) string {
		return `[...document.querySelectorAll("main td > [data-now='` + mark + `']")].some((s) => s.parentElement.textContent.trim().startsWith("` + name + `") && ` + pattern + `.test(s.textContent))`
	}
	address := serveSite(t, "--reviews", "off")
	ctx := tab(t, address, 1440, 900)
	do(t, ctx, chromedp.Navigate(address+"/design/slos/"))
	until(t, ctx, 30*time.Second, said("SLO-9, answered", "holds", `/^✓ [0-9.]+ % of [0-9]+$/`))
	until(t, ctx, 10*time.Second, said("SLO-10, node", "holds", `/^✓ [0-9.]+ s$/`))
	until(t, ctx, 10*time.Second, said("SLO-4, probe", "", `/^not counted here$/`))
	until(t, ctx, 10*time.Second, `document.querySelector("main table caption")?.textContent.includes("since they started")`)

	address = serveSite(t, "--reviews", "off", "--no-cluster")
	plain := tab(t, address, 1440, 900)
	do(t, plain, chromedp.Navigate(address+"/design/slos/"))
	until(t, plain, 10*time.Second, `document.readyState === "complete" && document.querySelectorAll("main table").length > 2`)
	if n := eval[int](t, plain, `document.querySelectorAll("[data-now], script[src*=objectives]").length`); n != 0 {
		t.Errorf("without a cluster %d elements speak of one", n)
	}
}
