package view

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/site"
)

func findDecision(p *site.Page, id string) *site.Page {
	if p.Log == nil {
		return nil
	}
	return p.Log.ByID(id)
}

// asWritten is how a record states its status, where that is another word: "Akzeptiert".
func asWritten(d *site.Decision) string {
	text := strings.Trim(d.StatusText, " *_")
	if d.Status == site.StatusUnknown || d.Status == site.StatusSuperseded || text == "" || len(text) > 60 || strings.Contains(strings.ToLower(text), string(d.Status)) {
		return ""
	}
	return text
}

type statusCount struct {
	status string
	n      int
}

// statusCounts lists the statuses that occur, in the order of a record's life.
func statusCounts(l *site.Log) (counts []statusCount) {
	for _, status := range []site.Status{site.StatusProposed, site.StatusAccepted, site.StatusRejected, site.StatusDeprecated, site.StatusSuperseded, site.StatusUnknown} {
		n := 0
		for _, p := range l.Decisions {
			if p.Decision.Status == status {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, statusCount{status.Word(), n})
		}
	}
	return counts
}

// backlinkGroup is one page that refers here, with the headings from which it
// does and the definitions that it names.
type backlinkGroup struct{ title, path, detail string }

func groupBacklinks(links []site.Backlink) (groups []backlinkGroup) {
	index := make(map[*site.Page]int)
	details := make(map[*site.Page]map[string]bool)
	for _, l := range links {
		i, ok := index[l.From]
		if !ok {
			i = len(groups)
			index[l.From] = i
			details[l.From] = make(map[string]bool)
			path := l.From.Path
			if l.Anchor != "" {
				path += "#" + l.Anchor
			}
			groups = append(groups, backlinkGroup{title: l.From.Title, path: path})
		}
		what := l.Target
		if what == "" {
			what = l.Label
		}
		if what != "" && what != l.From.Title && !details[l.From][what] && len(details[l.From]) < 6 {
			details[l.From][what] = true
			groups[i].detail = strings.TrimPrefix(groups[i].detail+" · "+what, " · ")
		}
	}
	return groups
}

// Problem is a finding with the lines around it.
type Problem struct {
	site.Finding
	Excerpt []ExcerptLine
}

// ExcerptLine is one line of a source.
type ExcerptLine struct {
	Number int
	Text   string
	At     bool // the line that the finding is about
}

func lineSuffix(line int) string {
	if line == 0 {
		return ""
	}
	return ":" + strconv.Itoa(line)
}

func padded(n int) string { return fmt.Sprintf("%5d", n) }
