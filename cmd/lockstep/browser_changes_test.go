//go:build browser

package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserChanges: a static site says what is new since the reader's last visit, and
// says nothing at the first one; a difference reads without a script, on a phone as well.
func TestBrowserChanges(t *testing.T) {
	dir := repository(t, "docs/index.md", "# Home\n", "docs/a.md", "# A\n\nThe text is one.\n\n```\n"+longLine+"\n```\n", "adr/0001-x.md", "---\nstatus: proposed\n---\n# X\n\n## Context and Problem Statement\n\nText.\n")
	out := filepath.Join(t.TempDir(), "public")
	day := 0
	publish := func(file, text string) {
		t.Helper()
		if file != "" {
			put(t, filepath.Join(dir, file), text)
		}
		day++
		publishDay(t, dir, out, day)
	}
	publish("", "")
	files := http.FileServer(http.Dir(out))
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("If-Modified-Since") // which knows whole seconds, and this site is built twice in one
		files.ServeHTTP(w, r)
	}))
	ctx := tab(t, address, 1366, 768)
	// Where the time of the last visit is kept, the script has run.
	kept := `Object.keys(localStorage).some((k) => k.startsWith("visit "))`
	open := func(path string) {
		t.Helper()
		do(t, ctx, chromedp.Navigate(address+path))
		until(t, ctx, 20*time.Second, kept+` && document.readyState === "complete"`)
	}
	marks := func(path string, want int, said bool) {
		t.Helper()
		open(path)
		if got := eval[int](t, ctx, `document.querySelectorAll(".new-mark").length`); got != want {
			t.Errorf("%s marks %d, want %d", path, got, want)
		}
		if got := eval[bool](t, ctx, `(v => !!v && !v.hidden)(document.querySelector("[data-visit]"))`); got != said {
			t.Errorf("%s speaks of the last visit: %v, want %v", path, got, said)
		}
	}
	hourLater := `(() => { const k = Object.keys(localStorage).find((k) => k.startsWith("visit ")); const v = JSON.parse(localStorage.getItem(k)); v.at -= 3600e3; localStorage.setItem(k, JSON.stringify(v)); return true; })()`
	marks("/changes/", 0, false)
	publish("adr/0001-x.md", "---\nstatus: accepted\n---\n# X\n\n## Context and Problem Statement\n\nText.\n")
	publish("docs/a.md", "# A\n\nThe text is two.\n\n```\n"+longLine+" more\n```\n")
	marks("/changes/", 0, false) // still the first visit
	eval[bool](t, ctx, hourLater)
	publish("docs/index.md", "# Home\n\nWelcome.\n")
	marks("/changes/", 1, true) // what came while they read was there
	marks("/adr/", 0, false)
	marks("/changes/", 1, true) // the visit goes on
	publish("adr/0001-x.md", "---\nstatus: rejected\n---\n# X\n\n## Context and Problem Statement\n\nText.\n")
	eval[bool](t, ctx, hourLater)
	marks("/adr/", 1, false)
	marks("/changes/", 1, true)
	eval[bool](t, ctx, hourLater)
	marks("/changes/", 0, true)
	eval[bool](t, ctx, `(localStorage.setItem(Object.keys(localStorage).find((k) => k.startsWith("visit ")), "{"), true)`)
	marks("/changes/", 0, false) // what cannot be read is a first visit

	phone := tab(t, address, 390, 800)
	do(t, phone, chromedp.Navigate(address+"/changes/a/"), chromedp.Click(".see"))
	until(t, phone, 20*time.Second, `document.querySelector(".difference ins") !== null`)
	for what, expression := range map[string]string{
		"words that are told by more than colour": `getComputedStyle(document.querySelector(".words ins")).textDecorationLine === "underline" && getComputedStyle(document.querySelector(".words del")).textDecorationLine === "line-through"`,
		"words for those who do not see":          `getComputedStyle(document.querySelector(".words del"), "::before").content.includes("gone")`,
		"a page that fits":                        `document.documentElement.scrollWidth <= innerWidth`,
		"a line of code for each side":            `document.querySelectorAll(".piece pre ins.line").length === 1 && document.querySelectorAll(".piece pre del.line").length === 1`,
	} {
		if !eval[bool](t, phone, expression) {
			t.Errorf("the difference lacks %s", what)
		}
	}
}

// publishDay commits what stands in a folder on a day of May, and builds its site.
func publishDay(t *testing.T, dir, out string, day int) {
	t.Helper()
	at := time.Date(2024, 5, day, 10, 0, 0, 0, time.UTC).Format(time.RFC3339)
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-qm", "x"}} {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=a@example.org"}, args...)...)
		cmd.Env = append(cmd.Environ(), "GIT_AUTHOR_DATE="+at, "GIT_COMMITTER_DATE="+at)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, said)
		}
	}
	if code, said, stderr := lockstep(t, "build", "--dir", dir, "--out", out); code != 0 {
		t.Fatalf("build: exit %d\n%s%s", code, said, stderr)
	}
}

// longLine is wider than a phone.
const longLine = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"
