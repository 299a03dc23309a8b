//go:build browser

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

const (
	guideSays = `document.querySelector("[data-guide-says]").textContent.replace(/\s+/g, " ").trim()`
	guideIs   = `document.getElementById("guide").dataset.guide`
	guideOn   = `!document.getElementById("guide").hidden`
	ranAlone  = `document.querySelector("[data-lab-browser]").dataset.on === "yes"`
	toolsSeen = `document.getElementById("lab-kill")?.checkVisibility() === true`
	columnsAt = `Math.round(document.querySelector(".lab-columns").getBoundingClientRect().top + scrollY)`
)

var (
	lossWords = regexp.MustCompile(`^“(.+)” had its ok as message (\d+) of leader\. (\w+), at (n\d), has it\. (\w+), at (n\d), has “(.+)” there\. (.+)$`)
	endWords  = regexp.MustCompile(`By the end leader had lost (none|\d+) of (\d+) acknowledged messages, and quorum (none|\d+) of (\d+)\.`)
)

// chatLines are the lines that a reader sees in a chat of the lane leader.
func chatLines(t *testing.T, ctx context.Context, reader, place string) []string {
	t.Helper()
	return eval[[]string](t, ctx, fmt.Sprintf(`[...document.querySelectorAll('section[aria-label="leader lane as %s sees it at %s"] li')].filter(li => li.checkVisibility()).map(li => li.innerText)`, reader, place))
}

// judgedRun opens a run by its link in a window of its own and gives the figures of the
// exact judge there, and its proofs.
func judgedRun(t *testing.T, address, run string) (count func(string) string, proofs string) {
	t.Helper()
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#run="+base64.RawURLEncoding.EncodeToString([]byte(run))))
	until(t, ctx, time.Minute, `document.querySelector("[data-lab-browser]").dataset.ready === "yes" && document.getElementById("lab-verdicts") !== null`)
	return func(what string) string {
		n := eval[string](t, ctx, fmt.Sprintf(`document.querySelector('[data-judged-count="%s"]').textContent.trim()`, what))
		if n == "0" {
			return "none"
		}
		return n
	}, eval[string](t, ctx, `document.querySelector(".lab-proofs").textContent`)
}

// sameAsJudged holds the sentence's figures against the exact judge.
func sameAsJudged(t *testing.T, says string, count func(string) string) {
	t.Helper()
	got := endWords.FindStringSubmatch(says)
	if got == nil {
		t.Fatalf("the page says no figures: %s", says)
	}
	for i, what := range []string{"lost leader", "acknowledged leader", "lost quorum", "acknowledged quorum"} {
		if want := count(what); got[i+1] != want {
			t.Errorf("the page says %s: %s, and the exact judge %s", what, got[i+1], want)
		}
	}
}

