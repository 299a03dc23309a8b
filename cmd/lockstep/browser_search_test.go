//go:build browser

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lockstep/site/build"
	"lockstep/site/search"
	"lockstep/site/search/searchtest"
)

const (
	searchOpen   = `!!document.querySelector("dialog.search-dialog[open]") && document.activeElement.matches(".search-dialog [role=combobox]")`
	searchPaths  = `[...document.querySelectorAll(".page-hits")].map(g => decodeURIComponent(new URL(g.querySelector("a").href).pathname))`
	searchActive = `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))`
	searchSays   = `(document.querySelector(".search-status")?.textContent ?? "")`
)

// TestBrowserSearch: by the keyboard alone a reader opens the search, asks, is told how
// many pages there are, chooses, narrows down, leaves, and comes back to where they were.
func TestBrowserSearch(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	for _, size := range [][2]int64{{1366, 768}, {375, 700}} {
		ctx := tab(t, address, size[0], size[1])
		do(t, ctx, chromedp.Navigate(address+"/adr/"), chromedp.Focus(`.log-table a`), chromedp.KeyEvent("/"))
		until(t, ctx, 10*time.Second, searchOpen)
		do(t, ctx, chromedp.KeyEvent("flush"))
		until(t, ctx, 10*time.Second, searchActive+` !== null && /^\d+ pages/.test(`+searchSays+`) && document.querySelectorAll(".hit-text mark").length > 3`)
		for what, expression := range map[string]string{
			"a combobox that owns a list":  `(i => i.getAttribute("aria-expanded") === "true" && document.getElementById(i.getAttribute("aria-controls")).getAttribute("role") === "listbox" && i.getAttribute("aria-label") !== "")(document.activeElement)`,
			"options that are links":       `[...document.querySelectorAll(".search-list a")].every(a => a.getAttribute("role") === "option" && a.id && a.href)`,
			"one that is selected":         `document.querySelectorAll(".search-list [aria-selected=true]").length === 1 && ` + searchActive + `.getAttribute("aria-selected") === "true"`,
			"a region that is announced":   `document.querySelector(".search-status").getAttribute("role") === "status"`,
			"what is superseded is marked": `[...document.querySelectorAll(".page-hits.old .status")].every(s => s.textContent === "superseded")`,
		} {
			if !eval[bool](t, ctx, expression) {
				t.Errorf("at %d pixels the search lacks %s", size[0], what)
			}
		}
		first := eval[string](t, ctx, searchActive+`.href`)
		do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
		until(t, ctx, 5*time.Second, searchActive+`.href !== `+quote(first))
		do(t, ctx, chromedp.KeyEvent(kb.ArrowUp))
		until(t, ctx, 5*time.Second, searchActive+`.href === `+quote(first))

		all := eval[string](t, ctx, searchSays)
		do(t, ctx, chromedp.Focus(`[data-key="kind=Decision"]`), chromedp.KeyEvent(" "))
		until(t, ctx, 5*time.Second, `document.activeElement.dataset.key === "kind=Decision" && document.activeElement.getAttribute("aria-pressed") === "true" && `+searchSays+` !== `+quote(all))
		if paths := eval[[]string](t, ctx, searchPaths); len(paths) == 0 || slices.ContainsFunc(paths, func(p string) bool { return !strings.HasPrefix(p, "/adr/") }) {
			t.Errorf("among decisions are %s", paths)
		}
		if !eval[bool](t, ctx, `document.documentElement.scrollWidth <= innerWidth && (r => r.left >= 0 && r.right <= innerWidth && r.bottom <= innerHeight)(document.querySelector("dialog").getBoundingClientRect())`) {
			t.Errorf("at %d pixels the dialog leaves the screen", size[0])
		}
		// The focus stays inside, and Escape gives it back.
		for range 40 {
			do(t, ctx, chromedp.KeyEvent(kb.Tab))
			if !eval[bool](t, ctx, `document.activeElement === document.body || !!document.activeElement.closest("dialog")`) {
				t.Fatalf("Tab leaves the dialog for %s", eval[string](t, ctx, `document.activeElement.outerHTML.slice(0, 80)`))
			}
		}
		do(t, ctx, chromedp.KeyEvent(kb.Escape))
		until(t, ctx, 5*time.Second, `!document.querySelector("dialog[open]") && document.activeElement.matches(".log-table a")`)

		do(t, ctx, chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
		until(t, ctx, 5*time.Second, searchOpen)
		do(t, ctx, chromedp.KeyEvent("adr 18"))
		until(t, ctx, 5*time.Second, `(a => a && a.href.includes("/adr/0018-"))(`+searchActive+`)`)
		do(t, ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(`#decision-outcome`))
		if at := eval[string](t, ctx, `location.pathname`); !strings.HasPrefix(at, "/adr/0018-") {
			t.Errorf("Enter leads to %s", at)
		}

		// A slash that is written is a slash.
		do(t, ctx, chromedp.Navigate(address+"/adr/"), chromedp.Focus(`[data-log-filter] [name=q]`), chromedp.KeyEvent("a/b"))
		if eval[bool](t, ctx, `!!document.querySelector("dialog[open]") || document.activeElement.value !== "a/b"`) {
			t.Error("a slash in a field opens the search")
		}
	}
}

// TestBrowserSearch_page: what is asked and chosen is in the address of a page, and a
// reader without scripts is led to the index.
func TestBrowserSearch_page(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/search/?q=flush&kind=Decision"))
	until(t, ctx, 10*time.Second, `/^\d+ pages/.test(`+searchSays+`) && document.querySelector("[data-key='kind=Decision']")?.getAttribute("aria-pressed") === "true"`)
	says := eval[string](t, ctx, searchSays)
	do(t, ctx, chromedp.Click(`[data-key="tag=durability"]`))
	until(t, ctx, 5*time.Second, `location.search === "?q=flush&kind=Decision&tag=durability"`)
	do(t, ctx, chromedp.Navigate(address+"/search/"+eval[string](t, ctx, `location.search`)))
	until(t, ctx, 10*time.Second, `/pages?\.$/.test(`+searchSays+`) && `+searchSays+` !== `+quote(says))
	if paths := eval[[]string](t, ctx, searchPaths); len(paths) == 0 || len(paths) > 6 {
		t.Errorf("after a reload: %s", paths)
	}
	// Choices without words list pages; a word that no page has is answered too.
	do(t, ctx, chromedp.Navigate(address+"/search/?tag=durability"))
	until(t, ctx, 10*time.Second, `document.querySelectorAll(".page-hits").length > 3`)
	do(t, ctx, chromedp.Navigate(address+"/search/?q="+"%3Cimg%20src=x%20onerror=alert(1)%3Ezzyzx"))
	until(t, ctx, 10*time.Second, `/No page has.*“zzyzx”/.test(`+searchSays+`)`)
	if eval[bool](t, ctx, `!!document.querySelector("main img")`) {
		t.Error("what was asked became markup")
	}

	do(t, ctx, call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(address+"/"), chromedp.Click(`.search-button`), chromedp.WaitReady(`[data-search-page] a`), chromedp.Click(`[data-search-page] a`), chromedp.WaitReady(`.letters`))
	for _, want := range []string{"Epoch", "FM-11", "ADR-0007", "durability"} {
		if !strings.Contains(eval[string](t, ctx, `document.querySelector("main").innerText`), want) {
			t.Errorf("the index from A to Z lacks %s", want)
		}
	}
}

// TestBrowserSearch_accessibility runs axe-core over the open search and its pages.
func TestBrowserSearch_accessibility(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx := tab(t, address, 1366, 768)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 1366} {
			for _, path := range []string{"/glossary/", "/search/?q=order&status=accepted", "/index-a-z/", "/index-a-z/a/"} {
				name := fmt.Sprintf("%s/%s/%d", path, scheme, width)
				do(t, ctx, prefer(scheme), chromedp.EmulateViewport(width, 900), chromedp.Navigate(address+path))
				if path == "/glossary/" {
					do(t, ctx, chromedp.KeyEvent("/"))
					until(t, ctx, 10*time.Second, searchOpen)
					do(t, ctx, chromedp.KeyEvent("verify leader"))
				}
				if !strings.HasPrefix(path, "/index") {
					until(t, ctx, 10*time.Second, `document.querySelectorAll(".hit-text:not(:empty)").length > 3`)
				}
				if over := eval[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s: the page is %d px wider than the screen: %s", name, over, eval[string](t, ctx, widest))
				}
				eval[bool](t, ctx, string(axe)+"; true")
				for _, violation := range eval[[]string](t, ctx, runAxe) {
					t.Errorf("%s: %s", name, violation)
				}
			}
		}
	}
}

