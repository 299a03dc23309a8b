//go:build browser

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const decisionPath = "/adr/0001-use-a-log/"

// reviewPage serves a small site of its own.
func reviewPage(t *testing.T) string {
	return serveSite(t, "--dir", reviewedSite(t), "--no-cluster")
}

// selectWords selects words on the page as a mouse would.
func selectWords(t *testing.T, ctx context.Context, words string) {
	t.Helper()
	if !eval[bool](t, ctx, fmt.Sprintf(`(() => {
		const words = %s;
		for (const block of document.querySelectorAll("main [data-b]")) {
			const node = [...block.childNodes].find(n => n.nodeType === 3 && n.data.includes(words));
			if (!node) continue;
			const range = document.createRange();
			range.setStart(node, node.data.indexOf(words));
			range.setEnd(node, node.data.indexOf(words) + words.length);
			getSelection().removeAllRanges();
			getSelection().addRange(range);
			return true;
		}
		return false;
	})()`, quote(words))) {
		t.Fatalf("the page does not have %q", words)
	}
}

func click(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	until(t, ctx, 15*time.Second, fmt.Sprintf(`!!document.querySelector(%s)`, quote(selector)))
	eval[bool](t, ctx, fmt.Sprintf(`(document.querySelector(%s).click(), true)`, quote(selector)))
}

// write types into a field as a keyboard would, and leaves it focused.
func write(t *testing.T, ctx context.Context, selector, text string) {
	t.Helper()
	until(t, ctx, 15*time.Second, fmt.Sprintf(`!!document.querySelector(%s)`, quote(selector)))
	eval[bool](t, ctx, fmt.Sprintf(`(document.querySelector(%s).focus(), true)`, quote(selector)))
	do(t, ctx, chromedp.KeyEvent(text))
}

// beCalled changes who comments from this browser.
func beCalled(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if status := eval[int](t, ctx, fmt.Sprintf(`fetch("/whoami", {method: "POST", body: new URLSearchParams({name: %s, email: %s})}).then(r => r.status)`, quote(name), quote("x"+fmt.Sprint(len(name))+"@example.org"))); status != 200 {
		t.Fatalf("whoami: %d", status)
	}
}

