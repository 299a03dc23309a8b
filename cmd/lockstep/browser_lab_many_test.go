//go:build browser

package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	labrun "lockstep/site/run"
)

// cutAndLeft is a run in which the leader is cut off and nobody heals: no story.
var cutAndLeft = labrun.Fragment(1, 8*time.Second, []labrun.Action{{At: 5 * time.Second, Verb: "cut-leader"}})

const (
	labReady  = `document.querySelector("[data-lab-browser]").dataset.ready === "yes"`
	manySays  = `document.getElementById("many-says").textContent`
	manyCount = `Number(document.getElementById("many").dataset.counted)`
)

// openedRun opens a run and waits until it is there.
func openedRun(t *testing.T, address, run string, width int64) context.Context {
	t.Helper()
	ctx := tab(t, address, width, 844)
	do(t, ctx, chromedp.Navigate(address+"/lab/#"+run))
	until(t, ctx, 2*time.Minute, labReady)
	return ctx
}

// fill puts a value into a field.
func fill(t *testing.T, ctx context.Context, id, value string) {
	t.Helper()
	eval[bool](t, ctx, `(f => { f.value = `+quote(value)+`; return f.dispatchEvent(new Event("change", { bubbles: true })) })(document.getElementById(`+quote(id)+`))`)
}

// sideways says what does not fit on the screen or under a thumb.
const sideways = `[
	...(document.documentElement.scrollWidth > innerWidth ? ["the page is " + document.documentElement.scrollWidth + " wide"] : []),
	...[...document.querySelectorAll("#THE :is(a, button, select, input)")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => (e.id || e.textContent) + " is " + e.getBoundingClientRect().height + " high"),
]`

// fits looks at a part of the laboratory on phones, in both schemes.
func fits(t *testing.T, ctx context.Context, id string) {
	t.Helper()
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	eval[bool](t, ctx, string(axe)+"; true")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 390} {
			do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 844))
			problems := eval[[]string](t, ctx, strings.Replace(sideways, "THE", id, 1))
			// What stays in view covers what is behind it as the page scrolls, so that some
			// button may be half covered at any time: controls are judged on the whole page.
			do(t, ctx, chromedp.EmulateViewport(width, eval[int64](t, ctx, `document.documentElement.scrollHeight`)))
			for _, problem := range append(problems, eval[[]string](t, ctx, runAxe)...) {
				t.Errorf("%s, %d pixels: %s", scheme, width, problem)
			}
		}
	}
}

// TestBrowserLab_many: a run without a story is played with many seeds, beside the one
// that is shown; each lane has a sentence and its bars, and a bar opens the very run that
// was counted. A run that cannot be judged is said, and so is one without actions.
func TestBrowserLab_many(t *testing.T) {
	ctx := openedRun(t, staticSite(t), cutAndLeft, 390)
	was := eval[string](t, ctx, programHash)
	// The program of one run fails.
	eval[bool](t, ctx, `(window.Worker = class extends Worker {
		postMessage(m) { super.postMessage(m.type === "verdict" && m.run.seed === 2 ? { ...m, run: { ...m.run, actions: null } } : m) }
	}, true)`)
	fill(t, ctx, "many-count", "4")
	press(t, ctx, "#run-many")
	until(t, ctx, 5*time.Minute, manySays+` === "All 4 runs are counted."`)
	if now := eval[string](t, ctx, programHash); now != was {
		t.Errorf("the run on the page is at %s, was at %s", now, was)
	}
	for id, want := range map[string]string{
		"many-lane-quorum": `^Lane quorum kept every acknowledged message, in order, in all 3 runs\.$`,
		"many-lane-leader": `^In 3 of 3 runs lane leader lost acknowledged messages, at most [1-9]\d*\.$`,
		"many-lane-clock":  `^In 3 of 3 runs lane clock broke the order of messages, at most [1-9]\d*\.$`,
		"many-lane-window": `^A leader failed in 3 of 3 runs\. Nobody got an ok in quorum then for [1-9]\d* ms at the median, and [1-9]\d* ms at most\.$`,
		"many-not":         `^1 run could not be judged, and is left out above:$`,
	} {
		if got := eval[string](t, ctx, `document.getElementById(`+quote(id)+`)?.textContent ?? "nothing"`); !eval[bool](t, ctx, `new RegExp(`+quote(want)+`).test(`+quote(got)+`)`) {
			t.Errorf("%s says %q", id, got)
		}
	}
	if n := eval[int](t, ctx, `[...document.querySelectorAll("#many-leader-lost td:nth-child(2)")].reduce((n, td) => n + Number(td.textContent), 0)`); n != 3 {
		t.Errorf("the bars stand for %d runs, want 3", n)
	}
	fits(t, ctx, "many")

	// The worst run is what the page then shows, with the same verdict.
	worst := eval[string](t, ctx, `document.getElementById("many-leader-lost-most").textContent.split(":")[0]`)
	press(t, ctx, "#many-leader-lost-most")
	until(t, ctx, 2*time.Minute, labReady+` && location.hash === document.getElementById("many-leader-lost-most").getAttribute("href") && document.querySelector('[data-judged-count="lost leader"]') !== null`)
	if lost := eval[string](t, ctx, `document.querySelector('[data-judged-count="lost leader"]').textContent`); lost != worst {
		t.Errorf("the run that lost %s shows a loss of %s", worst, lost)
	}

	eval[bool](t, ctx, `(location.hash = `+quote("#"+labrun.Fragment(1, 3*time.Second, nil))+`, true)`)
	until(t, ctx, 2*time.Minute, labReady+` && !document.querySelector('[data-judged-count="lost leader"]')`)
	press(t, ctx, "#many-start")
	until(t, ctx, 10*time.Second, `/^Nothing has been done in this run/.test(`+manySays+`)`)
}

// TestBrowserLab_many_stopped: what was counted until then is kept. A story is judged as it
// is on a terminal.
func TestBrowserLab_many_stopped(t *testing.T) {
	ctx := openedRun(t, staticSite(t), cutOff, 1366)
	fill(t, ctx, "many-vary", "0")
	press(t, ctx, "#run-many")
	until(t, ctx, 5*time.Minute, manyCount+` > 0`)
	press(t, ctx, "#many-stop")
	until(t, ctx, 10*time.Second, `/^Stopped: \d+ of 100 runs (is|are) counted\.$/.test(`+manySays+`)`)
	counted := eval[int](t, ctx, manyCount)
	if says := eval[string](t, ctx, `document.getElementById("many-lane-leader").textContent`); counted >= 100 || !strings.Contains(says, "lost acknowledged messages, at most 28.") {
		t.Errorf("%d runs: %s", counted, says)
	}
	if focus := eval[string](t, ctx, `document.activeElement.id`); focus != "many-start" {
		t.Errorf("the focus is on %q", focus)
	}
}