// TestBrowserFirstMinute: a newcomer who knows only what is on the screen presses the
// one button, comes to the instant at which an acknowledged message stands in one chat
// and another one in its place in the other, reads what the exact judge says of that
// run, kills a leader, and then has everything, on the next visit, too. What is looked
// at stands still, and is in view together.
func TestBrowserFirstMinute(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1440, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/"))
	// It runs without a click, since it is seen.
	until(t, ctx, time.Minute, `document.querySelectorAll("#lane-leader .chat li").length > 8`)
	if n := eval[int](t, ctx, `[...document.querySelectorAll(".lab-page button")].filter(b => b.checkVisibility()).length`); n != 2 {
		t.Errorf("%d buttons are seen, want the one, and the one for everything", n)
	}
	if n := eval[int](t, ctx, `[...document.querySelectorAll(".lab-lane")].filter(b => b.checkVisibility()).length`); n != 2 {
		t.Errorf("%d lanes are seen, want 2", n)
	}
	stands := eval[int](t, ctx, columnsAt)
	still := func(when string) {
		t.Helper()
		if at := eval[int](t, ctx, columnsAt); at != stands {
			t.Errorf("%s: the lanes are %d px from the top, and were %d", when, at, stands)
		}
	}
	press(t, ctx, "#guide-next")
	until(t, ctx, time.Minute, guideIs+` === "film"`)
	still("in the film")
	until(t, ctx, time.Minute, guideIs+` === "instant"`)
	still("at the instant")
	says := eval[string](t, ctx, guideSays)
	words := lossWords.FindStringSubmatch(says)
	if words == nil {
		t.Fatalf("at the instant the page says: %s", says)
	}
	body, seq, other := words[1], words[2], words[7]
	for _, seat := range []struct{ reader, place, stands, missing string }{
		{words[3], words[4], seq + " " + body, other}, {words[5], words[6], seq + " " + other, body},
	} {
		lines := strings.Join(chatLines(t, ctx, seat.reader, seat.place), "\n") + "\n"
		if !strings.Contains(lines, seat.stands) || strings.Contains(lines, " "+seat.missing+"\n") || strings.Contains(lines, " "+seat.missing+" ") {
			t.Errorf("%s, at %s, sees\n%swant %q, and not %q", seat.reader, seat.place, lines, seat.stands, seat.missing)
		}
	}
	if marks := eval[[]string](t, ctx, `[...document.querySelectorAll("#lab-frame [data-guide-mark]")].map(li => li.querySelector("b").textContent)`); len(marks) != 2 || marks[0] != seq || marks[1] != seq {
		t.Errorf("marked are the messages %q, want %s in both chats", marks, seq)
	}
	// Chats, verdicts and axis are in view together.
	for _, what := range []string{".lab-guide", "#lane-quorum .verdict", "#lane-leader .verdict", "#lane-leader .chats", "#lane-quorum .chats", "#lab-axis"} {
		if seen := eval[bool](t, ctx, `(b => b.top >= 0 && b.bottom <= innerHeight && b.height > 0)(document.querySelector(`+quote(what)+`).getBoundingClientRect())`); !seen {
			t.Errorf("%s is not in view", what)
		}
	}
	count, proofs := judgedRun(t, address, `[1,15000,[[5000000001,"play","","","cut-off"]]]`)
	sameAsJudged(t, says, count)
	if want := "“" + body + "” had its ok as message " + seq + " at "; !strings.Contains(proofs, want) || count("lost leader") == "none" {
		t.Errorf("the exact judge does not say that %s: %s", want, proofs)
	}

	press(t, ctx, "#guide-next") // now you
	until(t, ctx, time.Minute, `/^Now you\. n\d leads/.test(`+guideSays+`)`)
	still("at the reader's turn")
	press(t, ctx, "#guide-next") // kill
	until(t, ctx, time.Minute, `/^n\d took over: for [\d,]+ ms nobody got an ok in quorum\. Lost so far: 0 in quorum, /.test(`+guideSays+`)`)
	still("after the kill")
	lost := eval[string](t, ctx, `document.querySelector("[data-lane-lost=leader]").textContent.trim()`)
	if says := eval[string](t, ctx, guideSays); strings.Contains(says, "shows no loss") != (lost == "0") {
		t.Errorf("the lane leader lost %s, and the page says: %s", lost, says)
	}

	press(t, ctx, "#guide-next") // everything
	until(t, ctx, 10*time.Second, toolsSeen+` && !`+guideOn)
	do(t, ctx, chromedp.Navigate(address+"/"), chromedp.Navigate(address+"/lab/"))
	until(t, ctx, 10*time.Second, `document.getElementById("guide-again").checkVisibility()`)
	if eval[bool](t, ctx, guideOn) {
		t.Error("the choice of everything is not remembered")
	}
	press(t, ctx, "#guide-again")
	until(t, ctx, 10*time.Second, guideOn+` && `+guideIs+` === "invite"`)
}

