//go:build browser

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserEmbed: a page elsewhere shows a figure of this repository, and a reader
// plays it there. Other pages of the site may stand in no frame.
func TestBrowserEmbed(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	answer, err := http.Get(address + "/design/failure-modes/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("the policy of a chapter is %s", policy)
	}
	way := regexp.MustCompile(`href="\.\./\.\.(/embed/[^"]+)"`).FindSubmatch(text)
	if way == nil {
		t.Fatal("no figure leads to a page of its own")
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!DOCTYPE html><title>A talk</title><h1>A talk</h1><iframe id="figure" src="%s%s" width="760" height="640"></iframe>`, address, way[1])
	}))
	t.Cleanup(elsewhere.Close)
	ctx := tab(t, "http://127.0.0.1:", 1366, 900)
	do(t, ctx, chromedp.Navigate(elsewhere.URL))
	const play = `(() => {
		const button = document.querySelector(".run-start");
		if (button && !document.querySelector("figure.run[data-live]")) button.click();
		const says = document.querySelector(".run-says")?.textContent ?? "";
		return says.startsWith("The instant of the picture") ? says : "";
	})()`
	err = limited(ctx, func(ctx context.Context) error {
		frames, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS("#figure")))
		if err != nil {
			return err
		}
		if _, err := chromedp.Run(ctx, chromedp.Poll[string](play, chromedp.WithPollingInFrame(frames[0]))); err != nil {
			return fmt.Errorf("the figure is not played in its frame: %w", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
