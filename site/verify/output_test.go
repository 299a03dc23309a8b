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

func TestOutput(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"sound", `<a href="b/">b</a> <a href="b/#x">x</a> <a href="#own" id="own">o</a> <a href="https://example.com">e</a> <link rel="stylesheet" href="s.css">`, ""},
		{"dead link", `<a href="c/">c</a>`, "dead-link"},
		{"dead anchor", `<a href="b/#y">y</a>`, "dead-anchor"},
		{"dead picture", `<img src="x.png" alt="">`, "dead-link"},
		{"twice the same id", `<p id="a"></p><p id="a"></p>`, "duplicate-id"},
		{"inline script", `<script>1</script>`, "inline-code"},
		{"event handler", `<p onclick="x()">`, "inline-code"},
		{"inline style", `<p style="x">`, "inline-code"},
		{"style element", `<style>p{}</style>`, "inline-code"},
		{"another host", `<img src="https://example.com/x.png" alt="">`, "other-host"},
		{"heavy", "<p>" + noise(80<<10) + "</p>", "too-heavy"},
	} {
		findings, err := Output(fstest.MapFS{
			"index.html":   {Data: []byte(tt.page)},
			"b/index.html": {Data: []byte(`<p id="x"></p>`)},
			"s.css":        {Data: []byte("p{}")},
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
