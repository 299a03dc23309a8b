//go:build browser

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// publish builds a site of two chapters and serves the files below a path, as a static
// host does: what is not there gets 404.html.
func publish(t *testing.T) (address string) {
	t.Helper()
	binary, err := buildBinary()
	if err != nil {
		t.Fatal(err)
	}
	source, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	for name, text := range map[string]string{
		"docs/index.md":           "# Home\n\nWhat this is.\n",
		"docs/design/fan-out.md":  "# Fan-out\n\nA first passage with [a link](failures.md) in it.\n\n- An item.\n",
		"docs/design/failures.md": "# Failures\n\nText.\n",
	} {
		name = filepath.Join(source, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.Command(binary, "build", "--dir", source, "--out", out, "--base-url", "https://example.org/below/").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, below := strings.CutPrefix(r.URL.Path, "/below/")
		if strings.HasSuffix(file, "/") || file == "" {
			file += "index.html"
		}
		name := filepath.Join(out, filepath.FromSlash(file))
		if _, err := os.Stat(name); err != nil || !below {
			lost, _ := os.ReadFile(filepath.Join(out, "404.html"))
			w.WriteHeader(http.StatusNotFound)
			w.Write(lost)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'")
		http.ServeFile(w, r, name)
	}))
	t.Cleanup(host.Close)
	return host.URL
}

// TestBrowserLost: who asks a static host for what is not there is shown what may have
// been meant, below a path too.
func TestBrowserLost(t *testing.T) {
	address := publish(t)
	ctx := tab(t, address, 1280, 800)
	do(t, ctx, chromedp.Navigate(address+"/below/desing/fanout/"))
	until(t, ctx, 10*time.Second, `document.querySelector(".nearest:not([hidden]) a")?.pathname === "/below/design/fan-out/"`)
	do(t, ctx, chromedp.Navigate(address+"/below/xyzzy/"))
	if !eval[bool](t, ctx, `new Promise((done) => setTimeout(() => done(document.querySelector(".nearest").hidden), 300))`) {
		t.Error("pages are suggested for what is like none")
	}
}

// TestBrowserPassage: the passage under the pointer, or with the focus in it, has a link
// to itself, which takes nothing from its text, and the policy lets data for searchers be.
func TestBrowserPassage(t *testing.T) {
	address := publish(t)
	ctx := tab(t, address, 1280, 800)
	do(t, ctx, chromedp.Navigate(address+"/below/design/fan-out/"))
	until(t, ctx, 10*time.Second, `document.querySelector(".copy, .prose p[id]") !== null && performance.getEntriesByType("resource").some((e) => e.name.includes("/js/site."))`)
	if n := eval[int](t, ctx, `document.querySelectorAll(".passage-link").length`); n != 0 {
		t.Errorf("%d links stand in the page before anybody looks", n)
	}
	text := eval[string](t, ctx, `document.querySelector(".prose p").textContent`)
	const link = `document.querySelector(".passage-link")`
	until(t, ctx, 10*time.Second, `(document.querySelector(".prose p a").dispatchEvent(new FocusEvent("focusin", { bubbles: true })), `+link+`?.parentElement === document.querySelector(".prose p"))`)
	if !eval[bool](t, ctx, link+`.hash === "#" + document.querySelector(".prose p").id`) {
		t.Error("the link leads elsewhere")
	}
	if after := eval[string](t, ctx, `document.querySelector(".prose p").textContent`); after != text {
		t.Errorf("the text became %q", after)
	}
	eval[bool](t, ctx, `document.querySelector(".prose li").dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }))`)
	if !eval[bool](t, ctx, link+`.parentElement.matches("li") && `+link+`.getBoundingClientRect().right <= `+link+`.parentElement.getBoundingClientRect().left`) {
		t.Error("the link is not in the margin of the item under the pointer")
	}
	eval[bool](t, ctx, `(`+link+`.click(), true)`)
	until(t, ctx, 10*time.Second, `location.hash === "#" + document.querySelector(".prose li").id && `+link+`.dataset.said !== undefined`)
}
