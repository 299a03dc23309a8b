//go:build browser

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserPictures: on a phone and on a laptop, each letter of a picture can be
// read, no word of a chart is cut off, and axe-core has no complaint. A diagram that
// is wider than a phone scrolls.
func TestBrowserPictures(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 1366, 768)
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for path, scheme := range map[string]string{
		"/design/order-contract/": "light", "/design/architecture/": "dark", "/design/partitioning/": "light", "/design/slos/": "dark",
		"/design/capacity-and-cost/": "light", "/design/prototype/": "dark", "/design/method/": "light", "/design/rollout/": "light", "/design/caching/": "dark",
	} {
		for _, width := range []int64{320, 390, 1366} {
			name := fmt.Sprintf("%s/%s/%d", path, scheme, width)
			do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 900), chromedp.Navigate(address+path))
			if n := eval[int](t, ctx, `document.querySelectorAll("figure:is(.chart, .diagram, .columns)").length`); n == 0 {
				t.Errorf("%s has no picture", name)
			}
			if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s: the page is %d px wider than the screen: %s", name, over, eval[string](t, ctx, widest))
			}
			for _, small := range eval[[]string](t, ctx, smallLetters) {
				t.Errorf("%s: too small to read: %s", name, small)
			}
			for _, cut := range eval[[]string](t, ctx, cutWords) {
				t.Errorf("%s: cut off: %s", name, cut)
			}
			eval[bool](t, ctx, string(axe)+"; true")
			for _, violation := range eval[[]string](t, ctx, strings.Replace(runAxe, "document", `"figure"`, 1)) {
				t.Errorf("%s: %s", name, violation)
			}
		}
	}
}

// smallLetters are texts of pictures whose letters are drawn smaller than 10 px.
const smallLetters = `[...document.querySelectorAll("figure:is(.chart, .diagram) svg text, figure:is(.chart, .columns) :is(.row-label, .row-value, td, th)")].filter(e => e.checkVisibility()).map(e => {
	const zoom = e instanceof SVGElement ? e.getScreenCTM().a : 1;
	return [parseFloat(getComputedStyle(e).fontSize) * zoom, e.textContent.trim()];
}).filter(([size]) => size < 10).map(([size, text]) => size.toFixed(1) + " px: " + text)`

// cutWords are texts of pictures that reach out of the screen, or of a box that
// shows nothing beyond its edge.
const cutWords = `[...document.querySelectorAll("figure:is(.chart, .columns) :is(text, .row-label, .row-value, td, th, td span), .sequence :is(text, .actors span)")].filter(e => e.checkVisibility() && e.textContent.trim() && !e.closest("[tabindex='0']:not(.diagram-scroll), .visually-hidden")).filter(e => {
	const box = e.getBoundingClientRect();
	if (e.matches("caption *")) return false;
	return box.left < -1 || box.right > innerWidth + 1 || (e.matches("td") && e.scrollWidth > e.clientWidth + 1);
}).map(e => e.textContent.trim())`
