//go:build browser

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// crowdedSite is a site with one long record.
func crowdedSite(t *testing.T) string {
	t.Helper()
	dir := reviewedSite(t)
	var b strings.Builder
	b.WriteString("---\nstatus: proposed\ndate: 2026-01-04\ndecision-makers: [Ada]\n---\n# Say much\n\n## Context\n\n")
	for i := range 12 {
		fmt.Fprintf(&b, "Paragraph %d begins here. It has enough words to fill several lines on a phone, and a word like word%d by which a comment can find it again.\n\n", i, i)
	}
	b.WriteString("## Options\n\n")
	for i := range 8 {
		fmt.Fprintf(&b, "- Option %d, with a word like option%d in it.\n", i, i)
	}
	b.WriteString("\n## Decision\n\n| Case | Answer |\n|---|---|\n| cell one | cell two |\n| cell three | cell four |\n\n```go\nfunc first() {}\n\nfunc second() {}\n```\n\nThe last paragraph ends the text.\n")
	if err := os.WriteFile(filepath.Join(dir, "adr/0003-say-much.md"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

const crowdedPath = "/adr/0003-say-much/"

// crowd opens threads all over a page, ten of them on one paragraph.
func crowd(t *testing.T, ctx context.Context, page string, n int) {
	t.Helper()
	if said := eval[string](t, ctx, fmt.Sprintf(`(async () => {
		const blocks = [...document.querySelectorAll("main .prose [data-b]")].filter(b => b.getClientRects().length > 0);
		for (let i = 0; i < %d; i++) {
			const block = i < 10 ? blocks.find(b => b.textContent.includes("word5")) : blocks[(i * 7) %% blocks.length];
			const plain = block.cloneNode(true);
			plain.querySelectorAll(".permalink, .copy").forEach(e => e.remove());
			const text = plain.textContent.trim().split(/\s+/);
			const quote = i < 10 ? ["Paragraph 5 begins", "enough words", "several lines", "on a phone", "word5", "find it", "It has", "to fill", "by which", "again"][i] : i %% 3 ? text.slice(0, 2).join(" ") : "";
			const anchor = quote && !block.matches("pre") ? { block: Number(block.dataset.b), quote } : { block: Number(block.dataset.b) };
			const body = "Thread " + i + ". " + "It is said at length. ".repeat(i %% 5);
			const r = await fetch("/api/reviews/%s/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id: "thread-" + i, body, intent: i %% 4 ? "comment" : "question", anchor }) });
			if (!r.ok) return i + ": " + quote + ": " + await r.text();
		}
		return "";
	})()`, n, page)); said != "" {
		t.Fatal(said)
	}
}

// where is the active card and its passage, in the window.
const where = `(() => {
	const thread = document.querySelector(".thread.active");
	if (!thread) return null;
	const card = thread.parentElement.getBoundingClientRect(), d = thread.dataset;
	const block = document.querySelector('main [data-b="' + d.block + '"]');
	let words = block.getBoundingClientRect();
	const painted = [...(CSS.highlights.get("review-active") ?? [])];
	if (Number(d.end) > 0) { if (painted.length !== 1) return null; words = painted[0].getBoundingClientRect(); }
	const header = Math.max(document.querySelector(".site-header").getBoundingClientRect().bottom, 0);
	const bar = document.querySelector("#review-bar").getBoundingClientRect();
	const low = bar.top > innerHeight / 2;
	return { Thread: thread.id, Card: card.top, CardEnd: card.bottom, Left: card.left, Right: card.right, Words: words.top, WordsEnd: words.bottom, WordsRight: words.right,
		Top: low ? header : bar.bottom, Bottom: low ? bar.top : innerHeight, Width: document.documentElement.clientWidth, Scroll: document.documentElement.scrollWidth };
})()`

type stands struct {
	Thread                                                  string
	Card, CardEnd, Left, Right, Words, WordsEnd, WordsRight float64
	Top, Bottom, Width, Scroll                              float64
}

// TestBrowserReview_level: with 65 threads, each card stands level with its passage
// when it is the active one, and both are in sight; on a narrow screen it stands right
// below its words.
func TestBrowserReview_level(t *testing.T) {
	const threads = 65
	address := serveSite(t, "--dir", crowdedSite(t), "--no-cluster")
	ctx := tab(t, address, 1280, 800)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+crowdedPath))
	crowd(t, ctx, "adr/0003", threads)
	for _, width := range []int64{390, 1280, 1440, 1920} {
		do(t, ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(address+crowdedPath))
		until(t, ctx, 15*time.Second, fmt.Sprintf(`document.querySelectorAll("#review .threads.open .thread").length === %d && document.fonts.status === "loaded"`, threads))
		seen := map[string]bool{}
		for _, key := range []string{"n", "p"} {
			for i := range threads {
				before := eval[string](t, ctx, `document.querySelector(".thread.active")?.id ?? ""`)
				do(t, ctx, chromedp.KeyEvent(key))
				until(t, ctx, 5*time.Second, fmt.Sprintf(`(document.querySelector(".thread.active")?.id ?? "") !== %s`, quote(before)))
				s := eval[stands](t, ctx, where)
				level := s.Card - s.Words
				if width < 1200 {
					level = s.Card - s.WordsEnd
				}
				what := fmt.Sprintf("%d pixels, %s %d, %s", width, key, i, s.Thread)
				if math.Abs(level) > 8 || width >= 1200 && level != math.Round(level) && math.Abs(level) > 1 {
					t.Errorf("%s: the card is %.0f pixels from its words", what, level)
				}
				if s.Card > s.Bottom-40 || s.CardEnd < s.Top+40 || s.WordsEnd < s.Top || s.Words > s.Bottom {
					t.Errorf("%s: not in sight together: %+v", what, s)
				}
				if width >= 1200 && s.Left < s.WordsRight {
					t.Errorf("%s: the card covers words: %+v", what, s)
				}
				if s.Scroll > s.Width || s.Right > s.Width || s.Left < 0 {
					t.Errorf("%s: it goes beyond the window: %+v", what, s)
				}
				seen[s.Thread] = true
			}
		}
		if len(seen) != threads {
			t.Errorf("%d pixels: n and p lead to %d threads, want %d", width, len(seen), threads)
		}
		// No card stands on another, or beyond the end of the page.
		for _, wrong := range eval[[]string](t, ctx, `(() => {
			const cards = [...document.querySelectorAll(".placed")].filter(c => c.getClientRects().length > 0).map(c => ({ id: c.querySelector(".thread")?.id, ...c.getBoundingClientRect().toJSON() })).sort((a, b) => a.top - b.top);
			const end = document.querySelector(".site-footer").getBoundingClientRect().top;
			return cards.flatMap((c, i) => [i > 0 && c.top < cards[i - 1].bottom - 0.5 ? c.id + " on " + cards[i - 1].id : "", c.bottom > end ? c.id + " is beyond the text" : ""]).filter(Boolean);
		})()`) {
			t.Errorf("%d pixels: %s", width, wrong)
		}
	}
}

// TestBrowserReview_first: the first comment moves no word and hides no outline, and
// the form in which it is written covers none of the words that it is about.
func TestBrowserReview_first(t *testing.T) {
	address := reviewPage(t)
	for _, width := range []int64{390, 800, 1280, 1920} {
		ctx := tab(t, address, width, 800)
		do(t, ctx, prefer("light"), chromedp.Navigate(address+decisionPath))
		until(t, ctx, 15*time.Second, `document.fonts.status === "loaded" && !!document.querySelector("#review-bar")`)
		text := `JSON.stringify([...document.querySelectorAll("main .prose [data-b]")].map(b => { const r = b.getBoundingClientRect(); return [Math.round(r.left), Math.round(r.top + scrollY), Math.round(r.width), Math.round(r.height)]; }))`
		before := eval[string](t, ctx, text)
		words := []string{"one log per shard", "it is simple", "a log grows", "one order"}[len(before)%4]
		selectWords(t, ctx, words)
		click(t, ctx, ".review-selection button")
		until(t, ctx, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
		until(t, ctx, 5*time.Second, `CSS.highlights.get("review-active").size === 1`)
		if over := eval[bool](t, ctx, `(() => {
			const c = document.querySelector(".composer").getBoundingClientRect();
			const w = [...CSS.highlights.get("review-active")][0].getBoundingClientRect();
			return c.left < w.right && w.left < c.right && c.top < w.bottom && w.top < c.bottom || w.bottom < 0 || w.top > innerHeight || c.top > innerHeight - 60;
		})()`); over {
			t.Errorf("%d pixels: the form covers its words, or one of them is out of sight", width)
		}
		do(t, ctx, chromedp.KeyEvent(fmt.Sprintf("Said at %d.", width)))
		do(t, ctx, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
		until(t, ctx, 15*time.Second, fmt.Sprintf(`document.querySelector(".thread.active .comment-body")?.textContent.includes("Said at %d.")`, width))
		if after := eval[string](t, ctx, text); after != before {
			t.Errorf("%d pixels: the text moved:\n%s\n%s", width, before, after)
		}
		if width >= 1200 && !eval[bool](t, ctx, `(() => { const o = document.querySelector(".outline"), r = o.getBoundingClientRect(); return getComputedStyle(o).display !== "none" && r.width > 100 && r.top < innerHeight; })()`) {
			t.Errorf("%d pixels: the outline is hidden", width)
		}
	}
}
