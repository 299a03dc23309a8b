package build

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/site"
)

// TestLogPages: where there are several series, one log holds all their records and says
// of which each is; each log with relations has a page for them, and every log has lists.
func TestLogPages(t *testing.T) {
	dir := tree(t, inSeries)
	tr := load(t, dir)
	all := tr.ByPath("/decisions/")
	if all == nil || all.Kind != site.KindLog || len(all.Log.Decisions) != len(tr.decisions) {
		t.Fatalf("no log of all series: %v", all)
	}
	out, _ := write(t, dir, Options{})
	files := contents(t, out)
	page := files["decisions/index.html"]
	for _, s := range tr.series {
		if want := `data-series="` + s.log.Name + `"`; strings.Count(page, want) != len(s.log.Decisions) {
			t.Errorf("%s stands %d times in the log of all series, want %d", want, strings.Count(page, want), len(s.log.Decisions))
		}
		if strings.Contains(files[strings.TrimPrefix(s.Address, "/")+"index.html"], "data-series=") {
			t.Errorf("the log %s says of each record that it is in %s", s.Address, s.Address)
		}
		if files[strings.TrimPrefix(s.Address, "/")+"lists/index.html"] == "" {
			t.Errorf("%s has no lists", s.Address)
		}
	}
	if files["rfc/graph/index.html"] == "" || files["web/adr/graph/index.html"] != "" {
		t.Error("a page of relations where there are none, or none where there are some")
	}
}

// TestLogPages_taken: a record whose file is called like such a page keeps its address.
func TestLogPages_taken(t *testing.T) {
	tr := load(t, tree(t, `-- adr/0001-one.md --
# One

Status: superseded by ADR-0002
-- adr/0002-two.md --
# Two

Status: accepted
-- adr/graph.md --
# The graph
-- adr/lists/index.md --
# The lists
`))
	for path, title := range map[string]string{"/adr/graph/": "The graph", "/adr/lists/": "The lists"} {
		if p := tr.ByPath(path); p == nil || p.Title != title {
			t.Errorf("at %s is %v, want %q", path, p, title)
		}
	}
	if tr.Log().Graph != "/adr/graph-2/" || tr.ByPath("/adr/graph-2/") == nil || tr.Log().Lists != "/adr/lists-2/" {
		t.Errorf("the relations are at %s, the lists at %s", tr.Log().Graph, tr.Log().Lists)
	}
}

// TestNavigation_bounded: what the navigation shows of a log with hundreds of records
// stays small, as it is on the page of each of them.
func TestNavigation_bounded(t *testing.T) {
	var text strings.Builder
	for i := 1; i <= 700; i++ {
		fmt.Fprintf(&text, "-- keps/sig-%d/%04d-record/kep.yaml --\nstatus: implemented\n-- keps/sig-%d/%04d-record/README.md --\n# Record %d\n", i%5, i, i%5, i, i)
	}
	tr := load(t, tree(t, text.String()))
	p := tr.ByPath("/kep/0123-record/")
	if p == nil {
		t.Fatalf("no page for record 123 among %d, such as %s", len(tr.Pages), tr.Pages[9].Path)
	}
	data, _, err := tr.Bytes(t.Context(), &tr.Site, p)
	if err != nil {
		t.Fatal(err)
	}
	nav, _, _ := strings.Cut(string(data), "<main")
	if n := strings.Count(nav, "nav-number"); n != 140 {
		t.Errorf("the navigation has %d records, want the 140 of sig-3", n)
	}
	if n := strings.Count(nav, `class="nav-group" href=`); n != 4 {
		t.Errorf("the navigation leads to %d other groups, want 4", n)
	}
	if len(nav) > 40_000 {
		t.Errorf("the navigation has %d bytes", len(nav))
	}
}