// TestBrowserSearch_alike: the reader in the browser and the one in Go cut words alike
// and find the same pages in the same order, for every question with a known answer.
func TestBrowserSearch_alike(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	builder, err := build.Open("../..", build.Options{Lab: playable()})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := builder.Load()
	if err != nil {
		t.Fatal(err)
	}
	index := tree.SearchIndex()
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+"/search/"))
	until(t, ctx, 10*time.Second, `document.activeElement.getAttribute("role") === "combobox"`)
	questions := searchtest.Questions(t, "../../site/build/testdata/questions.json")
	for _, name := range []string{"seq_stall seq-stall", "readIndex--when-durable", "ADR_0017", "Seq\u0301Stall", "WhenDurable WhenDurable", "errorbudget"} {
		questions = append(questions, searchtest.Question{Ask: name})
	}
	for _, q := range questions {
		r, err := searchtest.Open(index.File)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		answers := r.Ask(q.Ask)
		for _, a := range answers[:min(8, len(answers))] {
			want = append(want, a.Path)
		}
		eval[bool](t, ctx, `(i => { i.value = `+quote(q.Ask)+`; i.dispatchEvent(new Event("input")); return true })(document.activeElement)`)
		if !waited(ctx, 10*time.Second, `JSON.stringify(`+searchPaths+`) === `+quote(quoteAll(want))) {
			t.Errorf("%q finds %s in the browser and %s in Go", q.Ask, eval[[]string](t, ctx, searchPaths), want)
		}
	}

	modules := serveFiles(t, scriptsOf("../../static/js"))
	ctx = tab(t, modules, 800, 600)
	do(t, ctx, chromedp.Navigate(modules+"/"))
	for _, text := range searchtest.Odd {
		var want []string
		for _, w := range search.Words(text) {
			want = append(want, strings.Join(w.Parts, "+")+"="+w.Whole)
		}
		got := eval[[]string](t, ctx, `import("/search/words.js").then(m => m.words(`+quote(text)+`).map(w => w.parts.map(p => p.term).join("+") + "=" + w.whole))`)
		if !slices.Equal(got, want) {
			t.Errorf("%q is %q in the browser and %q in Go", text, got, want)
		}
		if at := eval[[]string](t, ctx, `import("/search/words.js").then(m => m.words(`+quote(text)+`).flatMap(w => w.parts).filter(p => m.fold(`+quote(text)+`.slice(p.start, p.end)) !== p.term && !/[^\u0000-\u2fff]/.test(p.term)).map(p => p.term))`); len(at) > 0 {
			t.Errorf("%q: %q do not stand where they are marked", text, at)
		}
	}
}

func quoteAll(list []string) string {
	if list == nil {
		list = []string{}
	}
	data, _ := json.Marshal(list)
	return string(data)
}

// scriptsOf serves the modules of a folder as they are written, and an empty page.
func scriptsOf(dir string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!DOCTYPE html><link rel=icon href=data:,>")
			return
		}
		files.ServeHTTP(w, r)
	})
}
