//go:build browser

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// selectBetween selects from the words at which a selection begins to those with which
// it ends, as a mouse would.
func selectBetween(from, to string) string {
	return fmt.Sprintf(`(() => {
		const find = (words) => {
			const walker = document.createTreeWalker(document.querySelector("main > article"), NodeFilter.SHOW_TEXT);
			for (let node; (node = walker.nextNode());) if (node.data.includes(words)) return [node, node.data.indexOf(words)];
		};
		const [first, start] = find(%s), [last, end] = find(%s);
		const range = document.createRange();
		range.setStart(first, start);
		range.setEnd(last, end + %s.length);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
		return true;
	})()`, quote(from), quote(to), quote(to))
}

// TestBrowserReview_blocks: a selection over a paragraph, a list and code is shown on
// all of them, and so are comments on the title and on the status of a decision.
func TestBrowserReview_blocks(t *testing.T) {
	dir := reviewedSite(t)
	text := "---\nstatus: proposed\ndate: 2026-01-02\ndecision-makers: [Ada]\n---\n# Use a log\n\n## Decision\n\nWe keep one log per shard.\n\n- It is simple.\n- It grows.\n\n```go\nlock()\nsend()\n```\n"
	if err := os.WriteFile(filepath.Join(dir, "adr/0001-use-a-log.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	address := serveSite(t, "--dir", dir, "--no-cluster")
	for _, width := range []int64{1440, 390} {
		ctx := tab(t, address, width, 900)
		do(t, ctx, chromedp.Navigate(address+decisionPath))
		until(t, ctx, 15*time.Second, `!!document.querySelector("#review .compose")`)
		for _, selection := range []struct {
			from, to string
			parts    []string
		}{
			{"log per shard", "send", []string{"log per shard.", "It is simple.", "It grows.", "lock()\nsend"}},
			{"Use a log", "Use a log", []string{"Use a log"}},
			{"proposed", "proposed", []string{"proposed"}},
		} {
			before := eval[int](t, ctx, `document.querySelectorAll("#review .threads.open .thread").length`)
			eval[bool](t, ctx, selectBetween(selection.from, selection.to))
			click(t, ctx, ".review-selection button")
			write(t, ctx, ".composer textarea", "All of it?")
			click(t, ctx, ".composer button[type=submit]")
			until(t, ctx, 15*time.Second, fmt.Sprintf(`document.querySelectorAll("#review .threads.open .thread").length === %d`, before+1))
			until(t, ctx, 5*time.Second, `!!document.querySelector(".thread.active")`)
			// What is painted as the active thread's, in the order of the page.
			got := eval[[]string](t, ctx, `[...CSS.highlights.get("review-active")].sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b)).map(String)`)
			if !slices.Equal(got, selection.parts) {
				t.Errorf("%d wide, from %q to %q: painted are %q, want %q", width, selection.from, selection.to, got, selection.parts)
			}
			if state := eval[string](t, ctx, `document.querySelector(".thread.active").dataset.state`); state != "exact" {
				t.Errorf("%d wide, from %q to %q: the thread is %s", width, selection.from, selection.to, state)
			}
		}
	}
}
