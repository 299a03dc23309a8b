package build

import (
	"strings"
	"testing"
)

// TestIntroduction: a README beside another text of its folder keeps what it says of
// itself, and its outline.
func TestIntroduction(t *testing.T) {
	readme := "---\ntitle: Wallet\nstatus: Active\nauthors: [Ada]\n---\n# Bridge\n\n## One\n\n## Two\n"
	for file, at := range map[string]string{"README.md": "/", "wallet/README.md": "/wallet/"} {
		loaded := load(t, tree(t, "-- notes/README.md --\n---\ndate: 2026-01-02\n---\n# N\n-- notes/a.md --\n# A\n-- "+file+" --\n"+readme+"-- wallet/more.md --\n# More\n"))
		data, _, err := loaded.Bytes(t.Context(), &loaded.Site, loaded.ByPath(at))
		if err != nil {
			t.Fatal(err)
		}
		notes, _, err := loaded.Bytes(t.Context(), &loaded.Site, loaded.ByPath("/notes/"))
		if err != nil || !strings.Contains(string(notes), ">2026-01-02<") {
			t.Errorf("a date alone is not shown: %v", err)
		}
		for _, want := range []string{">Status: Active<", ">Ada<", `<p class="lede">Bridge</p>`, `href="#two"`} {
			if !strings.Contains(string(data), want) {
				t.Errorf("%s lacks %s", at, want)
			}
		}
	}
}