// TestBrowserReview_two: Ada at a laptop and Bea at a phone review one page at
// once.
func TestBrowserReview_two(t *testing.T) {
	address := reviewPage(t)
	ada, bea := tab(t, address, 1440, 900), tab(t, address, 390, 844)
	do(t, ada, chromedp.Navigate(address+decisionPath))
	do(t, bea, chromedp.Navigate(address+decisionPath))
	beCalled(t, bea, "Bea")
	do(t, bea, chromedp.Reload())

	selectWords(t, ada, "one log per shard")
	click(t, ada, ".review-selection button")
	if got := eval[string](t, ada, `document.querySelector(".composer .quote").textContent`); got != "one log per shard" {
		t.Errorf("the composer quotes %q", got)
	}
	click(t, ada, `.composer input[value=blocking]`)
	write(t, ada, ".composer textarea", "Why **one**?")
	click(t, ada, ".composer button[type=submit]")
	until(t, ada, 15*time.Second, `!!document.querySelector("#review .threads.open .thread.is-blocking")`)
	until(t, ada, 5*time.Second, `document.querySelector(".threads.open > li").classList.contains("placed")`)
	beside := eval[[]float64](t, ada, `(() => { const t = document.querySelector(".threads.open .thread").getBoundingClientRect(), m = document.querySelector("main .prose").getBoundingClientRect(); return [t.left - m.right, t.width]; })()`)
	if beside[0] < 0 || beside[1] < 200 {
		t.Errorf("the thread is not beside the text: %v", beside)
	}
	if n := eval[int](t, ada, `CSS.highlights.get("review-active").size + CSS.highlights.get("review-blocking").size`); n != 1 {
		t.Errorf("%d passages are painted", n)
	}

	// Bea sees it without doing anything, in the bar as well, opens it below its words,
	// and answers there.
	until(t, bea, 15*time.Second, `!!document.querySelector(".thread.is-blocking")`)
	if bar := eval[string](t, bea, `document.querySelector("#review-bar").textContent`); !strings.Contains(bar, "1 open blocker") {
		t.Errorf("Bea's bar says %q", bar)
	}
	click(t, bea, ".review-marks button")
	until(t, bea, 5*time.Second, `document.querySelector(".threads > li.placed.below .thread.active")?.getBoundingClientRect().top < innerHeight`)
	if over := eval[int](t, bea, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("the phone scrolls sideways by %d pixels", over)
	}
	// Ada is typing when the answer comes.
	write(t, ada, ".reply textarea", "I was about to s")
	write(t, bea, ".below .reply textarea", "Because it is simple.")
	place := eval[float64](t, bea, `scrollY`)
	click(t, bea, ".below .reply button[type=submit]")
	until(t, bea, 15*time.Second, `document.querySelectorAll(".below .comment").length === 2`)
	if now := eval[float64](t, bea, `scrollY`); now != place {
		t.Errorf("an answer on the phone moved the text from %.0f to %.0f", place, now)
	}
	until(t, ada, 15*time.Second, `[...document.querySelectorAll(".comment strong")].some(s => s.textContent === "Bea")`)
	until(t, ada, 5*time.Second, `document.querySelector(".reply textarea").value === "I was about to s"`)
	if got := eval[string](t, ada, `document.activeElement.name`); got != "body" {
		t.Errorf("the focus went to %q", got)
	}
	if got := eval[string](t, ada, `document.querySelector("[data-review-status]").textContent`); !strings.Contains(got, "Bea") {
		t.Errorf("a screen reader hears %q", got)
	}
	do(t, ada, chromedp.KeyEvent("ay so."))
	click(t, ada, ".reply button[type=submit]")
	until(t, bea, 15*time.Second, `[...document.querySelectorAll(".comment-body")].some(c => c.textContent.includes("I was about to say so."))`)

	// No answer: nothing is lost, and a second try doubles nothing.
	eval[bool](t, ada, `(window.honest = window.fetch, window.fetch = () => Promise.reject(new Error("offline")), true)`)
	write(t, ada, ".reply textarea", "Sent twice.")
	click(t, ada, ".reply button[type=submit]")
	until(t, ada, 10*time.Second, `!!document.querySelector(".reply .review-error")`)
	if got := eval[string](t, ada, `document.querySelector(".reply textarea").value`); got != "Sent twice." {
		t.Errorf("the text became %q", got)
	}
	eval[bool](t, ada, `(window.fetch = window.honest, true)`)
	click(t, ada, ".reply button[type=submit]")
	until(t, bea, 15*time.Second, `[...document.querySelectorAll(".comment-body")].filter(c => c.textContent.includes("Sent twice.")).length === 1`)

	// A draft survives a reload, and goes with the review.
	selectWords(t, bea, "a log grows")
	click(t, bea, ".review-selection button")
	write(t, bea, ".composer textarea", "How fast?")
	do(t, bea, chromedp.Reload())
	until(t, bea, 10*time.Second, `document.querySelector("[data-drafts]")?.textContent.includes("How fast?") && document.querySelector(".composer.placed textarea").value.includes("How fast?")`)
	eval[bool](t, ada, `(document.querySelector(".thread details.more").open = true)`)
	click(t, ada, `.thread form[action$="/resolve"] button`)
	until(t, bea, 15*time.Second, `!!document.querySelector(".thread.is-resolved")`)
	// Two clicks approve.
	click(t, bea, ".bar-submit")
	click(t, bea, "[data-verdict]:popover-open button[value=approve]")
	until(t, ada, 15*time.Second, `!!document.querySelector(".verdict.approved") && [...document.querySelectorAll(".thread")].some(t => t.textContent.includes("How fast?"))`)
	if left := eval[string](t, bea, `document.querySelector("[data-drafts]").textContent + document.querySelectorAll(".composer").length`); left != "0" {
		t.Errorf("a draft is left: %q", left)
	}

	// Ada decides, and hers is the last approval that is needed: it is typed. The keys
	// lead to where.
	eval[bool](t, ada, `(document.activeElement.blur(), true)`)
	do(t, ada, chromedp.KeyEvent("a"))
	until(t, ada, 5*time.Second, `document.activeElement.matches("[data-verdict]:popover-open [name=confirm]")`)
	click(t, ada, "[data-verdict] button[value=approve]")
	until(t, ada, 5*time.Second, `!!document.querySelector("[data-verdict] .review-error")`)
	if n := eval[int](t, ada, `document.querySelectorAll(".verdict.approved").length`); n != 1 {
		t.Errorf("the last approval needs no confirmation: %d approvals", n)
	}
	eval[bool](t, ada, `(document.querySelector("[data-verdict] [name=confirm]").value = "", true)`)
	write(t, ada, "[data-verdict] [name=confirm]", "approve")
	do(t, ada, chromedp.KeyEvent(kb.Enter))
	until(t, bea, 15*time.Second, `document.querySelectorAll(".verdict.approved").length === 2 && document.querySelector("#review-bar").textContent.includes("2 approvals")`)
}

