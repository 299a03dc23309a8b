//go:build browser

package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	playPage    = "/design/capacity-and-cost/"
	usersSlider = `[id="play-users.daily"]`
	usersField  = `[data-input="users.daily"] [type=number]`
	// fetched counts the programs that the page has asked for.
	fetched = `performance.getEntriesByType("resource").filter(r => /\.wasm|sheet\.txt|wasm_exec/.test(r.name)).length`
	// changed says of each place that states a value whether it shows another one.
	changed = `[...document.querySelectorAll('main [data-value="cost.total"]')].map(e => e.classList.contains("changed") && e.nextElementSibling.innerText.replaceAll("\u00a0", " "))`
)

// TestBrowserPlay: a reader moves an input with the keyboard, sees the sum change in
// the text, in the table and among the results, with the base and the difference, and
// finds it again after a reload. One input, and all, go back to the base.
func TestBrowserPlay(t *testing.T) {
	address := playSite(t)
	for _, size := range [][2]int64{{1366, 768}, {375, 700}} {
		ctx := tab(t, address, size[0], size[1])
		do(t, ctx, prefer("light"), chromedp.Navigate(address+playPage))
		until(t, ctx, 5*time.Second, `document.querySelector("[data-play]").checkVisibility()`)
		if n := eval[int](t, ctx, fetched); n != 0 {
			t.Errorf("%d parts of the program are fetched before anything is touched", n)
		}
		base := eval[string](t, ctx, `document.querySelector('main p [data-value="cost.total"]').textContent`)
		do(t, ctx, chromedp.ScrollIntoView(usersSlider), chromedp.Focus(usersSlider), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		until(t, ctx, 30*time.Second, `document.querySelectorAll('main .changed[data-value="cost.total"]').length > 2 && location.search.includes("scenario=users.daily:")`)
		for i, text := range eval[[]string](t, ctx, changed) {
			if !strings.Contains(text, "$") || !strings.Contains(text, "+") || !strings.Contains(text, " %") {
				t.Errorf("place %d of the sum says %q beside the base, want an amount and how far it is", i, text)
			}
		}
		if now := eval[string](t, ctx, `document.querySelector('main p [data-value="cost.total"]').textContent`); now != base {
			t.Errorf("the base in the text is %q, was %q", now, base)
		}
		if said := eval[string](t, ctx, `document.querySelector('`+usersSlider+`').getAttribute("aria-valuetext")`); !strings.HasSuffix(said, " M users") {
			t.Errorf("the slider says %q", said)
		}
		if eval[bool](t, ctx, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("at %d pixels the page is wider than the screen", size[0])
		}

		search := eval[string](t, ctx, `location.search`)
		do(t, ctx, chromedp.Navigate(address+playPage+search))
		until(t, ctx, 30*time.Second, `document.querySelectorAll('main .changed[data-value="cost.total"]').length > 2`)
		if again := eval[string](t, ctx, `location.search`); again != search {
			t.Errorf("after a reload the address has %q, had %q", again, search)
		}
		press(t, ctx, `[data-input="users.daily"] .play-reset`)
		until(t, ctx, 10*time.Second, `!document.querySelector(".now, .changed") && location.search === "" && document.querySelector(".play-bar").hidden`)

		// A value is typed, another one is refused, and all go back.
		field := `document.querySelector('` + usersField + `')`
		do(t, ctx, chromedp.Focus(usersField))
		eval[bool](t, ctx, `(`+field+`.select(), true)`)
		do(t, ctx, chromedp.SendKeys(usersField, "750"))
		until(t, ctx, 10*time.Second, `location.search === "?scenario=users.daily:750000000"`)
		eval[bool](t, ctx, `(`+field+`.select(), true)`)
		do(t, ctx, chromedp.SendKeys(usersField, "5"))
		until(t, ctx, 10*time.Second, `/^Between 20 and 20000 M users/.test(document.querySelector('[data-input="users.daily"] .play-wrong').textContent)`)
		if at := eval[string](t, ctx, `location.search`); at != "?scenario=users.daily:750000000" {
			t.Errorf("a value beyond the limits made the address %q", at)
		}
		eval[bool](t, ctx, `([...document.querySelectorAll(".play-bar button")].at(-1).click(), true)`)
		until(t, ctx, 10*time.Second, `!document.querySelector(".now, .changed") && location.search === ""`)
	}
}

// TestBrowserPlay_links: a pasted link opens its scenario with what it breaks, on the
// model's pages too; one that cannot be read says what is wrong and shows the base.
func TestBrowserPlay_links(t *testing.T) {
	address := playSite(t)
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, chromedp.Navigate(address+playPage+"?from=a-friend&scenario=room.talkers:4,users.daily:1bn"))
	until(t, ctx, 30*time.Second, `document.querySelectorAll(".play-verdicts .broken-promise").length > 0 && document.querySelectorAll(".play-verdicts .crossed a[href*='/adr/0008-']").length === 1`)
	said := strings.ReplaceAll(eval[string](t, ctx, `document.querySelector(".play-bar").innerText`), "\u00a0", " ")
	for _, want := range []string{"2 inputs changed", "Broken: ", "messages of the largest room to be put in order", "at most 1,000 msg/s", "To be decided again: ADR-0008"} {
		if !strings.Contains(said, want) {
			t.Errorf("the bar does not say %q: %s", want, said)
		}
	}
	// What takes long follows.
	until(t, ctx, 30*time.Second, `document.querySelectorAll('.changed[data-value*="joint="]').length > 3 && document.querySelectorAll('.changed[data-value^="flip."]').length > 3 && !document.querySelector(".stale")`)
	press(t, ctx, `[data-input="users.daily"] .play-reset`)
	until(t, ctx, 10*time.Second, `location.search === "?from=a-friend&scenario=room.talkers:4"`)

	do(t, ctx, chromedp.Navigate(address+"/model/cost/?scenario=users.daily:1bn"))
	until(t, ctx, 30*time.Second, `document.querySelectorAll("table .changed").length > 20`)

	// Under a scenario the page is as accessible as without.
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		do(t, ctx, prefer(scheme), chromedp.EmulateViewport(375, 800), chromedp.Navigate(address+playPage+"?scenario=room.talkers:4"))
		until(t, ctx, 30*time.Second, `document.querySelectorAll(".play-verdicts .broken-promise").length > 0`)
		eval[bool](t, ctx, `(document.querySelector(".play-rest").open = true)`)
		eval[bool](t, ctx, string(axe)+"; true")
		for _, violation := range eval[[]string](t, ctx, runAxe) {
			t.Errorf("%s: %s", scheme, violation)
		}
	}

	for scenario, want := range map[string]string{
		"users.dialy:1bn":  `"users.dialy" is no value of the model`,
		"users.daily:9tn":  "9tn is not between 20 M users and 20 bn users",
		"users.daily":      `"users.daily" changes nothing`,
		"<img%20src=x>:1":  `"<img src=x>" is no value`,
		"price.object:0.5": "price.object has no range",
	} {
		do(t, ctx, chromedp.Navigate(address+playPage+"?scenario="+scenario))
		until(t, ctx, 30*time.Second, `!!document.querySelector(".play-state .play-failed")`)
		if said := eval[string](t, ctx, `document.querySelector(".play-state").innerText`); !strings.Contains(said, want) || !strings.Contains(said, "shows the base") {
			t.Errorf("the scenario %s: the page says %q, want %q", scenario, said, want)
		}
		if eval[bool](t, ctx, `!!document.querySelector(".now, .changed, main img[src=x]")`) {
			t.Errorf("the scenario %s changed the page", scenario)
		}
	}
}

