//go:build browser

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// play plays a story on the page and gives what the page says of it in the end.
func play(t *testing.T, ctx context.Context, name string) (reached bool, says string) {
	t.Helper()
	eval[bool](t, ctx, fmt.Sprintf(`(document.getElementById("play-%s").click(), true)`, name))
	until(t, ctx, 10*time.Second, `document.getElementById("lab-playing")?.dataset.over === "no"`)
	until(t, ctx, time.Minute, `document.getElementById("lab-playing")?.dataset.over === "yes"`)
	return eval[string](t, ctx, `document.getElementById("lab-playing").dataset.reached`) == "yes",
		strings.Join(strings.Fields(eval[string](t, ctx, `document.getElementById("lab-playing").textContent`)), " ")
}

// strongIsClean: whatever was broken, the strong lane lost and moved nothing.
func strongIsClean(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	for _, what := range []string{"lost", "moved"} {
		if n := eval[string](t, ctx, fmt.Sprintf(`document.querySelector("[data-lane-%s=quorum]").textContent.trim()`, what)); n != "0" {
			t.Errorf("%s: the quorum lane has %s %s", name, n, what)
		}
	}
}

// TestBrowserProgram_stories: each story reaches its goal in the reader's browser, in
// quick motion, each from a seed of its own; the judge confirms the strong lane, and
// refutes the lane that the story says will lose.
func TestBrowserProgram_stories(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	press(t, ctx, "#run-enter")
	until(t, ctx, time.Minute, programAt+` > 1000`)
	eval[bool](t, ctx, `(() => { const s = document.querySelector("#run-pace"); s.value = [...s.options].at(-1).value; s.dispatchEvent(new Event("change")); return true })()`)
	// Each is played in a run of its own: the same story from the same seed, the same words.
	first := scenarios.All()[0].Name
	_, once := play(t, ctx, first)
	if _, again := play(t, ctx, first); again != once {
		t.Errorf("%s said %q, and then %q", first, once, again)
	}
	for i, s := range scenarios.All() {
		eval[bool](t, ctx, fmt.Sprintf(`(document.querySelector("#run-seed").value = "%d", document.querySelector("#run-restart").click(), true)`, i+1))
		until(t, ctx, time.Minute, `document.querySelector("[data-lab-browser]").dataset.ready === "yes" && `+programAt+` > 6000`)
		reached, says := play(t, ctx, s.Name)
		if !reached {
			t.Errorf("seed %d: %s", i+1, says)
		}
		strongIsClean(t, ctx, s.Name)
		eval[bool](t, ctx, `(document.getElementById("lab-judge").click(), true)`)
		until(t, ctx, time.Minute, `document.getElementById("lab-verdicts") !== null`)
		for lane, broken := range map[frame.Lane]bool{frame.LaneQuorum: false, s.Expect.Lost: true} {
			if lane == "" {
				continue
			}
			lost := eval[string](t, ctx, fmt.Sprintf(`document.querySelector('[data-judged-count="lost %s"]').textContent.trim()`, lane))
			if (lost != "0") != broken {
				t.Errorf("%s: the judge says that lane %s lost %s", s.Name, lane, lost)
			}
		}
	}
}

// TestBrowserStories: the same stories, on real processes and in real time. A window
// may be longer than the story wants on a machine that does much else, so each has
// a second chance; the strong lane has none.
func TestBrowserStories(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	for _, s := range scenarios.All() {
		for chance := 1; ; chance++ {
			until(t, ctx, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent.trim() ?? "") && document.querySelectorAll(".lab-node:is([data-is=up], [data-is=leader])").length === 3`)
			reached, says := play(t, ctx, s.Name)
			strongIsClean(t, ctx, s.Name)
			if reached {
				break
			}
			if chance == 2 {
				t.Errorf("twice: %s", says)
				break
			}
			t.Logf("once more: %s", says)
		}
	}
}
