package decision

import (
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
)

// recorder gathers status, people and relations from wherever they stand: front
// matter, lines above the first section, sections of their own.
type recorder struct {
	text        Text
	dec         *site.Decision
	statusLine  int
	statusLines []int  // all that state it
	statusDate  string // "Accepted (2020-01-01)", for a record without another date
}

func (r *recorder) find(line int, rule, message, mend string) {
	if r.text.Report != nil {
		r.text.Report(line, rule, message, mend)
	}
}

func (r *recorder) findf(line int, rule, mend, format string, args ...any) {
	r.find(line, rule, fmt.Sprintf(format, args...), mend)
}

func (r *recorder) frontMatter(f Fields) {
	if status, line := f.First("status"); status != "" {
		r.setStatus(Line{Text: status, Number: line})
	}
	if date, _ := f.First("date"); date != "" {
		r.dec.Date = date
	}
	r.dec.Deciders = Names(f.List("decision-makers", "deciders"))
	r.dec.Consulted = Names(f.List("consulted"))
	r.dec.Informed = Names(f.List("informed"))
	for _, relation := range []site.Relation{site.Supersedes, site.SupersededBy, site.Amends, site.AmendedBy, site.Relates} {
		field := f[string(relation)] // the keys are called like the relations
		for _, value := range field.Values {
			r.relate(relation, Line{Text: value, Number: field.Line})
		}
	}
	r.links(f["links"])
}

// lines reads "Status: accepted" and its like.
func (r *recorder) lines(lines []Line) {
	for _, line := range lines {
		r.field(line)
	}
}

// longestName is how long the name of a field may be, in bytes.
const longestName = 60

// field reads one "Name: value" and says whether it was one.
func (r *recorder) field(line Line) bool {
	at := strings.IndexAny(line.Text, ":：")
	if at < 0 || at > longestName {
		return false
	}
	name, value := line.Text[:at], strings.TrimPrefix(strings.TrimPrefix(line.Text[at:], ":"), "：")
	line.Text = strings.Trim(value, " *_")
	switch r.text.Words.part(name) {
	case "status":
		r.setStatus(line)
	case "date":
		return r.date(name, line)
	case "deciders":
		r.dec.Deciders = append(r.dec.Deciders, Names([]string{line.Text})...)
	case "consulted":
		r.dec.Consulted = append(r.dec.Consulted, Names([]string{line.Text})...)
	case "informed":
		r.dec.Informed = append(r.dec.Informed, Names([]string{line.Text})...)
	default:
		relation, words, rest := r.text.Words.relation(name)
		if relation == "" || normal(rest) != "" {
			return false
		}
		r.relateIfNamed(relation, words, line)
	}
	return true
}

var year = regexp.MustCompile(`\d{4}`)

// date notes a date. What other languages call one means other things elsewhere, so
// there it must look like one.
func (r *recorder) date(name string, line Line) bool {
	if normal(name) != "date" && !year.MatchString(line.Text) {
		return false
	}
	if r.dec.Date == "" {
		r.dec.Date = line.Text
	}
	return true
}

// sections reads what has a heading of its own.
func (r *recorder) sections(s sections) {
	for _, part := range s.all {
		if part.Level == 0 {
			continue
		}
		switch part.part {
		case "status":
			r.status(part)
		case "date":
			if lines := lines(part.Blocks); len(lines) > 0 {
				r.date(part.Title, lines[0])
			}
		case "deciders":
			r.people(&r.dec.Deciders, part)
		case "consulted":
			r.people(&r.dec.Consulted, part)
		case "informed":
			r.people(&r.dec.Informed, part)
		case "links":
			for _, line := range lines(part.Blocks) {
				if relation, words, rest := r.text.Words.relation(line.Text); relation != "" {
					line.Text = rest
					r.relateIfNamed(relation, words, line)
				}
			}
		case "":
			r.heading(part)
		}
	}
}

// heading reads "## Status: accepted" and "## Supersedes".
func (r *recorder) heading(part *Section) {
	if at := strings.IndexAny(part.Title, ":："); at >= 0 && r.text.Words.part(part.Title[:at]) == "status" {
		value := strings.TrimPrefix(strings.TrimPrefix(part.Title[at:], ":"), "：")
		r.setStatus(Line{Text: strings.TrimSpace(value), Links: part.Links, Number: part.Line})
		return
	}
	relation, words, rest := r.text.Words.relation(part.Title)
	if relation == "" || normal(rest) != "" {
		return
	}
	for _, line := range lines(part.Blocks) {
		r.relateIfNamed(relation, words, line)
	}
}

func (r *recorder) people(into *[]string, part *Section) {
	if len(*into) > 0 {
		return
	}
	for _, line := range lines(part.Blocks) {
		*into = append(*into, Names([]string{line.Text})...)
	}
}

// finish reports what is missing after everything has been read.
func (r *recorder) finish(s sections) {
	if r.dec.Date == "" {
		r.dec.Date = r.statusDate
	}
	optional := s.isMADR() && !r.text.Strict // in MADR it may be left out
	if r.dec.Status == site.StatusUnknown && r.dec.StatusText == "" && !r.text.Unread && !optional {
		r.find(1, "missing-status", "the decision has no status", "add 'status: proposed' (or accepted, rejected, deprecated, superseded) to its front matter, or a section ## Status")
	}
	if date := r.dec.Date; date != "" && r.text.Strict && isoDate.FindString(date) != date {
		r.findf(r.statusLine, "date", "write it as 2006-01-02", "the date is %q", date)
	}
}