// TestBrowserFirstMinute_quiet: who wants little motion or data gets nothing that starts
// by itself, and the instant without the film before it. On a phone nothing scrolls
// sideways, and the axis stays beside the chats. axe-core finds nothing.
func TestBrowserFirstMinute_quiet(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 390, 844)
	do(t, ctx, prefer("dark"), chromedp.Navigate(address+"/lab/"))
	until(t, ctx, 30*time.Second, guideOn)
	eval[bool](t, ctx, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true), 0))))`)
	if eval[bool](t, ctx, ranAlone) {
		t.Error("it starts by itself where little motion is wanted")
	}
	press(t, ctx, "#guide-next")
	until(t, ctx, time.Minute, guideIs+` === "instant"`)
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	eval[bool](t, ctx, string(axe)+"; true")
	for _, size := range [][2]int64{{320, 700}, {390, 844}, {1440, 900}} {
		do(t, ctx, chromedp.EmulateViewport(size[0], size[1]))
		if over := eval[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%d: the page is %d px wider than the screen: %s", size[0], over, eval[string](t, ctx, widest))
		}
		eval[bool](t, ctx, `(document.querySelector("#lane-leader .chats").scrollIntoView({ block: "center", behavior: "instant" }), true)`)
		until(t, ctx, 10*time.Second, `(b => b.top >= 0 && b.bottom <= innerHeight + 1)(document.querySelector("#lab-axis").getBoundingClientRect())`)
		for _, scheme := range []string{"light", "dark"} {
			do(t, ctx, prefer(scheme))
			for _, violation := range eval[[]string](t, ctx, runAxe) {
				t.Errorf("%s, %d pixels: %s", scheme, size[0], violation)
			}
		}
	}
}

// TestBrowserFirstMinute_nothing: a story that loses nothing is not told as if it did.
func TestBrowserFirstMinute_nothing(t *testing.T) {
	files := http.FileServer(http.Dir(builtSite(t)))
	planted := false
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "lab-browser") {
			files.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		got := httptest.NewRecorder()
		files.ServeHTTP(got, r)
		script := bytes.Replace(got.Body.Bytes(), []byte(`"cut-off"`), []byte(`"slow-disk"`), 1)
		planted = planted || !bytes.Equal(script, got.Body.Bytes())
		w.Header().Set("Content-Type", got.Header().Get("Content-Type"))
		w.Write(script)
	}))
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/"))
	until(t, ctx, 30*time.Second, guideOn)
	press(t, ctx, "#guide-next")
	until(t, ctx, time.Minute, guideIs+` === "instant"`)
	if !planted {
		t.Fatal("the story was not replaced")
	}
	says := eval[string](t, ctx, guideSays)
	count, _ := judgedRun(t, address, `[1,15000,[[5000000001,"play","","","slow-disk"]]]`)
	sameAsJudged(t, says, count)
	if count("lost leader") != "none" || !strings.HasSuffix(says, "This run shows no loss.") || strings.Contains(says, "had its ok") {
		t.Errorf("the lane leader lost %s, and the page says: %s", count("lost leader"), says)
	}
}

// TestBrowserLab_doubleClick: the second click of a double click on Kill would strike the
// successor, and two of three are the majority.
func TestBrowserLab_doubleClick(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	press(t, ctx, "#run-enter")
	until(t, ctx, time.Minute, programAt+` > 3000 && /^n\d/.test(document.querySelector("[data-testid=leader]")?.textContent.trim() ?? "")`)
	at := eval[[]float64](t, ctx, `(b => [b.x + b.width / 2, b.y + b.height / 2])(document.getElementById("lab-kill").getBoundingClientRect())`)
	const leader = `document.querySelector("[data-testid=leader]").textContent.trim()`
	old := eval[string](t, ctx, leader)
	for click := range int64(2) {
		for _, kind := range []input.DispatchMouseEventType{"mousePressed", "mouseReleased"} {
			do(t, ctx, call(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: "left", ClickCount: click + 1}))
		}
		// The successor is there within a double click's time.
		until(t, ctx, 20*time.Second, `/^n\d/.test(`+leader+`) && `+leader+` !== `+quote(old))
	}
	struck := eval[float64](t, ctx, programAt)
	until(t, ctx, time.Minute, fmt.Sprintf("%s > %f", programAt, struck+2000))
	if n := eval[string](t, ctx, `document.querySelector("[data-lab-browser]").dataset.actions`); n != "1" {
		t.Errorf("a double click on Kill acts %s times", n)
	}
	if n := eval[int](t, ctx, `document.querySelectorAll(".lab-node[data-is=down]").length`); n != 1 {
		t.Errorf("%d nodes are down after a double click on Kill", n)
	}
}

// TestBrowserLab_stands: with everything shown, chats, verdicts and axis are in view
// together on a laptop, and none of them moves when a story begins and ends.
func TestBrowserLab_stands(t *testing.T) {
	address := staticSite(t)
	ctx := tab(t, address, 1440, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
	press(t, ctx, "#run-enter")
	until(t, ctx, time.Minute, programAt+` > 3000`)
	eval[bool](t, ctx, `(scrollTo({ top: 0, behavior: "instant" }), (s => { s.value = [...s.options].at(-1).value; s.dispatchEvent(new Event("change")); })(document.querySelector("#run-pace")), true)`)
	const places = `[".lab-columns", "#lane-leader .chats", "#lane-leader .chats|bottom", "#lab-axis", "#lab-axis|bottom"].map(q => q.split("|")).map(([q, edge]) => Math.round(document.querySelector(q).getBoundingClientRect()[edge ?? "top"]))`
	first := eval[[]int](t, ctx, places)
	if first[2] > first[3] || first[4] > 900 {
		t.Errorf("the chats end at %d px, and the axis is from %d to %d", first[2], first[3], first[4])
	}
	eval[bool](t, ctx, `(document.getElementById("play-cut-off").click(), true)`)
	for _, over := range []string{"no", "yes"} {
		until(t, ctx, time.Minute, `document.getElementById("lab-playing")?.dataset.over === `+quote(over))
		if now := eval[[]int](t, ctx, places); !slices.Equal(now, first) {
			t.Errorf("over: %s: lanes, chats and axis are at %v, and were at %v", over, now, first)
		}
		if wide := eval[int](t, ctx, `Math.round(document.querySelector("#run-seed").closest("details").getBoundingClientRect().right)`); wide > 1440 {
			t.Errorf("over: %s: the controls of the run end at %d px", over, wide)
		}
	}
}
