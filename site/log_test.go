package site

import (
	"fmt"
	"strings"
	"testing"
)

// record makes a page of a decision: "ADR-0002 accepted supersedes=ADR-0001".
func record(text string) *Page {
	fields := strings.Fields(text)
	d := &Decision{ID: fields[0], Status: Status(fields[1])}
	fmt.Sscanf(d.ID, "ADR-%d", &d.Number)
	for i, f := range fields[2:] {
		relation, target, _ := strings.Cut(f, "=")
		d.Links = append(d.Links, DecisionLink{Relation: Relation(relation), Target: target, Line: i + 1})
	}
	return &Page{Kind: KindDecision, Source: "adr/" + d.ID + ".md", Title: d.ID, Decision: d}
}

func TestNewLog_findings(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records []string
		want    string // the rules, with the record that they name
	}{
		{"sound", []string{"ADR-0001 superseded", "ADR-0002 accepted supersedes=ADR-0001"}, ""},
		{"typed on both sides", []string{"ADR-0001 superseded superseded-by=ADR-0002", "ADR-0002 accepted supersedes=ADR-0001"}, ""},
		{"many to many", []string{"ADR-0001 superseded", "ADR-0002 superseded", "ADR-0003 accepted supersedes=ADR-0001 supersedes=ADR-0002", "ADR-0004 accepted supersedes=ADR-0001 amends=ADR-0003"}, ""},
		{"amended is not superseded", []string{"ADR-0001 accepted", "ADR-0002 accepted amends=ADR-0001"}, ""},
		{"dangling", []string{"ADR-0001 accepted amends=ADR-0009"}, "dangling-decision ADR-0001"},
		{"itself", []string{"ADR-0001 accepted amends=ADR-0001"}, "decision-cycle ADR-0001"},
		{"a circle of two", []string{"ADR-0001 superseded supersedes=ADR-0002", "ADR-0002 superseded supersedes=ADR-0001"}, "decision-cycle ADR-0001"},
		{"a circle of three", []string{"ADR-0001 accepted amends=ADR-0003", "ADR-0002 accepted amends=ADR-0001", "ADR-0003 accepted amends=ADR-0002"}, "decision-cycle ADR-0001"},
		{"a proposal supersedes", []string{"ADR-0001 accepted", "ADR-0002 proposed supersedes=ADR-0001"}, "proposed-supersedes ADR-0002"},
		{"no successor", []string{"ADR-0001 superseded"}, "no-successor ADR-0001"},
		{"still accepted", []string{"ADR-0001 accepted", "ADR-0002 accepted supersedes=ADR-0001"}, "not-superseded ADR-0001"},
		{"one number twice", []string{"ADR-0001 accepted", "ADR-0001 accepted"}, "duplicate-decision ADR-0001"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var pages []*Page
			for _, text := range tt.records {
				pages = append(pages, record(text))
			}
			_, findings := NewLog(pages)
			var got []string
			for _, f := range findings {
				got = append(got, f.Rule+" "+strings.TrimSuffix(strings.TrimPrefix(f.File, "adr/"), ".md"))
			}
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("findings %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLog_Related_from_both_sides(t *testing.T) {
	old, other, young := record("ADR-0001 superseded"), record("ADR-0002 accepted amended-by=ADR-0003"), record("ADR-0003 accepted supersedes=ADR-0001")
	NewLog([]*Page{old, other, young})
	for _, tt := range []struct {
		page     *Page
		relation Relation
		want     string
	}{{old, SupersededBy, "ADR-0003"}, {young, Supersedes, "ADR-0001"}, {young, Amends, "ADR-0002"}, {other, AmendedBy, "ADR-0003"}, {other, Supersedes, ""}} {
		if got := strings.Join(tt.page.Decision.Related(tt.relation), ","); got != tt.want {
			t.Errorf("%s %s %q, want %q", tt.page.Title, tt.relation, got, tt.want)
		}
	}
}
