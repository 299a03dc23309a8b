package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestLog_Groups: a long log falls into parts that a page can show, by folders where the
// records lie in some, or else by numbers or years.
func TestLog_Groups(t *testing.T) {
	page := func(source, id string, number int) *Page {
		return &Page{Source: source, Title: id, Decision: &Decision{ID: id, Number: number}}
	}
	many := func(n int, source func(i int) string) (pages []*Page) {
		for i := 1; i <= n; i++ {
			pages = append(pages, page(source(i), fmt.Sprintf("KEP-%d", i), i))
		}
		return pages
	}
	dated := func(n int) (pages []*Page) {
		for i := range n {
			day := fmt.Sprintf("%d-01-%02d", 2020+i%3, i/3+1)
			pages = append(pages, page("adr/"+day+".md", day, 0))
		}
		return pages
	}
	for _, tt := range []struct {
		name  string
		pages []*Page
		want  string
	}{
		{"a short log", many(60, func(i int) string { return fmt.Sprintf("adr/%d.md", i) }), ""},
		{"tens", many(70, func(i int) string { return fmt.Sprintf("adr/%d.md", i) }), "1–9:9 10–19:10 20–29:10 30–39:10 40–49:10 50–59:10 60–69:10 70–79:1"},
		{"hundreds", many(250, func(i int) string { return fmt.Sprintf("adr/%d.md", i) }), "1–99:99 100–199:100 200–299:51"},
		{"folders", many(90, func(i int) string { return fmt.Sprintf("keps/sig-%d/%d/README.md", i%3, i) }), "sig-0:30 sig-1:30 sig-2:30"},
		{"a folder for each record", many(70, func(i int) string { return fmt.Sprintf("keps/%d/README.md", i) }), "1–9:9 10–19:10 20–29:10 30–39:10 40–49:10 50–59:10 60–69:10 70–79:1"},
		{"a folder too large for its pages", many(250, func(i int) string { return fmt.Sprintf("keps/sig-%d/%d/README.md", i/240, i) }), "1–99:99 100–199:100 200–299:51"},
		{"years", dated(66), "2020:22 2021:22 2022:22"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log, _ := NewLog(tt.pages)
			for _, p := range tt.pages {
				p.Log = log
			}
			if all := (&Log{Decisions: tt.pages}).Groups(); all != nil {
				t.Errorf("a log of records of other logs has groups %v", all)
			}
			var got []string
			for _, g := range log.Groups() {
				got = append(got, fmt.Sprintf("%s:%d", g.Name, len(g.Decisions)))
				for _, p := range g.Decisions {
					if log.GroupOf(p) != g.Name {
						t.Errorf("%s is in %s and says %q", p.Title, g.Name, log.GroupOf(p))
					}
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("groups %q, want %q", strings.Join(got, " "), tt.want)
			}
		})
	}
}

func TestLog_Facets(t *testing.T) {
	pages := []*Page{record("ADR-0001 superseded"), record("ADR-0002 accepted"), record("ADR-0003 proposed")}
	pages[0].Meta.Tags, pages[1].Meta.Tags = []string{"reads", "cost"}, []string{"reads", "reads"}
	pages[0].Decision.Date, pages[1].Decision.Date, pages[2].Decision.Date = "2025-01-02", "2026-01-02", "in spring"
	log, _ := NewLog(pages)
	log.Name = "Decisions"
	for _, p := range pages {
		p.Log = log
	}
	var got []string
	for _, f := range log.Facets() {
		got = append(got, f.Name)
		for _, v := range f.Values {
			var ids []string
			for _, p := range v.Decisions {
				ids = append(ids, p.Decision.ID[4:])
			}
			got = append(got, v.Name+"="+strings.Join(ids, ","))
		}
	}
	want := "status proposed=0003 accepted=0002 superseded=0001 tag cost=0001 reads=0001,0002 period 2025=0001 2026=0002"
	if strings.Join(got, " ") != want {
		t.Errorf("facets\n%s\nwant\n%s", strings.Join(got, " "), want)
	}
}
