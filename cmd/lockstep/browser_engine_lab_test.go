//go:build browser

package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserEngines_lab: in Firefox and in WebKit the first minute goes as in Chromium,
// to the same instant of the same run, in the same words; a figure in the text is what it
// is there; and its link leads to that instant, with the same chats.
func TestBrowserEngines_lab(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/"))
	until(t, ctx, time.Minute, labRuns)
	press(t, ctx, "#guide-next")
	until(t, ctx, time.Minute, guideIs+` === "instant"`)
	says := eval[string](t, ctx, guideSays)
	do(t, ctx, chromedp.Navigate(address+"/design/problem/"))
	figure := eval[string](t, ctx, figureText)
	do(t, ctx, chromedp.Navigate(address+eval[string](t, ctx, figureLink)))
	until(t, ctx, time.Minute, atInstant)
	chats := eval[string](t, ctx, chatsText)

	for name, start := range map[string]func(*testing.T) *webEngine{"Firefox": startFirefox, "WebKit": startWebKit} {
		t.Run(name, func(t *testing.T) {
			e := start(t)
			same := func(what, of, want string) {
				t.Helper()
				if got := e.eval(of); got != want {
					t.Errorf("%s\nhere:     %v\nChromium: %s", what, got, want)
				}
			}
			e.open(address + "/lab/")
			e.until(labRuns + ` && ` + noSideways)
			e.click("#guide-next")
			e.until(guideIs + ` === "instant"`)
			same("the first minute", guideSays, says)

			e.open(address + "/design/problem/")
			e.until(`document.readyState === "complete" && ` + noSideways)
			same("the figure", figureText, figure)
			e.open(address + e.eval(figureLink).(string))
			e.until(atInstant)
			same("the chats", chatsText, chats)
		})
	}
}

const (
	labRuns    = `document.querySelectorAll("#lane-leader .chat li").length > 8`
	figureText = `document.querySelector("figure.run").textContent.replace(/\s+/g, " ").trim()`
	figureLink = `(a => a.pathname + a.hash)(document.querySelector("figure.run a[href*='#run=']"))`
	// A frame is drawn when the browser draws next, so the page may have come to the
	// instant while it shows the frame before.
	atInstant = `(panel => panel?.dataset.ready === "yes" && Date.UTC(2026, 0, 1) + Math.floor(panel.dataset.at) === Number(document.getElementById("lab-frame")?.dataset.at))(document.querySelector("[data-lab-browser]"))`
	chatsText = `document.querySelector(".lab-columns").textContent.replace(/\s+/g, " ").trim()`
)
