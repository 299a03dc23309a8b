package decision

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"lockstep/site"
)

var fiveStatuses = []string{string(site.StatusProposed), string(site.StatusAccepted), string(site.StatusRejected), string(site.StatusDeprecated), string(site.StatusSuperseded)}

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
		if relation, words, rest := r.text.Words.relation(line.Text); relation != "" && (r.dec.StatusText != "" || relation != site.SupersededBy) {
			named := Line{Text: rest, Links: line.Links, Number: line.Number}
			if slices.Contains(strict, words) || r.names(named) { // "Ersetzt" alone is a status
				r.relate(relation, named)
				continue
			}
		}
		r.setStatus(line)
	}
	if r.dec.StatusText == "" {
		r.find(part.Line, "missing-status", "the section Status says none", "write "+oneOfFive)
		r.dec.StatusText = " "
	}
}

// setStatus reads a status as it was written. A word that is none is reported and never
// read as one; so is a second status that says something else.
func (r *recorder) setStatus(line Line) {
	text := statusNoise.ReplaceAllString(line.Text, "")
	status, rest := r.text.Words.status(text)
	known := status != ""
	if known {
		r.statusLines = append(r.statusLines, line.Number)
	}
	if r.dec.StatusText != "" {
		if known && status != r.dec.Status && r.dec.Status != site.StatusUnknown && r.alone(text, line) {
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
		mend := "write " + oneOfFive + ", or say in lockstep.yaml which of them it means, for example: statuses: {" + strings.ToLower(firstWord(text)) + ": accepted}"
		if near := site.Nearest(strings.ToLower(firstWord(text)), fiveStatuses); near != "" {
			mend = fmt.Sprintf("write %s; did you mean %q?", oneOfFive, near)
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
	case status == site.StatusSuperseded:
		if line.Text = rest; r.names(line) {
			r.relate(site.SupersededBy, line)
		}
	case by != nil && status == site.StatusAccepted:
		r.findf(line.Number, "ambiguous-status", "if the decision no longer holds, write 'superseded by …'; if it holds with changes, 'accepted', and 'amended by …' on a line of its own",
			"the status is accepted, and its text speaks of being superseded: %q", line.Text)
	}
	r.statusDate = isoDate.FindString(text)
}

var (
	statusNoise  = regexp.MustCompile(`(?i)^\s*status:|:[a-z0-9_+-]+:\s*`) // "Status: Status: accepted", :white_check_mark:
	supersededBy = regexp.MustCompile(`(?i)super[sc]eded[ -]by:?`)
	relationWord = regexp.MustCompile(`(?i)(?:^|[\s,;.(])(?:amend|super[sc]ede|clarif|relate)`) // and not within 20201029-superseder
)

// alone says whether a line is a status and nothing else: "Accepted 2020-01-01".
func (r *recorder) alone(text string, line Line) bool {
	text = isoDate.ReplaceAllString(text, "")
	if slices.Contains(fiveStatuses, strings.ToLower(firstWord(text))) {
		return len(letters(text)) <= 2
	}
	return len(line.Links) == 0 && r.text.Words.statuses[normal(text)] != "" // an entry of a list of contents has a link
}

// isPlaceholder: "{proposed | rejected}", "Proposed/Accepted/Rejected".
func isPlaceholder(text string) bool {
	if strings.Contains(text, "|") || strings.HasPrefix(text, "{") {
		return true
	}
	named := 0
	for _, s := range fiveStatuses {
		if strings.Contains(strings.ToLower(text), s) {
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
