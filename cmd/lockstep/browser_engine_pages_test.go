//go:build browser

package main

import (
	"bytes"
	"compress/zlib"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// difference sees in the list of changes what an edit changed.
func (e *webEngine) difference() {
	e.t.Helper()
	dir, out := repository(e.t, "docs/index.md", "# Home\n", "docs/a.md", "# A\n\nThe text is one.\n"), filepath.Join(e.t.TempDir(), "public")
	publishDay(e.t, dir, out, 1)
	put(e.t, filepath.Join(dir, "docs/a.md"), "# A\n\nThe text is two.\n")
	publishDay(e.t, dir, out, 2)
	e.open(serveFiles(e.t, http.FileServer(http.Dir(out))) + "/changes/a/")
	e.click(".see")
	e.until(`["del", "ins"].map((of) => document.querySelector(".difference .words " + of)?.textContent).join() === "one,two" && ` + noSideways)
	if lines := e.eval(`["del", "ins"].map((of) => getComputedStyle(document.querySelector(".words " + of)).textDecorationLine).join()`); lines != "line-through,underline" {
		e.t.Errorf("what is gone and what is new are told by colour alone: %v", lines)
	}
}

// print prints a chapter: with the links of its text, on more than one sheet, and without
// those that only the navigation has.
func (e *webEngine) print(address string) {
	e.t.Helper()
	e.open(address + "/design/problem/")
	e.until(`document.readyState === "complete"`)
	answer, err := e.send(printPDF, map[string]any{})
	if err != nil && strings.Contains(err.Error(), "unknown command") {
		e.t.Log("this engine cannot print by its driver: the styles of paper are looked at on its screen")
		e.paper()
		return
	}
	if err != nil {
		e.t.Fatal(err)
	}
	sheets, links := printedParts(e.decoded(answer))
	if sheets < 2 || sheets > 6 {
		e.t.Errorf("the chapter is %d sheets", sheets)
	}
	const ofText = `[...document.querySelectorAll(".prose p > a[href]")].filter((a) => a.pathname !== location.pathname).map((a) => a.href)`
	wanted, _ := e.eval(ofText).([]any)
	if len(wanted) < 5 {
		e.t.Errorf("the text has the links %v", wanted)
	}
	for _, href := range wanted {
		if !slices.Contains(links, href.(string)) {
			e.t.Errorf("the link to %s is not printed; there are %q", href, links)
		}
	}
	unwanted, _ := e.eval(`((text) => [...document.querySelectorAll(".site-nav a[href], .pager a")].map((a) => a.href).filter((href) => !text.includes(href)))([...document.querySelectorAll("main a")].filter((a) => !a.closest("nav, .pager")).map((a) => a.href))`).([]any)
	if len(unwanted) < 10 {
		e.t.Errorf("the navigation has the links %v", unwanted)
	}
	for _, href := range unwanted {
		if slices.Contains(links, href.(string)) {
			e.t.Errorf("the navigation is printed: %s", href)
		}
	}
}

// paper lets the styles of paper hold on the screen: the text is there, and no navigation.
func (e *webEngine) paper() {
	e.t.Helper()
	const seen = `((of) => [...document.querySelectorAll(of)].filter((e) => e.getClientRects().length > 0).length)`
	if e.eval(seen+`("nav")`).(float64) == 0 {
		e.t.Error("there is no navigation on the screen either")
	}
	e.eval(`[...document.styleSheets].flatMap((s) => [...s.cssRules]).filter((r) => r.media?.mediaText === "print").map((r) => r.media.mediaText = "all").length`)
	if text, navigation := e.eval(seen+`(".prose p")`).(float64), e.eval(seen+`("nav, .site-header, .copy")`).(float64); text < 5 || navigation > 0 {
		e.t.Errorf("on paper there are %v paragraphs, and %v parts that only serve on a screen", text, navigation)
	}
}

var (
	printedSheet = regexp.MustCompile(`/Type /Page\b`)
	printedLink  = regexp.MustCompile(`/URI \(([^)]*)\)`)
)

// printedParts counts the sheets of a file and lists its links. Firefox packs objects into
// streams, so all that unpacks is looked at; site/pdf reads plain tables alone.
func printedParts(data []byte) (sheets int, links []string) {
	for _, part := range bytes.Split(data, []byte("stream\n")) {
		z, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		unpacked, _ := io.ReadAll(z) // what follows a stream is no part of it
		sheets += len(printedSheet.FindAll(unpacked, -1))
		for _, m := range printedLink.FindAllSubmatch(unpacked, -1) {
			links = append(links, string(m[1]))
		}
	}
	return sheets, links
}
