//go:build browser

package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	logRows = `[...document.querySelectorAll(".log-table tbody tr")].filter(r => r.checkVisibility()).map(r => r.cells[0].textContent.trim()).join(" ")`
	logSaid = `document.querySelector("[data-log-said]").checkVisibility() ? document.querySelector("[data-log-said]").innerText.replace(/\s+/g, " ").trim() : ""`
	logSort = `[...document.querySelectorAll(".log-table th[aria-sort]")].map(h => h.textContent.trim() + " " + h.getAttribute("aria-sort")).join(", ")`
)

// TestBrowserLog is the decision log in a browser, the page of a record beside it.
func TestBrowserLog(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	for _, part := range []struct {
		name string
		test func(*testing.T, string)
	}{
		{"address", testLogAddress}, {"keyboard", testLogKeyboard}, {"phone", testLogPhone}, {"without_scripts", testLogWithoutScripts},
		{"current_entry", testNavigationCurrent}, {"frame", testFrame},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, address) })
	}
}

// testLogAddress: what a reader chooses stands in the address; reload, the back
// button and a shared link show the same, and what fits nothing says so.
func testLogAddress(t *testing.T, address string) {
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/adr/"))
	shows := func(when, search, rows, said string) {
		t.Helper()
		waited(ctx, 10*time.Second, `location.search === `+quote(search)+` && `+logRows+` === `+quote(rows)) // a page that was clicked to is read first
		if got := eval[string](t, ctx, `location.search`); got != search {
			t.Errorf("%s: the address says %q, want %q", when, got, search)
		}
		if got := eval[string](t, ctx, logRows); got != rows {
			t.Errorf("%s: rows %q, want %q", when, got, rows)
		}
		if got := eval[string](t, ctx, logSaid); got != said {
			t.Errorf("%s: it says %q, want %q", when, got, said)
		}
	}
	all := eval[string](t, ctx, logRows)
	if len(strings.Fields(all)) < 30 {
		t.Fatalf("the whole log is %q", all)
	}
	const superseded = "1 of 37 decisions have status superseded. Clear"
	count := strings.Count(all, "ADR-")
	said := func(words string) string { return strings.ReplaceAll(words, "37", strconv.Itoa(count)) }
	do(t, ctx, chromedp.Click(chromedp.CSS(`.log-statuses [data-filter="status=superseded"]`)))
	shows("all superseded", "?status=superseded", "ADR-0017", said(superseded))
	if current := eval[string](t, ctx, `document.querySelector(".log-statuses [aria-current]").textContent.trim()`); !strings.HasPrefix(current, "superseded") {
		t.Errorf("the current status is %q", current)
	}
	do(t, ctx, chromedp.Reload())
	shows("reloaded", "?status=superseded", "ADR-0017", said(superseded))

	do(t, ctx, chromedp.Click(chromedp.CSS(`.log-table tr:not([hidden]) [data-filter="tag=reads"]`)))
	shows("and a tag", "?status=superseded&tag=reads", "ADR-0017", said("1 of 37 decisions have status superseded and tag reads. Clear"))
	do(t, ctx, chromedp.Click(chromedp.CSS(`.log-statuses [data-filter="status=rejected"]`)))
	shows("nothing", "?status=rejected&tag=reads", "", "No decision has status rejected and tag reads. Clear")
	do(t, ctx, chromedp.NavigateBack())
	shows("back", "?status=superseded&tag=reads", "ADR-0017", said("1 of 37 decisions have status superseded and tag reads. Clear"))
	do(t, ctx, chromedp.NavigateBack(), chromedp.NavigateBack())
	shows("back to the whole", "", all, "")
	do(t, ctx, chromedp.NavigateForward())
	shows("forward", "?status=superseded", "ADR-0017", said(superseded))
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-log-said] a`)))
	shows("cleared", "", all, "")

	do(t, ctx, chromedp.Focus(`[data-log-filter] [name=q]`), chromedp.KeyEvent("verifyleader"))
	until(t, ctx, 10*time.Second, `location.search === "?q=verifyleader"`)
	do(t, ctx, chromedp.NavigateBack())
	shows("typing is one step back", "", all, "")

	// A link of somebody else's, with a value that no list offers.
	do(t, ctx, chromedp.Navigate(address+"/adr/?decider=maintainers&period=2026-11&tag=reads&sort=-record"))
	shows("shared", "?decider=maintainers&period=2026-11&tag=reads&sort=-record", "ADR-0018 ADR-0017", said("2 of 37 decisions have tag reads, decider maintainers and period 2026-11. Clear"))
	do(t, ctx, chromedp.Navigate(address+"/adr/?status=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"))
	shows("hostile", "?status=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "", "No decision has status <img src=x onerror=alert(1)>. Clear")
	do(t, ctx, chromedp.Navigate(address+"/adr/0017-linearizable-reads-by-verify-leader/"), chromedp.Click(chromedp.CSS(`.facts .tag`)))
	shows("from a record", "?tag=reads", "ADR-0017 ADR-0018", said("2 of 37 decisions have tag reads. Clear"))
}

// testLogKeyboard: columns are sorted and filters are used without a mouse, and
// the page says which way it is sorted.
func testLogKeyboard(t *testing.T, address string) {
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/adr/"))
	until(t, ctx, 10*time.Second, `document.querySelector(".log-table th button") !== null`)
	if got := eval[string](t, ctx, logSort); got != "Record ascending" {
		t.Errorf("at first it is sorted by %q", got)
	}
	do(t, ctx, chromedp.Focus(`.log-table th[data-sort=date] button`), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 10*time.Second, `location.search === "?sort=-date"`)
	if got := eval[string](t, ctx, logSort); got != "Date descending" {
		t.Errorf("it is sorted by %q", got)
	}
	if !eval[bool](t, ctx, `(() => { const days = [...document.querySelectorAll(".log-date")].map(d => d.textContent); return days[0] > days.at(-1) && days.every((d, i) => i === 0 || d <= days[i - 1]); })()`) {
		t.Error("the newest are not first")
	}
	if !eval[bool](t, ctx, `document.activeElement.matches("th[data-sort=date] button")`) {
		t.Error("the focus has left the head of the column")
	}
	do(t, ctx, chromedp.Reload())
	until(t, ctx, 10*time.Second, `document.querySelector(".log-table th[aria-sort=descending]") !== null`)
	do(t, ctx, chromedp.Focus(`[data-log-filter] [name=tag]`), chromedp.KeyEvent("fsync"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 10*time.Second, `location.search === "?tag=fsync&sort=-date"`)
	do(t, ctx, chromedp.Focus(`[data-log-said] a`), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 10*time.Second, `location.search === ""`)
	if !eval[bool](t, ctx, `document.activeElement.closest("[data-log-filter]") !== null`) {
		t.Error("the focus went with the way to clear")
	}
}

// testLogPhone: number, status and date of each record stand on the screen as a
// whole, beside one another; hidden rows take no room.
func testLogPhone(t *testing.T, address string) {
	ctx := tab(t, address, 390, 844)
	for _, width := range []int64{320, 390} {
		do(t, ctx, chromedp.EmulateViewport(width, 844), chromedp.Navigate(address+"/adr/?status=accepted"))
		until(t, ctx, 10*time.Second, `document.querySelectorAll(".log-table tr[hidden]").length > 0`)
		const clipped = `[...document.querySelectorAll(".log-table tbody tr:not([hidden])")].filter(r => {
			const parts = [r.querySelector(".log-record"), r.querySelector(".status"), r.querySelector(".log-date")].map(e => { const range = document.createRange(); range.selectNodeContents(e); return [e, range.getBoundingClientRect()]; });
			const top = Math.min(...parts.map(([, b]) => b.top)), bottom = Math.max(...parts.map(([, b]) => b.bottom));
			return bottom - top > 40 || parts.some(([e, b]) => !e.checkVisibility() || b.width === 0 || b.left < 0 || b.right > innerWidth);
		}).map(r => r.cells[0].textContent).join(" ")`
		if rows := eval[string](t, ctx, clipped); rows != "" {
			t.Errorf("at %d px number, status and date do not stand whole in a line: %s", width, rows)
		}
		if eval[bool](t, ctx, `[...document.querySelectorAll(".log-table tr[hidden]")].some(r => r.checkVisibility())`) {
			t.Errorf("at %d px hidden rows are shown", width)
		}
	}
}

// testLogWithoutScripts: the whole log is a table, and what narrows it down
// leads to lists.
func testLogWithoutScripts(t *testing.T, address string) {
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(address+"/adr/?status=superseded"))
	if rows := eval[string](t, ctx, logRows); strings.Count(rows, "ADR-") < 30 {
		t.Errorf("without scripts the log is %q", rows)
	}
	if !eval[bool](t, ctx, `document.querySelector("noscript").innerText.includes("needs a script")`) {
		t.Error("nothing says that the log cannot be narrowed down")
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`.log-statuses [data-filter="status=superseded"]`)))
	until(t, ctx, 10*time.Second, `location.pathname === "/adr/lists/" && document.querySelector(":target")?.textContent === "superseded"`)
}

// testNavigationCurrent: the entry of the page that is read is in view at the
// side, and the page itself stays at its top.
func testNavigationCurrent(t *testing.T, address string) {
	ctx := tab(t, address, 1366, 700)
	const inView = `(() => { const at = document.querySelector("#site-nav [aria-current=page]").getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight; })()`
	do(t, ctx, chromedp.Navigate(address+"/adr/0035-keys-that-can-be-destroyed/"))
	until(t, ctx, 10*time.Second, inView)
	if y := eval[float64](t, ctx, `scrollY`); y != 0 {
		t.Errorf("the page is scrolled to %v", y)
	}
	do(t, ctx, chromedp.EmulateViewport(390, 700), chromedp.Click(chromedp.CSS(`.menu-button`)))
	until(t, ctx, 10*time.Second, inView)
}

// testFrame: the text of every kind of page begins at one edge, and the footer of
// a short page stands at the bottom of the window.
func testFrame(t *testing.T, address string) {
	ctx := tab(t, address, 1280, 1000)
	for _, width := range []int64{1280, 1440, 1920} {
		do(t, ctx, chromedp.EmulateViewport(width, 1000))
		edges := make(map[float64][]string)
		for _, path := range []string{"/", "/design/", "/design/scale/", "/adr/", "/adr/graph/", "/adr/lists/", "/adr/0002-a-consensus-leader-decides-the-order/", "/runbook/seq-stall/", "/glossary/", "/sources/", "/model/cost/", "/search/", "/index-a-z/", "/milestones/", "/no-such-page/"} {
			do(t, ctx, chromedp.Navigate(address+path))
			edge := eval[float64](t, ctx, `document.querySelector("main h1").getBoundingClientRect().left`)
			edges[edge] = append(edges[edge], path)
			if gap := eval[float64](t, ctx, `document.documentElement.getBoundingClientRect().bottom - document.querySelector(".site-footer").getBoundingClientRect().bottom + Math.max(0, innerHeight - document.documentElement.getBoundingClientRect().bottom)`); gap > 1 {
				t.Errorf("at %d px %v px of nothing stand below the footer of %s", width, gap, path)
			}
		}
		if len(edges) != 1 {
			t.Errorf("at %d px the text begins at %v", width, edges)
		}
	}
}
