package site

import (
	"strings"
	"testing"
)

// TestNear: a page is found under an address that was misspelled, moved, shortened or
// is a file's, and nothing is suggested for what is like no page.
func TestNear(t *testing.T) {
	var pages []*Page
	for _, p := range []string{"/", "/adr/", "/adr/0001-shards/", "/adr/0004-one-raft-group-per-shard/", "/adr/0010-fan-out/", "/design/failure-modes/", "/design/fan-out/", "/design/größe/", "/runbook/lost-region/"} {
		pages = append(pages, &Page{Path: p})
	}
	for asked, want := range map[string]string{
		"/desing/failure-mode/":          "/design/failure-modes/",
		"/docs/failure-modes.html":       "/design/failure-modes/",
		"/failure-modes/index.html":      "/design/failure-modes/",
		"/adr/0004-raft-group-per-shard": "/adr/0004-one-raft-group-per-shard/",
		"/RUNBOOK/lost-region":           "/runbook/lost-region/",
		"/design/größen/":                "/design/größe/",
		"/fanout/":                       "/adr/0010-fan-out/ /design/fan-out/",
		"/wp-login.php":                  "",
		"/":                              "",
		"/x":                             "",
		"/" + strings.Repeat("failure-modes/", 100000): "",
	} {
		var got []string
		for _, p := range Near(asked, pages, 2) {
			got = append(got, p.Path)
		}
		joined := strings.Join(got, " ")
		for _, w := range strings.Fields(want) {
			if !strings.Contains(joined, w) {
				t.Errorf("%.60s: %q lacks %s", asked, joined, w)
			}
		}
		if want == "" && joined != "" {
			t.Errorf("%.60s: %q, want %q", asked, joined, want)
		}
	}
}
