//go:build browser

package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserObjectives: beside a cluster, the table of alerts says what its nodes have
// counted, and of what nobody counts there, that. Without one it has no column more.
func TestBrowserObjectives(t *testing.T) {
	row := func(name, holds string) string {
		return `[...document.querySelectorAll("main table tr")].some((r) => r.cells[1]?.textContent.trim() === "` + name + `" && ` + holds + `)`
	}
	address := serveSite(t, "--reviews", "off")
	ctx := tab(t, address, 1440, 900)
	do(t, ctx, chromedp.Navigate(address+"/design/slos/"))
	until(t, ctx, 30*time.Second, row("SLO-9, answered", `/^[✓✗] [0-9.]+ % of [0-9]+$/.test(r.cells[3]?.textContent)`))
	until(t, ctx, 10*time.Second, row("SLO-10, node", `/^✓ [0-9.]+ s$/.test(r.cells[3]?.textContent) && r.cells[3].dataset.now === "holds"`))
	until(t, ctx, 10*time.Second, row("SLO-4, probe", `r.cells[3]?.textContent === "not counted here"`))
	until(t, ctx, 10*time.Second, row("Watches", `r.cells[3]?.scope === "col"`))

	address = serveSite(t, "--reviews", "off", "--no-cluster")
	plain := tab(t, address, 1440, 900)
	do(t, plain, chromedp.Navigate(address+"/design/slos/"))
	until(t, plain, 10*time.Second, row("Watches", `r.cells.length === 3`))
}
