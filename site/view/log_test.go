package view

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"lockstep/site"
)

// elements are those of a page for which keep says so.
func elements(t *testing.T, out string, keep func(*html.Node) bool) (found []*html.Node) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && keep(n) {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// records make a log of as many records as there are lists of what they amend.
func records(amends ...[]int) *site.Log {
	var pages []*site.Page
	for i, targets := range amends {
		d := &site.Decision{ID: fmt.Sprintf("ADR-%04d", i+1), Number: i + 1, Status: site.StatusAccepted}
		for _, target := range targets {
			d.Links = append(d.Links, site.DecisionLink{Relation: site.Amends, Target: fmt.Sprintf("ADR-%04d", target)})
		}
		pages = append(pages, &site.Page{Kind: site.KindDecision, Section: "adr", Path: fmt.Sprintf("/adr/%04d/", i+1), Title: fmt.Sprintf("Record %d", i+1), Decision: d})
	}
	log, _ := site.NewLog(pages)
	log.Name, log.Path, log.Graph, log.Lists = "Decisions", "/adr/", "/adr/graph/", "/adr/lists/"
	for _, p := range pages {
		p.Log = log
	}
	return log
}

// TestRelations: the list below a drawing says each relation that is drawn and no other,
// and each record has its status in both.
func TestRelations(t *testing.T) {
	s, pages := example()
	for name, log := range map[string]*site.Log{"the example": pages[2].Log, "over a column": records(nil, []int{1}, []int{2, 1}, nil, []int{4, 1})} {
		out := render(t, s, &site.Page{Kind: site.KindGraph, Section: "adr", Path: "/adr/graph/", Title: "Relations", Log: log})
		drawn, said := make(map[string]bool), make(map[string]bool)
		for _, path := range elements(t, out, func(n *html.Node) bool { return attribute(n, "data-edge") != "" }) {
			drawn[attribute(path, "data-edge")] = true
		}
		for _, li := range elements(t, out, func(n *html.Node) bool { return n.Data == "li" && attribute(n.Parent, "class") == "graph-words" }) {
			words := textOf(li)
			relation := ""
			for _, r := range []string{" supersedes ", " amends "} {
				if strings.Contains(words, r) {
					relation = r
				}
			}
			from, to, _ := strings.Cut(words, relation)
			for _, end := range []string{from, to} {
				if id, _, _ := strings.Cut(end, ":"); !strings.HasSuffix(end, log.ByID(id).Decision.Status.Word()) {
					t.Errorf("%s: %q does not say the status", name, end)
				}
			}
			from, _, _ = strings.Cut(from, ":")
			to, _, _ = strings.Cut(to, ":")
			said[from+relation+to] = true
		}
		if len(drawn) == 0 {
			t.Errorf("%s: nothing is drawn", name)
		}
		for edge := range drawn {
			if !said[edge] {
				t.Errorf("%s: %s is drawn and not said", name, edge)
			}
		}
		for edge := range said {
			if !drawn[edge] {
				t.Errorf("%s: %s is said and not drawn", name, edge)
			}
		}
	}
}

// TestRelations_many: what is too much for a drawing is said all the same.
func TestRelations_many(t *testing.T) {
	s, _ := example()
	var amends [][]int
	for i := range maxDrawn + 1 {
		amends = append(amends, nil)
		if i > 0 {
			amends[i] = []int{i}
		}
	}
	out := render(t, s, &site.Page{Kind: site.KindGraph, Section: "adr", Path: "/adr/graph/", Title: "Relations", Log: records(amends...)})
	if n := len(elements(t, out, func(n *html.Node) bool { return attribute(n, "data-edge") != "" })); n != 0 {
		t.Errorf("%d relations are drawn", n)
	}
	if n := len(elements(t, out, func(n *html.Node) bool { return n.Data == "li" && attribute(n.Parent, "class") == "graph-words" })); n != maxDrawn {
		t.Errorf("%d relations are said, want %d", n, maxDrawn)
	}
}

// TestLists: every link of the log to a list leads to one, and every list to its records.
func TestLists(t *testing.T) {
	s, pages := example()
	var log, lists *site.Page
	for _, p := range pages {
		switch p.Kind {
		case site.KindLog:
			log = p
		case site.KindLists:
			lists = p
		}
	}
	ids := make(map[string]*html.Node)
	for _, n := range elements(t, render(t, s, lists), func(n *html.Node) bool { return attribute(n, "id") != "" }) {
		ids[attribute(n, "id")] = n
	}
	links := elements(t, render(t, s, log), func(n *html.Node) bool { return attribute(n, "data-filter") != "" })
	for _, link := range links {
		_, anchor, _ := strings.Cut(attribute(link, "href"), "lists/#")
		id, err := url.PathUnescape(anchor)
		if err != nil || ids[id] == nil {
			t.Errorf("%s leads to the list %q, which is not there", attribute(link, "href"), id)
			continue
		}
		given, err := url.ParseQuery(attribute(link, "data-filter"))
		if err != nil || len(given) != 1 {
			t.Errorf("data-filter %q says no one thing", attribute(link, "data-filter"))
		}
		for _, value := range given {
			if textOf(ids[id]) != strings.Join(strings.Fields(value[0]), " ") {
				t.Errorf("a link for %q leads to %q", value[0], textOf(ids[id]))
			}
		}
	}
	if len(links) < 6 {
		t.Errorf("%d links narrow the log down, want those of its rows and statuses", len(links))
	}
}

// TestNavigation_records: the navigation numbers records and says the status of those
// that are not simply accepted; of a long log it shows the reader's own group.
func TestNavigation_records(t *testing.T) {
	s, pages := example()
	out := strings.Join(strings.Fields(render(t, s, pages[2])), " ")
	for _, want := range []string{`<span class="nav-number superseded">0001</span>`, `<small class="superseded">superseded</small>`, `<span class="nav-number accepted">0002</span> New`} {
		if !strings.Contains(out, want) {
			t.Errorf("the navigation lacks %s", want)
		}
	}
	log := records(make([][]int, 70)...)
	s.Nav = []NavSection{{Title: "Decisions", Path: "/adr/", Groups: log.Groups()}}
	out = strings.Join(strings.Fields(render(t, s, log.ByID("ADR-0025"))), " ")
	for want, n := range map[string]int{`<summary>20–29 <small>10</small></summary>`: 1, `class="nav-number`: 10, `href="../?group=30%E2%80%9339"`: 1, "<details class=\"nav-group\" open>": 1} {
		if got := strings.Count(out, want); got != n {
			t.Errorf("the navigation has %s %d times, want %d", want, got, n)
		}
	}
}
