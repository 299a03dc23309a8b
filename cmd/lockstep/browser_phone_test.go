//go:build browser

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// smallestLabel is the size in CSS pixels below which letters in a drawing cannot be read
// on a phone.
const smallestLabel = 10

// labels are the sizes of what is written in drawings, as they are shown.
const labels = `[...document.querySelectorAll("main figure:not(.code) :is(text, span, p, th, td, b, figcaption), main .graph text")].filter(e => e.checkVisibility() && e.textContent.trim()).map(e => {
	const m = e.getScreenCTM?.();
	return [parseFloat(getComputedStyle(e).fontSize) * (m ? Math.hypot(m.a, m.b) : e.currentCSSZoom ?? 1), e.textContent.trim().slice(0, 40)];
}).sort((a, b) => a[0] - b[0])[0] ?? [99, ""]`

// coveredCode are lines of code on which the button to copy them lies.
const coveredCode = `[...document.querySelectorAll("main pre:has(> .copy)")].filter(e => e.checkVisibility()).flatMap(pre => {
	const b = pre.querySelector(".copy").getBoundingClientRect(), range = document.createRange();
	range.selectNodeContents(pre.querySelector("code"));
	return [...range.getClientRects()].some(r => r.left < b.right && r.right > b.left && r.top < b.bottom && r.bottom > b.top) ? pre.querySelector("code").textContent.slice(0, 60) : [];
})`

// TestBrowserPhone: on a phone no page scrolls sideways, every drawing of the site has
// letters that can be read, no button lies on code, and what is wider than the screen scrolls in a frame that a
// keyboard reaches and that shows that more is beside it.
func TestBrowserPhone(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 390, 844)
	do(t, ctx, chromedp.Navigate(address+"/"))
	drawings, wide, copied := 0, 0, 0
	// What changed has no drawings, and many pages.
	paths := slices.DeleteFunc(sitemap(t, ctx, address), func(path string) bool { return strings.HasPrefix(path, "/changes/") })
	list, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	drawn := eval[[]string](t, ctx, fmt.Sprintf(`Promise.all(%s.map(async p => /<figure class="(?!code)|class="graph"/.test(await (await fetch(p)).text()) ? p : "")).then(all => all.filter(Boolean))`, list))
	looked := slices.Concat(drawn, printed, []string{"/guide/"})
	slices.Sort(looked)
	for _, path := range slices.Compact(looked) {
		do(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address+path))
		smallest := eval[[]any](t, ctx, labels)
		if size := smallest[0].(float64); size < smallestLabel {
			t.Errorf("%s: %q is written %.1f px high, want at least %d", path, smallest[1], size, smallestLabel)
		} else if size < 99 {
			drawings++
		}
		for _, width := range []int64{390, 320} {
			do(t, ctx, chromedp.EmulateViewport(width, 844))
			if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s at %d: the page is %d px wider than the screen: %s", path, width, over, eval[string](t, ctx, widest))
			}
			if covered := eval[[]string](t, ctx, coveredCode); len(covered) > 0 {
				t.Errorf("%s at %d: the button to copy lies on %q", path, width, covered)
			}
			copied += eval[int](t, ctx, `document.querySelectorAll("main pre .copy").length`)
			frames := eval[[][]string](t, ctx, `[...document.querySelectorAll("main *")].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)).map(e => [e.className, e.tabIndex >= 0 || e.querySelector("a, button, input, [tabindex='0']") ? "reached" : "", getComputedStyle(e).backgroundImage.includes("gradient") ? "shown" : ""])`)
			wide += len(frames)
			for _, frame := range frames {
				if frame[1] == "" || frame[2] == "" {
					t.Errorf("%s at %d: %q scrolls sideways; a keyboard does not reach it, or nothing shows it: %q", path, width, frame[0], frame[1:])
				}
			}
		}
	}
	if drawings < 10 || wide < 10 || copied < 10 {
		t.Errorf("%d drawings, %d wide frames and %d blocks of code were looked at", drawings, wide, copied)
	}
}

// TestBrowserPhoneOutline: a button opens the outline of a page as a sheet, an entry leads
// to its heading and closes it, and Escape closes it.
func TestBrowserPhoneOutline(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 390, 844)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+"/design/failure-modes/"))
	const sheet = `document.querySelector("#page-outline").checkVisibility()`
	if eval[bool](t, ctx, sheet) {
		t.Fatal("the outline is open before somebody asks for it")
	}
	// The button is in the screen wherever the reader is, and nothing lies over it.
	if !eval[bool](t, ctx, `(scrollTo(0, 3000), b => { const r = b.getBoundingClientRect(); return r.height >= 44 && document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === b })(document.querySelector(".here"))`) {
		t.Error("the button for the outline cannot be pressed in the middle of a page")
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(".here")))
	until(t, ctx, 20*time.Second, sheet)
	do(t, ctx, chromedp.Click(chromedp.CSS(`#page-outline a[href="#load"]`)))
	until(t, ctx, 20*time.Second, `!(`+sheet+`) && location.hash === "#load"`)
	until(t, ctx, 20*time.Second, `(top => top >= 0 && top < innerHeight / 2)(document.getElementById("load").getBoundingClientRect().top)`)
	do(t, ctx, chromedp.Click(chromedp.CSS(".here")))
	until(t, ctx, 20*time.Second, sheet)
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, 20*time.Second, `!(`+sheet+`)`)
	do(t, ctx, chromedp.EmulateViewport(1440, 900))
	until(t, ctx, 20*time.Second, sheet+` && !document.querySelector(".here").checkVisibility()`)
}
