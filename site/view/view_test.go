package view

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"lockstep/site"
)

// hostile is text that must come out as text.
const hostile = `<script>alert("x")</script>&'`

func example() (*Site, []*site.Page) {
	old := &site.Page{Kind: site.KindDecision, Section: "adr", Path: "/adr/0001-old/", Title: "Old " + hostile, Source: "adr/0001-old.md",
		Decision: &site.Decision{ID: "ADR-0001", Number: 1, Status: site.StatusSuperseded, Deciders: []string{hostile}, Options: []site.Option{{Title: "a", Chosen: true}, {Title: hostile}}}}
	old.Code = []site.CodeMention{{File: "a.go", Line: 7, Text: hostile, Href: "https://h.example/a.go#L7"}, {File: "a_test.go", Line: 3, Text: "why", Test: true}}
	young := &site.Page{Kind: site.KindDecision, Section: "adr", Path: "/adr/0002-new/", Title: "New", Source: "adr/0002-new.md",
		Decision: &site.Decision{ID: "ADR-0002", Number: 2, Status: site.StatusAccepted, Links: []site.DecisionLink{{Relation: site.Supersedes, Target: "ADR-0001"}}}}
	strange := &site.Page{Kind: site.KindDecision, Section: "adr", Path: "/adr/0003-x/", Title: "Strange", Decision: &site.Decision{ID: "ADR-0003", Number: 3, StatusText: hostile}}
	old.Meta.Tags = []string{hostile, "two words"}
	log, _ := site.NewLog([]*site.Page{old, young, strange})
	log.Name, log.Path, log.Graph, log.Lists = hostile, "/adr/", "/adr/graph/", "/adr/lists/"
	for _, p := range log.Decisions {
		p.Log = log
	}
	home := &site.Page{Kind: site.KindHome, Path: "/", Title: "Home", Summary: hostile, Body: "<p>body</p>"}
	chapter := &site.Page{Kind: site.KindDocument, Section: "design", Path: "/design/a/", Title: hostile, Summary: hostile, Meta: site.Meta{Summary: hostile, Status: hostile, Authors: []string{hostile}},
		Body: "<p>body</p>", Words: 400, Outline: []site.Heading{{Level: 2, ID: "a", Text: hostile}, {Level: 2, ID: "b", Text: "B"}}, History: site.History{Shallow: true}}
	chapter.Backlinks = []site.Backlink{{From: old, Label: hostile, Target: "ADR-0001"}}
	chapter.Prev = home
	pages := []*site.Page{home, chapter, old, young, strange,
		{Kind: site.KindGraph, Section: "adr", Path: log.Graph, Title: "Relations", Log: log},
		{Kind: site.KindLists, Section: "adr", Path: log.Lists, Title: "Lists", Log: log, Facets: log.Facets()},
		{Kind: site.KindLog, Section: "adr", Path: "/adr/", Title: "Decisions", Log: log},
		{Kind: site.KindSection, Section: "design", Path: "/design/", Title: "Design", Pages: []*site.Page{chapter}},
		{Kind: site.KindLab, Section: "lab", Path: "/lab/", Title: "Lab"},
		{Kind: site.KindRunbook, Section: "runbook", Path: "/runbook/x/", Title: "Runbook"},
		{Kind: site.KindNotFound, Path: "/404.html", Title: "Nothing"}}
	s := &Site{Title: "Example", Asset: func(name string) string { return "/static/" + name }, Stream: "/_/stream",
		Nav: []NavSection{{Title: "Design", Path: "/design/", Pages: []*site.Page{chapter}, Top: true}, {Title: "Decisions", Path: "/adr/", Pages: log.Decisions, Top: true}}}
	return s, pages
}

