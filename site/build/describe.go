package build

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockstep/site"
)

// maxDescription is about what searchers show of a description, in code points.
const maxDescription = 240

// describeLists gives lists that say nothing of themselves a summary of what they hold: how
// many pages, and their first sentences until there are enough words.
func (t *Tree) describeLists() {
	for _, p := range t.Pages {
		switch {
		case p.Summary != "":
		case p.Kind == site.KindLog && p.Log != nil:
			p.Summary = holding(p.Log.Decisions, "decision", "decisions")
		case p.Kind == site.KindSection && len(p.Pages) > 0:
			p.Summary = holding(p.Pages, "page", "pages")
		}
	}
}

// holding describes a list by its pages.
func holding(pages []*site.Page, one, many string) string {
	said := fmt.Sprintf("%d %s.", len(pages), many)
	if len(pages) == 1 {
		said = "One " + one + "."
	}
	for _, p := range pages {
		next := " " + strings.TrimRight(p.Title, ".")
		if s := firstSentence(p.Summary); s != "" {
			next += ": " + s
		}
		if !strings.ContainsAny(next[len(next)-1:], ".!?…") {
			next += "."
		}
		if utf8.RuneCountInString(said+next) > maxDescription {
			break
		}
		said += next
	}
	return said
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