// TestBrowserPlay_unloaded: where the program cannot be had, the page says so, stays
// complete, and tries again when it is asked to.
func TestBrowserPlay_unloaded(t *testing.T) {
	files, missing := http.FileServer(http.Dir(builtSite(t))), true
	address := serveFiles(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if missing && strings.HasSuffix(r.URL.Path, ".wasm") {
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	}))
	ctx := tab(t, address, 1366, 768)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+playPage))
	text := eval[string](t, ctx, `document.querySelector("main .table-scroll").innerText`)
	do(t, ctx, chromedp.Focus(usersSlider), chromedp.KeyEvent(kb.ArrowRight))
	until(t, ctx, 30*time.Second, `/cannot be computed here: .*wasm is not there \(404\)/.test(document.querySelector(".play-state").textContent)`)
	if now := eval[string](t, ctx, `document.querySelector("main .table-scroll").innerText`); now != text {
		t.Errorf("the table says %.200q, said %.200q", now, text)
	}
	missing = false
	do(t, ctx, chromedp.Click(`.play-again`))
	until(t, ctx, 30*time.Second, `document.querySelectorAll('main .changed[data-value="cost.total"]').length > 2`)
}

// playSite serves the site as a server of ours does, with its policy.
func playSite(t *testing.T) string {
	t.Helper()
	address := serveSite(t)
	answer, err := http.Get(address + playPage)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "'wasm-unsafe-eval'") {
		t.Skip("the model for the browser is not built: run make build")
	}
	if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "'unsafe-eval'") || !strings.Contains(policy, "worker-src 'self';") {
		t.Fatal(fmt.Errorf("the page's policy is %s", policy))
	}
	return address
}
