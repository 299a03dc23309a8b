package verify

import (
	"math/rand"
	"strings"
	"testing"
	"testing/fstest"
)

// noise is text that does not compress.
func noise(n int) string {
	random := rand.New(rand.NewSource(1))
	var b strings.Builder
	for range n {
		b.WriteByte(byte('!' + random.Intn(90)))
	}
	return strings.NewReplacer("<", "", ">", "", "&", "", `"`, "").Replace(b.String())
}

const frame = `<!DOCTYPE html><html lang="en"><title>T</title><h1>T</h1>`

func TestOutput(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"sound", `<a href="b/">b</a> <a href="b/#x">x</a> <a href="#own" id="own">o</a> <a href="https://example.com">e</a> <link rel="stylesheet" href="s.css">`, ""},
		{"dead link", `<a href="c/">c</a>`, "dead-link"},
		{"dead anchor", `<a href="b/#y">y</a>`, "dead-anchor"},
		{"dead picture", `<img src="x.png" alt="">`, "dead-link"},
		{"twice the same id", `<p id="a"></p><p id="a"></p>`, "duplicate-id"},
		{"inline script", `<script>1</script>`, "inline-code"},
		{"data for searchers", `<script type="application/ld+json">{}</script>`, ""},
		{"event handler", `<p onclick="x()">`, "inline-code"},
		{"inline style", `<p style="x">`, "inline-code"},
		{"style element", `<style>p{}</style>`, "inline-code"},
		{"another host", `<img src="https://example.com/x.png" alt="">`, "other-host"},
		{"a script's address", `<a href="javascript:x()">x</a>`, "unsafe-url"},
		{"from the root of the host", `<a href="/b/">b</a>`, "rooted-link"},
		{"out of the site", `<a href="../b/">b</a>`, "dead-link"},
		{"through a folder and back", `<a href="b/../b/./#x">b</a>`, ""},
		{"to a page by its file", `<a href="b/index.html#x">b</a>`, ""},
		{"to a folder without its slash", `<a href="b">b</a>`, "dead-link"},
		{"escaped", `<a href="b/#%78">b</a> <img src="my%20cat.png" alt="">`, ""},
		{"mail", `<a href="mailto:a@example.com">b</a>`, ""},
		{"picture without words", `<img src="my%20cat.png">`, "missing-alt"},
		{"label of nothing", `<label for="x">x</label><p aria-labelledby="a b"></p><i id="a"></i>`, "dead-reference dead-reference"},
		{"second title", `<h1>x</h1>`, "headings"},
		{"frame", `<iframe src="b/"></iframe>`, "inline-code"},
		{"base", `<base href="b/">`, "inline-code"},
		{"where links open", `<base target="_blank">`, ""},
		{"the end of the tree", `<a href="s.css">x</a>`, ""},
		{"heavy stylesheet", `<link rel="stylesheet" href="heavy.css">`, "too-heavy"},
		{"heavy", "<p>" + noise(80<<10) + "</p>", "too-heavy"},
	} {
		findings, err := Output(fstest.MapFS{
			"index.html":   {Data: []byte(frame + tt.page)},
			"b/index.html": {Data: []byte(frame + `<p id="x"></p><a href="../">up</a>`)},
			"404.html":     {Data: []byte(frame + `<script src="/below/x.js"></script><a href="/below/somewhere/">home</a>`)},
			"moved.html":   {Data: []byte(`<!DOCTYPE html><html lang="en"><title>M</title><meta http-equiv="refresh" content="0; url=b/"><a href="b/">b</a>`)},
			"s.css":        {Data: []byte("p{}")},
			"my cat.png":   {},
			"heavy.css":    {Data: []byte(noise(80 << 10))},
		})
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, f := range findings {
			rules = append(rules, f.Rule)
		}
		if got := strings.Join(rules, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOutput_stylesheet(t *testing.T) {
	findings, err := Output(fstest.MapFS{
		"css/s.css":     {Data: []byte(`@font-face{src:url("../fonts/a.woff2")} b{background:url(gone.png)} i{background:url('https://example.com/x.png')}`)},
		"fonts/a.woff2": {},
	})
	if err != nil || len(findings) != 2 || findings[0].Rule != "dead-link" || findings[1].Rule != "other-host" {
		t.Errorf("%v, %v", findings, err)
	}
}

// TestOutput_foreign: what came along is led to, and not judged.
func TestOutput_foreign(t *testing.T) {
	tree := fstest.MapFS{
		"index.html":      {Data: []byte(frame + `<a href="files/demo.html">demo</a>`)},
		"files/demo.html": {Data: []byte(`<script>1</script><a href="gone.html">x</a>`)},
	}
	if findings, err := Output(tree, "/files/"); err != nil || len(findings) > 0 {
		t.Errorf("%v, %v", findings, err)
	}
	if findings, err := Output(tree); err != nil || len(findings) == 0 {
		t.Errorf("without saying so: %v, %v", findings, err)
	}
}
