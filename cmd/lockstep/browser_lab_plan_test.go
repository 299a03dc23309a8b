//go:build browser

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	labrun "lockstep/site/run"
)

// TestBrowserLab_plan: by keyboard alone a reader takes the faults of a run, adds one, moves
// it, removes another and begins the schedule; its link repeats the run. A pointer moves a
// fault, too. What is left as it was keeps its moment, and the schedule can be played
// many times.
func TestBrowserLab_plan(t *testing.T) {
	const exact = 3_000_000_001 // nanoseconds
	run := labrun.Fragment(7, 5*time.Second, []labrun.Action{{At: exact, Verb: "cut-leader"}, {At: 4 * time.Second, Verb: "kill-leader", Node: "n2"}})
	address := staticSite(t)
	ctx := openedRun(t, address, run, 1366)
	key := func(keys string) {
		t.Helper()
		do(t, ctx, chromedp.KeyEvent(keys))
	}
	focus := func(id string) {
		t.Helper()
		eval[bool](t, ctx, `(document.getElementById(`+quote(id)+`).focus(), document.activeElement.id === `+quote(id)+`)`)
	}
	rows := func() string {
		t.Helper()
		return strings.Join(eval[[]string](t, ctx, `[...document.querySelectorAll("#plan-list input")].map(i => i.getAttribute("aria-label") + " " + i.getAttribute("aria-valuetext"))`), ", ")
	}
	want := func(want string) {
		t.Helper()
		if got := rows(); got != want {
			t.Errorf("planned: %s; want %s", got, want)
		}
	}
	focus("run-plan")
	key(kb.Enter)
	until(t, ctx, 10*time.Second, `document.activeElement.id === "plan-fault"`)
	want("Cut off the leader 3.0 s, Kill n2 4.0 s")

	fill(t, ctx, "plan-fault", "heal")
	focus("plan-second")
	eval[bool](t, ctx, `(document.activeElement.select(), true)`)
	key("5.5")
	key(kb.Enter)
	want("Cut off the leader 3.0 s, Kill n2 4.0 s, Heal everything 5.5 s")
	focus(eval[string](t, ctx, `[...document.querySelectorAll("#plan-list input")].at(-1).id`))
	key(kb.ArrowRight)
	key(kb.ArrowRight)
	key(kb.PageUp)
	want("Cut off the leader 3.0 s, Kill n2 4.0 s, Heal everything 6.7 s")
	focus(eval[string](t, ctx, `document.querySelectorAll("#plan-list button")[1].id`))
	key(kb.Enter)
	want("Cut off the leader 3.0 s, Heal everything 6.7 s")
	if focus := eval[string](t, ctx, `document.activeElement.getAttribute("aria-label")`); focus != "Remove: Heal everything, at 6.7 s" {
		t.Errorf("the focus is on %q", focus)
	}

	focus("plan-run")
	key(kb.Enter)
	until(t, ctx, time.Minute, `/^It runs\. The address is a link/.test(document.getElementById("plan-says").textContent)`)
	link := eval[string](t, ctx, `location.hash`)
	led, err := labrun.ReadFragment(strings.TrimPrefix(link, "#"))
	seed, at, actions := led.Seed, led.At, led.Actions
	if err != nil || seed != 7 || len(actions) != 2 || actions[0].At != exact || actions[1].Verb != "heal" || actions[1].At != 6700*time.Millisecond+1 || at <= actions[1].At {
		t.Fatalf("the link is to seed %d at %s, %v, %v", seed, at, actions, err)
	}
	until(t, ctx, 2*time.Minute, fmt.Sprintf("%s > %d", programAt, at.Milliseconds()))
	do(t, ctx, chromedp.Click(chromedp.CSS("#run-pause")))
	slide(t, ctx, float64(at.Milliseconds()))
	until(t, ctx, 10*time.Second, fmt.Sprintf("%s <= %d", programAt, at.Milliseconds()))
	was := eval[string](t, ctx, programHash)
	other := openedRun(t, address, strings.TrimPrefix(link, "#"), 390)
	if hash := eval[string](t, other, programHash); hash != was {
		t.Errorf("the link leads to the frame %s, the schedule led to %s", hash, was)
	}

	// On a phone: a finger or a mouse moves a fault to where it points.
	press(t, other, "#run-plan")
	until(t, other, 10*time.Second, `document.querySelectorAll("#plan-list input").length === 2`)
	fits(t, other, "plan")
	middle := eval[[]float64](t, other, `(() => { const i = document.querySelector("#plan-list input"); i.scrollIntoView({ block: "center" }); const b = i.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2] })()`)
	do(t, other, chromedp.MouseClickXY(middle[0], middle[1]))
	if at := eval[string](t, other, `document.querySelector("#plan-list input").getAttribute("aria-valuetext")`); !strings.HasPrefix(at, "10.") && !strings.HasPrefix(at, "9.9") {
		t.Errorf("the middle of an axis of 20 s is %s", at)
	}
	fill(t, other, "many-count", "1")
	press(t, other, "#plan-many")
	until(t, other, 2*time.Minute, manySays+` === "The run is counted."`)

	// There is an end to what a link can hold.
	eval[bool](t, other, `(() => { for (let i = 0; i < 450; i++) document.querySelector("[data-plan-add]").requestSubmit(); return true })()`)
	until(t, other, time.Minute, `/^There is no room for another fault/.test(document.getElementById("plan-says").textContent)`)
	press(t, other, "#plan-run")
	until(t, other, time.Minute, `/^It runs\./.test(document.getElementById("plan-says").textContent)`)
	if _, err := labrun.ReadFragment(strings.TrimPrefix(eval[string](t, other, `location.hash`), "#")); err != nil {
		t.Errorf("the longest schedule has a link that nobody reads: %v", err)
	}
}
