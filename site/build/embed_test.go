package build

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEmbed: where somebody may frame them, each figure has a page of its own, which
// leads back to the text and says what to write elsewhere. No other page may be framed.
func TestEmbed(t *testing.T) {
	const path = "/embed/run-cut-off-4200/"
	text := withLink(strings.Replace(runTree, "content: [docs]", "url: https://parcels.example.org/design\ncontent: [docs]\nembed: [https://wiki.example.org]", 1))
	l := loadRuns(t, tree(t, text), testLab)
	if len(l.Findings) > 0 {
		t.Fatalf("findings: %v", l.Findings)
	}
	home, alone := l.ByPath("/"), l.ByPath(path)
	if filled, _ := l.Fill(home); !strings.Contains(string(filled.Body), `<a href="embed/run-cut-off-4200/">The figure alone</a>`) {
		t.Errorf("the figure does not lead there:\n%s", filled.Body)
	}
	if alone == nil {
		t.Fatal("the figure has no page of its own")
	}
	data, findings, err := l.Bytes(context.Background(), &l.Site, alone)
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	for _, want := range []string{`<base target="_blank">`, `<em>lost</em>`, `href="../../model/evidence/runs/#evidence.runs.values.cut-off.leader.lost"`, `href="../../lab/#run=`,
		`href="../../#run-cut-off-4200"`, `&lt;iframe src=&#34;https://parcels.example.org/design/embed/run-cut-off-4200/&#34;`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is missing in\n%s", want, data)
		}
	}
	if strings.Contains(string(data), "The figure alone") {
		t.Error("the page leads to itself")
	}
	if diff := cmp.Diff([]string{"'self'", "https://wiki.example.org"}, l.Framers(alone)); diff != "" || l.Framers(home) != nil {
		t.Errorf("%s%v", diff, l.Framers(home))
	}

	// Another text shows the same moment with another lane.
	text += "-- docs/other.md --\n# Other\n\n```run scenario=cut-off lanes=quorum at=4.2s caption=\"Nothing is gone.\"\n```\n"
	l = loadRuns(t, tree(t, text), testLab)
	other, _ := l.Fill(l.ByPath("/other/"))
	if !strings.Contains(string(other.Body), `<a href="../embed/run-cut-off-4200-2/">`) {
		t.Errorf("the second figure leads to the first:\n%s", other.Body)
	}
	if filled, _ := l.Fill(l.ByPath("/embed/run-cut-off-4200-2/")); !strings.Contains(string(filled.Body), "Nothing is gone.") || strings.Contains(string(filled.Body), "lost</em>") {
		t.Errorf("it shows the first:\n%s", filled.Body)
	}

	without := loadRuns(t, tree(t, withLink(runTree)), testLab)
	if filled, _ := without.Fill(without.ByPath("/")); without.ByPath(path) != nil || strings.Contains(string(filled.Body), "figure alone") {
		t.Errorf("nobody may frame it, and it is there:\n%s", filled.Body)
	}
}

// TestEmbed_origins: what is no origin gets into no header, and is found.
func TestEmbed_origins(t *testing.T) {
	for from, fits := range map[string]bool{
		"*": true, "https://wiki.example.org": true, "https://*.example.org": true, "http://127.0.0.1:8000": true,
		"https://wiki.example.org/": false, "wiki.example.org": false, "javascript:alert(1)": false, "https://a;script-src *": false, "'self'": false, "https://a b": false, "https://*": false, "": false,
	} {
		l := loadRuns(t, tree(t, withLink(strings.Replace(runTree, "content: [docs]", "content: [docs]\nembed: ["+`"`+from+`"`+"]", 1))), testLab)
		if found := len(l.Findings) > 0; found == fits {
			t.Errorf("%q: %v", from, l.Findings)
		}
		if p := l.ByPath("/embed/run-cut-off-4200/"); (p != nil) != fits || fits && !slices.Contains(l.Framers(p), from) {
			t.Errorf("%q: the page is %v", from, p)
		}
	}
}
