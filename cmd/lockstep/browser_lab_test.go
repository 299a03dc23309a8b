//go:build browser

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserKillLeader is the promise of the dashboard: the reader kills the
// real leader and sees a new one, a measured window and nothing lost.
func TestBrowserKillLeader(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))

	const leader = `document.querySelector("[data-testid=leader]")?.textContent.trim()`
	const acked = `Number(document.querySelector("[data-testid=acknowledged]")?.textContent.replace(/\D/g, "") ?? 0)`
	until(t, ctx, 30*time.Second, `/^n\d/.test(`+leader+` ?? "")`)
	until(t, ctx, 20*time.Second, acked+" > 20")

	// A busy machine may be without a leader at the moment of the click; the lab
	// then refuses, and a reader would press again.
	old := eval[string](t, ctx, leader)
	for attempt := 0; ; attempt++ {
		do(t, ctx, chromedp.Click(chromedp.Search(`//button[normalize-space()="Kill leader"]`)))
		if waited(ctx, 5*time.Second, `/killed/i.test(document.querySelector("[data-lab]").innerText)`) {
			break
		}
		if attempt == 5 {
			t.Fatal("the leader was not killed")
		}
		old = eval[string](t, ctx, leader)
	}
	until(t, ctx, 15*time.Second, `/^n\d/.test(`+leader+`)`)
	until(t, ctx, 15*time.Second, `/\d+\s*ms/.test(document.querySelector("[data-testid=last-window]")?.textContent ?? "")`)
	before := eval[int](t, ctx, acked)
	until(t, ctx, 15*time.Second, acked+" > "+fmt.Sprint(before+20))
	t.Logf("%s was killed, %s leads", old, eval[string](t, ctx, leader))
	if lost := eval[string](t, ctx, `document.querySelector("[data-testid=lost]").textContent.trim()`); lost != "0" {
		t.Errorf("lost = %q, want 0", lost)
	}
}
