package build

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockstep/site"
)

// maxDescription is about what searchers show of a description, in code points.
const maxDescription = 240

// describeLists gives lists that say nothing of themselves a summary of what they hold:
// how many pages, and their first sentences until there are enough words.
func (t *Tree) describeLists() {
	lists := make(map[*site.Page]string) // what is said of a list in another
	about := func(p *site.Page) string {
		if titles, ok := lists[p]; ok {
			return titles
		}
		return firstSentence(p.Summary)
	}
	for _, p := range t.Pages {
		pages, one, many := p.Pages, "page", "pages"
		if p.Kind == site.KindLog && p.Log != nil {
			pages, one, many = p.Log.Decisions, "decision", "decisions"
		} else if p.Kind != site.KindSection {
			continue
		}
		if p.Summary != "" || len(pages) == 0 || p.Path == "/" {
			continue
		}
		p.Summary, lists[p] = holding(pages, about, one, many), titlesOf(pages)
	}
	// The first page of all lists those lists.
	if p := t.byPath["/"]; p.Summary == "" && len(p.Pages) > 0 {
		p.Summary = holding(p.Pages, about, "page", "pages")
	}
}

// holding describes a list by its pages.
func holding(pages []*site.Page, about func(*site.Page) string, one, many string) string {
	said := fmt.Sprintf("%d %s.", len(pages), many)
	if len(pages) == 1 {
		said = "One " + one + "."
	}
	for _, p := range pages {
		next := " " + strings.TrimRight(p.Title, ".")
		if what := about(p); what != "" {
			next += ": " + what
		}
		if !strings.ContainsAny(next[len(next)-1:], ".!?") {
			next += "."
		}
		if utf8.RuneCountInString(said+next) > maxDescription {
			break
		}
		said += next
	}
	return said
}

// titlesOf are the first titles of a list.
func titlesOf(pages []*site.Page) string {
	var titles []string
	for _, p := range pages[:min(3, len(pages))] {
		titles = append(titles, strings.TrimRight(p.Title, "."))
	}
	if len(pages) > len(titles) {
		titles = append(titles, "and others")
	}
	return strings.Join(titles, ", ")
}

// firstSentence ends where a space follows the mark: "node.go" holds no end.
func firstSentence(s string) string {
	for i, r := range s {
		if strings.ContainsRune(".!?", r) && (i+1 == len(s) || s[i+1] == ' ') {
			return s[:i+1]
		}
	}
	return s
}
