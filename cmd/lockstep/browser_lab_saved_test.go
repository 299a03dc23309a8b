//go:build browser

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lockstep/formattest"
	labrun "lockstep/site/run"
)

// TestBrowserLab_saved: a run that a reader saves comes out the same on a terminal, and
// opens in the page of somebody else. A file that is none is refused by its name.
func TestBrowserLab_saved(t *testing.T) {
	address := staticSite(t)
	const ready, hash = `document.querySelector("[data-lab-browser]").dataset.ready === "yes"`, `document.querySelector("[data-lab-browser]").dataset.hash`
	ctx := tab(t, address, 1366, 900)
	do(t, ctx, chromedp.Navigate(address+"/lab/#"+cutOff))
	until(t, ctx, time.Minute, ready)
	was := eval[string](t, ctx, hash)
	text := eval[string](t, ctx, `new Promise((done) => {
		const make = URL.createObjectURL;
		URL.createObjectURL = (blob) => (blob.text().then(done), make.call(URL, blob));
		document.getElementById("run-save").click();
	})`)
	file := filepath.Join(t.TempDir(), "run.json")
	put(t, file, text)
	saved, err := labrun.ReadSaved([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	// The form of the file is one that was released, but for the trace of today's program.
	formattest.Hold(t, "../../../../site/run/testdata/formats/saved.json", strings.TrimSuffix(strings.Replace(text, saved.Trace, "0123456789abcdef", 1), "\n"),
		func(data []byte) (string, error) { return string(data), nil }, func(text string) []byte { return []byte(text) })
	var out, stderr bytes.Buffer
	if code := run(t.Context(), []string{"lab", "play", file}, nil, &out, &stderr); code != 0 {
		t.Errorf("%d\n%s\n%s%s", code, text, out.String(), stderr.String())
	}

	do(t, ctx, chromedp.Navigate(address+"/problem/"), chromedp.Navigate(address+"/lab/"))
	until(t, ctx, time.Minute, `!document.querySelector("[data-lab-browser]").hidden`)
	open := func(name, text string) {
		t.Helper()
		eval[bool](t, ctx, `(() => {
			const given = new DataTransfer();
			given.items.add(new File([`+quote(text)+`], `+quote(name)+`));
			const input = document.getElementById("run-open");
			input.files = given.files;
			return input.dispatchEvent(new Event("change"));
		})()`)
	}
	open("notes.txt", "hello")
	until(t, ctx, 10*time.Second, `document.getElementById("run-state").textContent === "notes.txt is no saved run."`)
	open("run.json", text)
	until(t, ctx, time.Minute, hash+" === "+quote(was))
}
