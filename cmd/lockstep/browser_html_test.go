//go:build browser

package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// htmlRules are what html-validate recommends, but for matters of taste, and for what
// is done otherwise with a reason.
const htmlRules = `{ root: true, extends: ["html-validate:recommended"], rules: {
	"doctype-style": "off", "attribute-boolean-style": "off", "no-trailing-whitespace": "off", "prefer-tbody": "off",
	"long-title": "off", // a title is as long as its page's
	"valid-id": ["error", { relaxed: true }], // the names of the model have dots
	"prefer-native-element": ["error", { exclude: ["region"] }], // what scrolls by itself is no section of the text
	"no-redundant-role": "off", // without its marks a list is none in Safari, unless its role says so
	"aria-label-misuse": ["error", { allowAnyNamable: true }], // a list may have a name
	"wcag/h32": "off", // what filters while one types sends nothing
} }`

// judgeHTML gives what is wrong with pages, by html-validate, and heads of tables that
// head nothing, which it lets pass.
const judgeHTML = `(async (paths) => {
	const judge = new htmlValidate.HtmlValidate(new htmlValidate.StaticConfigLoader(` + htmlRules + `)), said = [];
	for (const path of paths) {
		const html = await (await fetch(path)).text();
		const { results } = await judge.validateString(html, path);
		for (const { line, column, ruleId, message } of results.flatMap((r) => r.messages)) {
			said.push(path + ": " + message + " [" + ruleId + "]: " + html.split("\n")[line - 1].slice(column - 1, column + 80));
		}
		for (const th of new DOMParser().parseFromString(html, "text/html").querySelectorAll("th")) {
			if (th.textContent.trim() === "") said.push(path + ": a head of a table is empty: " + th.parentElement.outerHTML.slice(0, 80));
		}
	}
	return said;
})(%s)`

// TestBrowserHTML: every page of the site, and every page made of the texts in dialects,
// hostile ones among them, and of records in all styles, is valid HTML.
func TestBrowserHTML(t *testing.T) {
	script, err := os.ReadFile("testdata/html-validate/html-validate.min.js")
	if err != nil {
		t.Fatal(err)
	}
	source, foreign := t.TempDir(), filepath.Join(t.TempDir(), "public")
	for from, to := range map[string]string{"dialects": ".", "decisions": "adr"} {
		if err := os.CopyFS(filepath.Join(source, to), os.DirFS("../../site/markdown/testdata/"+from)); err != nil {
			t.Fatal(err)
		}
	}
	ours := builtSite(t)
	binary, _ := buildBinary()
	if said, err := exec.Command(binary, "build", "--dir", source, "--out", foreign).CombinedOutput(); err != nil && !strings.Contains(string(said), "Markdown files:") {
		t.Fatalf("build: %v\n%s", err, said)
	}
	faulty := t.TempDir()
	if err := os.WriteFile(filepath.Join(faulty, "faulty.html"), []byte(`<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><h1 id="a b">x</h1><table><tr><th></th></tr></table></body></html>`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, site := range []struct {
		dir         string
		pages, said int // at least so many pages, so many complaints
	}{{ours, 80, 0}, {foreign, 50, 0}, {faulty, 1, 3}} {
		address := serveFiles(t, http.FileServer(http.Dir(site.dir)))
		var paths []string
		changes := 0
		err := filepath.WalkDir(site.dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".html" {
				path, err = filepath.Rel(site.dir, path)
				path = "/" + strings.TrimSuffix(filepath.ToSlash(path), "index.html")
				if strings.HasPrefix(path, "/changes/") {
					changes++
				}
				if path == "/changes/" || changes < 12 || !strings.HasPrefix(path, "/changes/") { // the others are of the same kinds
					paths = append(paths, path)
				}
			}
			return err
		})
		if err != nil || len(paths) < site.pages {
			t.Fatalf("%d pages in %s, %v", len(paths), site.dir, err)
		}
		ctx := tab(t, address, 1366, 768)
		do(t, ctx, chromedp.Navigate(address+paths[0]))
		eval[bool](t, ctx, string(script)+"; globalThis.htmlValidate = htmlValidate; true")
		list := make([]string, len(paths))
		for i, path := range paths {
			list[i] = quote(path)
		}
		var said []string
		for some := range slices.Chunk(list, 20) {
			said = append(said, eval[[]string](t, ctx, fmt.Sprintf(judgeHTML, "["+strings.Join(some, ",")+"]"))...)
		}
		if site.said > 0 {
			if len(said) != site.said {
				t.Errorf("of %d faults it says %q", site.said, said)
			}
			continue
		}
		for _, complaint := range said {
			t.Error(complaint)
		}
	}
}

// TestBrowserForcedColours: where the reader's colours replace ours, the page that is
// shown still stands out, in the header, in the menu and in the outline.
func TestBrowserForcedColours(t *testing.T) {
	address := serveFiles(t, http.FileServer(http.Dir(builtSite(t))))
	ctx := tab(t, address, 1920, 900)
	do(t, ctx, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}}))
	for path, marks := range map[string][]string{
		"/design/problem/": {".sections [aria-current]", `.site-nav [aria-current="page"]`, ".outline [aria-current]"},
		"/adr/":            {".sections [aria-current]", `.site-nav .group-title[aria-current="page"]`},
	} {
		do(t, ctx, chromedp.Navigate(address+path))
		for _, mark := range marks {
			until(t, ctx, 20*time.Second, "document.querySelector("+quote(mark)+") !== null")
			if got := eval[string](t, ctx, "getComputedStyle(document.querySelector("+quote(mark)+")).outlineStyle"); got != "solid" {
				t.Errorf("%s: %s has the outline %q", path, mark, got)
			}
		}
	}
}
