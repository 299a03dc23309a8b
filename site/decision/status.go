package decision

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"lockstep/site"
)

var statuses = []site.Status{site.StatusProposed, site.StatusAccepted, site.StatusRejected, site.StatusDeprecated, site.StatusSuperseded}

var statusWords = map[string]site.Status{
	"proposed": site.StatusProposed, "accepted": site.StatusAccepted, "rejected": site.StatusRejected,
	"deprecated": site.StatusDeprecated, "superseded": site.StatusSuperseded, "superceded": site.StatusSuperseded,
}

// meanings are words that other teams use. They are not ours to translate, only
// to ask about.
var meanings = map[string]string{"draft": "proposed", "pending": "proposed", "open": "proposed", "review": "proposed", "wip": "proposed", "rfc": "proposed",
	"approved": "accepted", "done": "accepted", "implemented": "accepted", "adopted": "accepted", "decided": "accepted", "active": "accepted", "agreed": "accepted",
	"declined": "rejected", "abandoned": "rejected", "withdrawn": "rejected", "obsolete": "deprecated", "replaced": "superseded", "retired": "deprecated"}

const oneOfFive = "proposed, accepted, rejected, deprecated or superseded"

// status reads a section "Status": a line is the status, the others are fields
// or relations, as adr-tools writes them. A relation may come first. Where boxes
// are to be ticked, only ticked ones count.
func (r *recorder) status(part *Section) {
	lines := lines(part.Blocks)
	if slices.ContainsFunc(lines, func(l Line) bool { return l.Box != NoBox }) {
		lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Box == EmptyBox })
	}
	for _, line := range lines {
		if r.field(line) {
			continue
		}
		if relation, rest := relationOf(line.Text); relation != "" && (r.dec.StatusText != "" || relation != site.SupersededBy) {
			line.Text = rest
			r.relate(relation, line)
			continue
		}
		r.setStatus(line)
	}
	if r.dec.StatusText == "" {
		r.find(part.Line, "missing-status", "the section Status says none", "write "+oneOfFive)
		r.dec.StatusText = " "
	}
}

// setStatus reads a status as it was written. A word that is not one of the
// five is reported and never read as one; so is a second status that says
// something else.
func (r *recorder) setStatus(line Line) {
	text := statusNoise.ReplaceAllString(line.Text, "")
	word := strings.ToLower(firstWord(text))
	status, known := statusWords[word]
	if known {
		r.statusLines = append(r.statusLines, line.Number)
	}
	if r.dec.StatusText != "" {
		if known && status != r.dec.Status && r.dec.Status != site.StatusUnknown && len(letters(isoDate.ReplaceAllString(text, ""))) <= 2 {
			r.findf(line.Number, "ambiguous-status", "keep the one that holds; what was before is in the history of the file",
				"the status is %s, and here %s", r.dec.Status, status)
			r.dec.Status = site.StatusUnknown
		}
		return
	}
	r.dec.StatusText, r.statusLine = line.Text, line.Number
	if isPlaceholder(text) {
		r.findf(line.Number, "unknown-status", "replace the placeholder by "+oneOfFive, "the status is still the template's: %q", line.Text)
		return
	}
	if !known {
		mend := "write " + oneOfFive
		if meant := meanings[word]; meant != "" {
			mend += fmt.Sprintf("; did you mean %q?", meant)
		} else if near := site.Nearest(word, slices.Sorted(maps.Keys(statusWords))); near != "" {
			mend += fmt.Sprintf("; did you mean %q?", near)
		}
		r.findf(line.Number, "unknown-status", mend, "%q is not a status", line.Text)
		return
	}
	r.dec.Status = status
	by := supersededBy.FindStringIndex(text)
	switch {
	case by != nil && status == site.StatusSuperseded:
		line.Text = text[by[1]:]
		if other := relationWord.FindStringIndex(line.Text); other != nil {
			line.Text = line.Text[:other[0]]
			line.Links = slices.DeleteFunc(slices.Clone(line.Links), func(l Link) bool { return !strings.Contains(line.Text, l.Text) })
		}
		r.relate(site.SupersededBy, line)
	case by != nil && status == site.StatusAccepted:
		r.findf(line.Number, "ambiguous-status", "if the decision no longer holds, write 'superseded by …'; if it holds with changes, 'accepted', and 'amended by …' on a line of its own",
			"the status is accepted, and its text speaks of being superseded: %q", line.Text)
	}
	r.statusDate = isoDate.FindString(text)
}

var (
	statusNoise  = regexp.MustCompile(`:[a-z0-9_+-]+:\s*`) // :white_check_mark:
	supersededBy = regexp.MustCompile(`(?i)super[sc]eded[ -]by:?`)
	relationWord = regexp.MustCompile(`(?i)\b(?:amend|super[sc]ede|clarif|relate)`)
)

// isPlaceholder: "{proposed | rejected}", "Proposed/Accepted/Rejected".
func isPlaceholder(text string) bool {
	if strings.Contains(text, "|") || strings.HasPrefix(text, "{") {
		return true
	}
	named := 0
	for _, s := range statuses {
		if strings.Contains(strings.ToLower(text), string(s)) {
			named++
		}
	}
	return named >= 3
}

func firstWord(text string) string {
	start := strings.IndexFunc(text, unicode.IsLetter)
	if start < 0 {
		return ""
	}
	text = text[start:]
	if end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); end >= 0 {
		return text[:end]
	}
	return text
}
