//go:build browser

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// TestBrowserEngines: in Firefox and in WebKit a reader opens the first page, reads a
// chapter, looks into the decisions, searches, changes the colours, sees what changed,
// prints, reads on a phone, and reads what was said about a page.
func TestBrowserEngines(t *testing.T) {
	for name, start := range map[string]func(*testing.T) *webEngine{"Firefox": startFirefox, "WebKit": startWebKit} {
		t.Run(name, func(t *testing.T) {
			files := http.FileServer(http.Dir(builtSite(t)))
			address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/phone" { // a window as narrow as a phone's, which no engine opens
					w.Header().Set("Content-Type", "text/html")
					w.Write([]byte(`<!DOCTYPE html><title>Phone</title><iframe width="390" height="780" src="/design/problem/"></iframe>`))
					return
				}
				w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'")
				files.ServeHTTP(w, r)
			}))
			e := start(t)
			e.smoke(address)
			e.difference()
			e.print(address)
			e.phone(address)
			e.reviews()
		})
	}
}

const noSideways = `document.documentElement.scrollWidth <= document.documentElement.clientWidth`

func (e *webEngine) smoke(address string) {
	e.t.Helper()
	e.open(address + "/")
	e.until(`document.querySelector("h1").textContent.length > 3 && ` + noSideways)
	e.until(`["Source Serif", "Instrument Sans"].every((name) => [...document.fonts].some((f) => f.family.replaceAll('"', "") === name && f.status === "loaded"))`)

	e.click(`a[href="design/problem/"]`)
	e.until(`location.pathname === "/design/problem/" && document.querySelectorAll(".outline a[aria-current]").length === 1 && ` + noSideways)
	if white := e.white(); white > 0 {
		e.t.Errorf("%d points are white, where the page is not", white)
	}

	const background = `getComputedStyle(document.body).backgroundColor`
	light := e.eval(background)
	for e.eval(`document.documentElement.dataset.theme ?? ""`) != "dark" { // system, light, dark
		before := e.eval(`document.documentElement.dataset.theme ?? ""`)
		e.click("[data-theme-switch]")
		e.until(`(document.documentElement.dataset.theme ?? "") !== ` + quote(before.(string)))
	}
	dark := e.eval(background)
	if dark == light {
		e.t.Errorf("dark is %v, as light", dark)
	}

	e.open(address + "/adr/")
	e.until(background + ` === ` + quote(dark.(string)) + ` && document.querySelectorAll("[data-decision]").length > 20 && ` + noSideways)
	e.click(".search-button")
	e.until(searchOpen)
	e.keys(".search-dialog [role=combobox]", "epoch")
	e.until(`document.querySelectorAll(".hit-text mark").length > 3`)
	e.keys(".search-dialog [role=combobox]", "\ue007") // Enter
	e.until(`location.pathname !== "/adr/" && document.querySelector("h1") !== null && !document.querySelector("dialog[open]")`)
}

// phone reads by a width of 390 pixels, with the menu.
func (e *webEngine) phone(address string) {
	e.t.Helper()
	e.open(address + "/phone")
	e.call(enterFrame, map[string]any{"id": 0})
	e.until(`location.pathname === "/design/problem/" && document.readyState === "complete" && innerWidth === 390 && ` + noSideways)
	e.click(".menu-button")
	e.until(`document.querySelector("#site-nav").matches(":popover-open")`)
	e.click(`#site-nav a[href$="/order-contract/"]`)
	e.until(`location.pathname === "/design/order-contract/" && document.querySelector("h1") !== null && ` + noSideways)
	e.call(enterFrame, map[string]any{"id": nil})
}

// reviews reads what was said about a decision, on a server.
func (e *webEngine) reviews() {
	e.t.Helper()
	address := serveSite(e.t, "--no-cluster")
	path, ok := startPaths.Load(address)
	if !ok {
		e.t.Fatal("the server names no page to begin with")
	}
	e.open(address + path.(string))
	e.open(address + "/adr/0002-a-consensus-leader-decides-the-order/")
	e.until(`document.querySelector("#review-bar .bar-standing").getBoundingClientRect().height > 10 && document.querySelector("#review").innerText.includes("#") && ` + noSideways)
	e.until(`document.querySelector(".bar-submit") !== null`)
	e.click(".bar-submit")
	e.until(`document.querySelector("#review-verdict").matches(":popover-open")`)
}

// white counts the points of the window that are white. Nothing of ours is, in light.
func (e *webEngine) white() (white int) {
	e.t.Helper()
	picture, err := png.Decode(bytes.NewReader(e.decoded(e.call(screenshot, map[string]any{"full": false}))))
	if err != nil {
		e.t.Fatal(err)
	}
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); r == 0xffff && g == 0xffff && b == 0xffff {
				white++
			}
		}
	}
	return white
}

// decoded is a file that came as text.
func (e *webEngine) decoded(answer json.RawMessage) []byte {
	e.t.Helper()
	var text string
	if err := json.Unmarshal(answer, &text); err != nil {
		e.t.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		e.t.Fatal(err)
	}
	return data
}
