//go:build browser

package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	inLane    = "#lane-leader .witness a"
	inList    = `.lab-proofs [data-lost="yes"][data-lane="leader"]`
	chatMarks = `[...document.querySelectorAll("#lane-leader .chat")].map(c => [...c.querySelectorAll("[data-guide-mark]")].map(li => li.dataset.guideMark + " " + li.querySelector("b").textContent).join(","))`
	onAxis    = `document.activeElement?.id === "lab-axis"`
	chatSeen  = `(b => b.top >= 0 && b.bottom <= innerHeight && b.height > 0)(document.querySelector("#lane-leader .chats").getBoundingClientRect())`
)

var proofWords = regexp.MustCompile(`(\w+)’s “(\w+) \d+” (?:had its ok as|was called a duplicate of) message (\d+) at (\d+\.\d) s; n\d (?:shows \w+’s “\w+ \d+” as message (\d+)|ends at message \d+) at \d+\.\d s; therefore an acknowledged message was lost\.`)

// proofAt is the moment that the words of a proof give, which are those of the chats.
func proofAt(t *testing.T, ctx context.Context, link string) string {
	t.Helper()
	says := eval[string](t, ctx, `document.querySelector(`+quote(link)+`).parentElement.textContent.replace(/\s+/g, " ")`)
	words := proofWords.FindStringSubmatch(says)
	if words == nil || words[1] != words[2] || words[5] != "" && words[5] != words[3] {
		t.Fatalf("%s says: %s", link, says)
	}
	return words[4]
}

// TestBrowserLab_proof: each proof, in the lane and in the exact judge's list, is a link
// to its instant. Pressed by keys or by pointer, it shows both
// chats as they were, one with the message and one with another in its place, and goes to
// the axis. Its address opens the instant in another window.
func TestBrowserLab_proof(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1440, 900)
	run := func(hash string) {
		t.Helper()
		do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address+"/lab/"+hash))
		until(t, ctx, time.Minute, `document.querySelector("[data-lab-browser]")?.dataset.ready === "yes" && document.getElementById("lab-frame") !== null`)
	}
	whole := "#run=" + base64.RawURLEncoding.EncodeToString([]byte(`[1,15000,[[5000000001,"play","","","cut-off"]]]`))
	for _, c := range []struct {
		link, by string
		wide     int64
	}{{inList, "keys", 1440}, {inLane, "pointer", 1440}, {inList, "pointer", 390}} {
		name := fmt.Sprintf("%s by %s at %d px", c.link, c.by, c.wide)
		do(t, ctx, chromedp.EmulateViewport(c.wide, 844))
		run(whole)
		until(t, ctx, time.Minute, `document.querySelector(`+quote(c.link)+`) !== null`)
		at := proofAt(t, ctx, c.link)
		link := eval[string](t, ctx, `document.querySelector(`+quote(c.link)+`).getAttribute("href")`)
		if c.by == "keys" {
			eval[bool](t, ctx, `(document.querySelector(`+quote(c.link)+`).focus(), true)`)
			do(t, ctx, chromedp.KeyEvent(kb.Enter))
		} else {
			do(t, ctx, chromedp.Click(chromedp.CSS(c.link)))
		}
		until(t, ctx, 30*time.Second, onAxis+` && `+chatMarks+`.every(m => m !== "")`)
		marks := eval[[]string](t, ctx, chatMarks)
		seq := eval[string](t, ctx, `document.querySelector("[data-guide-mark]").querySelector("b").textContent`)
		if a, b := "told "+seq, "instead "+seq; len(marks) != 2 || !(marks[0] == a && marks[1] == b || marks[0] == b && marks[1] == a) {
			t.Errorf("%s: the chats mark %q", name, marks)
		}
		var from float64
		fmt.Sscan(at, &from)
		if shows := eval[float64](t, ctx, programAt); shows < 1000*from-250 || shows > 1000*from+8000 {
			t.Errorf("%s: the page shows %v ms of the run, and the proof is at %s s", name, shows, at)
		}
		until(t, ctx, 10*time.Second, chatSeen)
		if text := eval[string](t, ctx, `document.getElementById("lab-axis").getAttribute("aria-valuetext")`); !regexp.MustCompile(`^\d+\.\d s of the run\. `).MatchString(text) {
			t.Errorf("%s: the axis is called %q", name, text)
		}
		if over := eval[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: the page is %d px wider than the screen: %s", name, over, eval[string](t, ctx, widest))
		}
		if c.by != "keys" {
			continue // the addresses are made in the same way
		}
		shown := eval[float64](t, ctx, programAt)
		copied := eval[string](t, ctx, `location.hash`)
		run(copied)
		if again := eval[float64](t, ctx, programAt); again != shown {
			t.Errorf("%s: the address shows %v ms, and the page showed %v", name, again, shown)
		}
		run(link)
		if opened := eval[float64](t, ctx, programAt); opened > 1000*from+50 || opened < 1000*from-250 {
			t.Errorf("%s: its address shows %v ms, and the proof is at %s s", name, opened, at)
		}
	}
}

// TestBrowserLab_proof_live: on a server's laboratory a proof shows its instant from what
// the page has kept, and says so where it has kept nothing of it.
func TestBrowserLab_proof_live(t *testing.T) {
	address := serveSite(t)
	ctx := tab(t, address, 1440, 900)
	const (
		looking = `document.getElementById("lab").dataset.past === "yes"`
		since   = `(d => d.at - d.began)(document.getElementById("lab-frame").dataset)`
		says    = `document.querySelector("[data-lab-answer]").textContent`
	)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	until(t, ctx, 30*time.Second, `/^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent.trim() ?? "") && document.querySelectorAll(".lab-node:is([data-is=up], [data-is=leader])").length === 3`)
	play(t, ctx, "cut-off")
	until(t, ctx, 10*time.Second, `document.querySelector(`+quote(inList)+`) !== null`)
	at := proofAt(t, ctx, inList)
	eval[bool](t, ctx, `(document.querySelector(`+quote(inList)+`).focus(), true)`)
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 30*time.Second, looking+` && `+onAxis)
	var from float64
	fmt.Sscan(at, &from)
	until(t, ctx, 10*time.Second, fmt.Sprintf(`%s >= %f && %s <= %f`, since, 1000*from-1100, since, 1000*from+8000))
	if words := eval[string](t, ctx, `document.querySelector("[data-lab-axis-says]").textContent`); !regexp.MustCompile(`^\d+ s ago, \d+\.\d s of the run\. `).MatchString(words) {
		t.Errorf("the axis says %q", words)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, 10*time.Second, `!(`+looking+`)`)
	if n := eval[int](t, ctx, `document.querySelectorAll("[data-guide-mark]").length`); n > 0 {
		t.Errorf("%d lines are still marked", n)
	}

	// Another page has seen nothing of it.
	late := tab(t, address, 1440, 900)
	do(t, late, chromedp.Navigate(address+"/lab/#lab"))
	until(t, late, 30*time.Second, `document.querySelector(`+quote(inList)+`) !== null && document.querySelector("[data-lab-link]").textContent === "Live"`)
	at = proofAt(t, late, inList)
	eval[bool](t, late, `(document.querySelector(`+quote(inList)+`).focus(), true)`)
	do(t, late, chromedp.KeyEvent(kb.Enter))
	until(t, late, 10*time.Second, says+` === `+quote("This page no longer holds "+at+" s of the run: it keeps what it has shown in the last minute."))
	if eval[bool](t, late, looking) {
		t.Error("the page looks back to what it does not have")
	}
}
