//go:build browser

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const bugsProof = `[...document.querySelectorAll(".lab-proofs li b")].some((b) => b.textContent.startsWith("quorum,"))`

// TestBrowserLab_bug: a reader switches a deliberate bug on from its page, is told so, and
// reads the judge's proof of a promise that the strong lane broke; the same run without it
// has none, says nothing of a bug, and is what the address names. A link with a bug that
// there is not is called so.
func TestBrowserLab_bug(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/bugs/"))
	bug := eval[string](t, ctx, `document.querySelector(".bug:has(.bug-ways)").id`)
	press(t, ctx, ".bug .bug-ways .button")
	until(t, ctx, 2*time.Minute, `document.querySelector("[data-lab-browser]")?.dataset.ready === "yes"`)
	until(t, ctx, 20*time.Second, bugsProof)
	notice := eval[string](t, ctx, `document.querySelector("[data-lab-bug]").innerText`)
	if !strings.Contains(notice, "A deliberate bug is on: "+bug) {
		t.Errorf("the page says %q", notice)
	}
	do(t, ctx, chromedp.EmulateViewport(390, 844))
	if high := eval[float64](t, ctx, `document.querySelector("#bug-without").getBoundingClientRect().height`); high < 44 {
		t.Errorf("on a phone the way without it is %g pixels high", high)
	}
	do(t, ctx, chromedp.EmulateViewport(1366, 900))
	press(t, ctx, "#bug-without")
	until(t, ctx, 2*time.Minute, `document.querySelector("[data-lab-browser]").dataset.ready === "yes" && document.querySelector("#lab-verdicts") !== null && !(`+bugsProof+`)`)
	if hidden := eval[bool](t, ctx, `document.querySelector("[data-lab-bug]").hidden`); !hidden {
		t.Error("the page still says that a bug is on")
	}
	if named := eval[bool](t, ctx, `atob(location.hash.slice(5).replaceAll("-", "+").replaceAll("_", "/")).includes(`+quote(bug)+`)`); named {
		t.Error("the address still switches the bug on")
	}
	eval[bool](t, ctx, `(location.hash = "#run=" + btoa(JSON.stringify([1, 1000, [], "gremlin"])).replaceAll("=", ""), true)`)
	until(t, ctx, 10*time.Second, `/switches on the bug “gremlin”, which there is not/.test(document.querySelector("#run-state").textContent)`)
}
