package site

import (
	"fmt"
	"strings"
	"testing"
)

// edges are the relations of a drawing, in words.
func (g Graph) edges() string {
	var words []string
	for _, e := range g.Edges {
		words = append(words, fmt.Sprintf("%s %s %s", g.Nodes[e.From].Page.Title, e.Relation, g.Nodes[e.To].Page.Title))
	}
	return strings.Join(words, "; ")
}

func TestLog_Clusters(t *testing.T) {
	log, _ := NewLog([]*Page{record("ADR-0001 superseded"), record("ADR-0002 accepted relates-to=ADR-0001"), record("ADR-0003 superseded supersedes=ADR-0001"), record("ADR-0004 accepted supersedes=ADR-0003"),
		record("ADR-0005 accepted amends=ADR-0004 amends=ADR-0001"), record("ADR-0006 accepted"), record("ADR-0007 accepted amends=ADR-0006")})
	var got []string
	for _, g := range log.Clusters() {
		got = append(got, g.edges())
		taken := make(map[[2]int]bool)
		for _, n := range g.Nodes {
			if place := [2]int{n.Column, n.Row}; taken[place] {
				t.Errorf("%s stands where another record does", n.Page.Title)
			} else {
				taken[place] = true
			}
		}
		for _, e := range g.Edges {
			if g.Nodes[e.From].Column <= g.Nodes[e.To].Column {
				t.Errorf("%s is not right of what it replaces", g.Nodes[e.From].Page.Title)
			}
		}
	}
	want := "ADR-0003 supersedes ADR-0001; ADR-0004 supersedes ADR-0003; ADR-0005 amends ADR-0004; ADR-0005 amends ADR-0001 | ADR-0007 amends ADR-0006"
	if strings.Join(got, " | ") != want {
		t.Errorf("clusters\n%s\nwant\n%s", strings.Join(got, " | "), want)
	}
	if n := log.Neighbourhood("ADR-0002"); len(n.Nodes) != 0 {
		t.Errorf("a record that only relates has %d neighbours in the drawing", len(n.Nodes))
	}
	if pairs := log.Related(); len(pairs) != 1 || pairs[0][0].Title != "ADR-0001" || pairs[0][1].Title != "ADR-0002" {
		t.Errorf("related: %v", pairs)
	}
}

// TestLog_Neighbourhood_of_many: a record in the middle of a chain of hundreds, each of
// which amends all before it, is drawn with its neighbours, and the rest are counted.
func TestLog_Neighbourhood_of_many(t *testing.T) {
	const n = 300
	var pages []*Page
	for i := 1; i <= n; i++ {
		text := fmt.Sprintf("ADR-%04d accepted", i)
		for before := max(1, i-3); before < i; before++ {
			text += fmt.Sprintf(" amends=ADR-%04d", before)
		}
		pages = append(pages, record(text))
	}
	log, findings := NewLog(pages)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	g := log.Neighbourhood("ADR-0150")
	if len(g.Nodes) != maxNear || g.More != n-maxNear {
		t.Errorf("%d records and %d more, want %d and %d", len(g.Nodes), g.More, maxNear, n-maxNear)
	}
	for _, node := range g.Nodes {
		if d := node.Page.Decision.Number - 150; d < -maxNear || d > maxNear {
			t.Errorf("%s is not near", node.Page.Title)
		}
	}
	if whole := log.Clusters(); len(whole) != 1 || len(whole[0].Nodes) != n || whole[0].Columns != n {
		t.Errorf("%d clusters, want one of %d records in as many generations", len(whole), n)
	}
}