func render(t *testing.T, s *Site, p *site.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Page(s, p).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPage: what every page owes to its readers and to the policy.
func TestPage(t *testing.T) {
	s, pages := example()
	for _, p := range pages {
		out := render(t, s, p)
		counts, ids := map[string]int{}, map[string]bool{}
		z := html.NewTokenizer(strings.NewReader(out))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
				continue
			}
			counts[token.Data]++
			for _, a := range token.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: <%s %s>", p.Path, token.Data, a.Key)
				case a.Key == "id" && ids[a.Val]:
					t.Errorf("%s: id %s twice", p.Path, a.Val)
				case a.Key == "id":
					ids[a.Val] = true
				case (a.Key == "href" || a.Key == "src") && strings.HasPrefix(a.Val, "/"):
					t.Errorf("%s: %s=%q is not relative", p.Path, a.Key, a.Val)
				}
			}
			if token.Data == "script" && len(token.Attr) == 0 {
				t.Errorf("%s: an inline script", p.Path)
			}
		}
		for element, want := range map[string]int{"h1": 1, "main": 1, "title": 1, "style": 0} {
			if counts[element] != want {
				t.Errorf("%s: %d <%s>, want %d", p.Path, counts[element], element, want)
			}
		}
		if strings.Contains(out, hostile) || strings.Contains(out, "<script>alert") {
			t.Errorf("%s: hostile text is not escaped", p.Path)
		}
		if !strings.Contains(out, `class="skip" href="#page__text"`) || !ids["page__text"] {
			t.Errorf("%s: no way to skip to the text", p.Path)
		}
	}
}

// TestPage_standing: a record that does not hold says so before its title, with
// the way to its successor.
func TestPage_standing(t *testing.T) {
	s, pages := example()
	for _, tt := range []struct {
		path, want string
	}{
		{"/adr/0001-old/", `Superseded by <a href="../0002-new/">ADR-0002: New</a>`},
		{"/adr/0003-x/", "Status unknown."},
	} {
		for _, p := range pages {
			if p.Path != tt.path {
				continue
			}
			out := strings.Join(strings.Fields(render(t, s, p)), " ")
			banner := strings.Index(out, `class="banner`)
			if banner < 0 || banner > strings.Index(out, "<h1") || !strings.Contains(out, tt.want) {
				t.Errorf("%s does not say %q first", tt.path, tt.want)
			}
		}
	}
}

// TestPage_absolute: 404 is shown at any depth, so its links begin at the root
// of the site.
func TestPage_absolute(t *testing.T) {
	s, pages := example()
	s.Absolute = "/some/where/"
	if out := render(t, s, pages[len(pages)-1]); !strings.Contains(out, `href="/some/where/design/"`) {
		t.Error("links of the 404 page are not below the prefix")
	}
}

// TestPage_mentions: a record lists the code that names it, tests last, and hides the
// list where it is long.
func TestPage_mentions(t *testing.T) {
	s, pages := example()
	old := pages[2]
	out := strings.Join(strings.Fields(render(t, s, old)), " ")
	for _, want := range []string{"2 lines in 2 files name this record, 1 file of tests among them.", `<code>a.go</code> <small><a href="https://h.example/a.go#L7">line 7</a>`,
		`<code>a_test.go</code> <span class="chip">test</span> <small>line 3 why</small>`} {
		if !strings.Contains(out, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(out, "<details><summary>2 lines") {
		t.Error("a short list is hidden")
	}
	for line := range 10 {
		old.Code = append(old.Code, site.CodeMention{File: "b.go", Line: line + 1})
	}
	if out := render(t, s, old); !strings.Contains(out, "<details><summary>12 lines in 3 files name this record") {
		t.Error("a long list is open")
	}
}

func TestProblems(t *testing.T) {
	s, pages := example()
	var b bytes.Buffer
	problem := Problem{Finding: site.Finding{File: "a.md", Line: 7, Rule: "dead-link", Message: hostile, Mend: hostile}, Excerpt: []ExcerptLine{{6, "before", false}, {7, hostile, true}}}
	if err := Problems(s, pages[0], []Problem{problem}).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); strings.Contains(out, hostile) || !strings.Contains(out, "a.md:7") || !strings.Contains(out, `class="at"`) {
		t.Errorf("problems page:\n%s", out)
	}
}