// TestBrowserReview_keyboard comments, answers and finds threads without a mouse.
func TestBrowserReview_keyboard(t *testing.T) {
	address := reviewPage(t)
	ctx := tab(t, address, 1280, 900)
	do(t, ctx, chromedp.Navigate(address+decisionPath))
	until(t, ctx, 10*time.Second, `!!document.querySelector("#review[data-live]")`)
	do(t, ctx, chromedp.KeyEvent("jj"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches("[data-b].review-cursor")`)
	at := eval[string](t, ctx, `document.activeElement.textContent`)
	do(t, ctx, chromedp.KeyEvent("c"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, ctx, chromedp.KeyEvent("By keyboard."))
	do(t, ctx, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	until(t, ctx, 15*time.Second, `document.activeElement.matches(".thread")`)
	if got := eval[string](t, ctx, `document.querySelector(".thread .quote").textContent.trim()`); got == "" || !strings.HasPrefix(at, strings.TrimSuffix(got, "…")) {
		t.Errorf("the thread is on %q, the cursor was on %q", got, at)
	}
	// A suggested edit, with the block's own source to begin with.
	do(t, ctx, chromedp.KeyEvent("j"), chromedp.KeyEvent("c"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, ctx, chromedp.KeyEvent("Shorter."))
	eval[bool](t, ctx, `([...document.querySelectorAll(".composer button")].find(b => b.textContent === "Suggest an edit").focus(), true)`)
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 10*time.Second, `document.querySelector(".composer textarea[name=suggestion]")?.value.length > 5`)
	do(t, ctx, chromedp.KeyEvent(" Really."), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	until(t, ctx, 15*time.Second, `document.querySelector(".suggestion ins")?.textContent.includes("Really.")`)
	do(t, ctx, chromedp.KeyEvent("j"), chromedp.KeyEvent("n"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches(".thread.active")`)
	do(t, ctx, chromedp.KeyEvent(kb.Tab))
	for range 12 {
		if eval[bool](t, ctx, `document.activeElement.matches(".reply textarea")`) {
			break
		}
		do(t, ctx, chromedp.KeyEvent(kb.Tab))
	}
	do(t, ctx, chromedp.KeyEvent("Answered too."), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 15*time.Second, `document.querySelectorAll(".comment").length === 3`)
}

// TestBrowserReview_payloads shows comments, names and quotes of an attacker, and
// expects nothing to happen.
func TestBrowserReview_payloads(t *testing.T) {
	corpus, err := os.ReadFile("../../site/markdown/testdata/payloads.txt")
	if err != nil {
		t.Fatal(err)
	}
	address := reviewPage(t)
	ctx := tab(t, address, 1280, 900)
	if err := chromedp.Listen(ctx, func(event any) {
		if dialog, ok := event.(*page.EventJavascriptDialogOpening); ok {
			t.Errorf("a dialog opened: %s", dialog.Message)
		}
	}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+decisionPath))
	beCalled(t, ctx, `<img src=x onerror=alert(1)>`)
	var bodies []string
	for part := range bytes.SplitSeq(corpus, []byte("\n")) {
		if n := len(bodies); n > 0 && len(bodies[n-1]) < 400 {
			bodies[n-1] += "\n\n" + string(part)
		} else {
			bodies = append(bodies, string(part))
		}
	}
	for i, body := range bodies {
		request, err := json.Marshal(map[string]any{"id": fmt.Sprint("p", i), "body": body, "intent": "question"})
		if err != nil {
			t.Fatal(err)
		}
		if status := eval[int](t, ctx, fmt.Sprintf(`fetch("/api/reviews/adr/0001/threads", {method: "POST", headers: {"content-type": "application/json"}, body: %s}).then(r => r.status)`, quote(string(request)))); status != 201 {
			t.Fatalf("payload %d: %d\n%s", i, status, body)
		}
	}
	for _, path := range []string{decisionPath, "/reviews/"} {
		do(t, ctx, chromedp.Navigate(address+path))
		until(t, ctx, 15*time.Second, fmt.Sprintf(`document.querySelectorAll(".thread, .listed li").length >= %d`, len(bodies)))
		for _, wrong := range eval[[]string](t, ctx, `[...document.querySelectorAll(".comment-body *, .comment-head *, .listed *")].flatMap(e => {
			const wrong = [];
			if (/^(script|img|svg|math|iframe|object|embed|style|link|meta|base|form|input|video|audio|details|marquee)$/i.test(e.localName)) wrong.push(e.outerHTML);
			for (const a of e.attributes) if (/^on|^style$|^srcdoc$/i.test(a.name) || /^\s*(javascript|data|vbscript):/i.test(a.value)) wrong.push(e.outerHTML);
			return wrong;
		})`) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
}

// TestBrowserReview_accessible runs axe-core on a page with a review in every
// state.
func TestBrowserReview_accessible(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	address := reviewPage(t)
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+decisionPath))
	for i, body := range []string{
		`{"id":"a","body":"Why?\n\n> quoted\n\n` + "```\\ncode\\n```" + `","intent":"question","anchor":{"quote":"one log per shard"}}`,
		`{"id":"b","body":"No.","intent":"blocking","anchor":{"block":2}}`,
		`{"id":"c","body":"Nice."}`,
		`{"id":"d","body":"Shorter.","suggestion":"We keep one log.","anchor":{"quote":"We keep one log per shard."}}`,
	} {
		if status := eval[int](t, ctx, fmt.Sprintf(`fetch("/api/reviews/adr/0001/threads", {method: "POST", headers: {"content-type": "application/json"}, body: %s}).then(r => r.status)`, quote(body))); status != 201 {
			t.Fatalf("thread %d: %d", i, status)
		}
	}
	for _, request := range []string{
		`fetch("/api/reviews/adr/0001/comments/a", {method: "PATCH", headers: {"content-type": "application/json"}, body: '{"body":"Why one?"}'})`,
		`fetch("/api/reviews/adr/0001/comments/c", {method: "DELETE"})`,
		`fetch("/api/reviews/adr/0001/threads/c/resolve", {method: "POST", headers: {"content-type": "application/json"}, body: '{"kind":"declined","reason":"No."}'})`,
	} {
		if status := eval[int](t, ctx, request+".then(r => r.status)"); status != 200 {
			t.Fatalf("%s: %d", request, status)
		}
	}
	for _, path := range []string{decisionPath, "/reviews/", "/whoami"} {
		do(t, ctx, chromedp.Navigate(address+path))
		eval[bool](t, ctx, string(axe)+"; true")
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{320, 1366} {
				do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 900))
				if path == decisionPath {
					eval[bool](t, ctx, `(document.querySelectorAll("#review details").forEach(d => { d.open = true; }), true)`)
				}
				for _, violation := range eval[[]string](t, ctx, runAxe) {
					t.Errorf("%s, %s, %d pixels: %s", path, scheme, width, violation)
				}
				if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s, %d pixels: it scrolls sideways by %d", path, width, over)
				}
			}
		}
	}
	do(t, ctx, chromedp.Navigate(address+decisionPath), chromedp.KeyEvent("jjc"))
	until(t, ctx, 10*time.Second, `!!document.querySelector(".composer")`)
	eval[bool](t, ctx, string(axe)+"; true")
	for _, violation := range eval[[]string](t, ctx, runAxe) {
		t.Errorf("with the composer: %s", violation)
	}
}
