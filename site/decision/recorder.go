package decision

import (
	"fmt"
	"regexp"
	"slices"
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
}

// lines reads "Status: accepted" and its like.
func (r *recorder) lines(lines []Line) {
	for _, line := range lines {
		r.field(line)
	}
}

var fieldPattern = regexp.MustCompile(`(?i)^[\s*_-]*(status|date|deciders?|decision[- ]makers?|consulted|informed|supersedes|supercedes|superseded[- ]by|superceded[- ]by|amends|amended[- ]by|related(?:[- ]to)?|relates[- ]to)\s*[*_]*\s*:\s*[*_]*\s*(.*)$`)

// field reads one "Name: value" and says whether it was one.
func (r *recorder) field(line Line) bool {
	m := fieldPattern.FindStringSubmatch(line.Text)
	if m == nil {
		return false
	}
	line.Text = strings.Trim(m[2], " *_")
	switch name := strings.ReplaceAll(strings.ToLower(m[1]), "-", " "); {
	case name == "status":
		r.setStatus(line)
	case name == "date":
		if r.dec.Date == "" {
			r.dec.Date = line.Text
		}
	case strings.HasPrefix(name, "deci"):
		r.dec.Deciders = append(r.dec.Deciders, Names([]string{line.Text})...)
	case name == "consulted":
		r.dec.Consulted = append(r.dec.Consulted, Names([]string{line.Text})...)
	case name == "informed":
		r.dec.Informed = append(r.dec.Informed, Names([]string{line.Text})...)
	default:
		relation, _ := relationOf(name)
		r.relate(relation, line)
	}
	return true
}

// linkSections hold relations among other links.
var linkSections = []string{"links", "related", "related decisions", "related adrs", "related decision records", "more information", "see also"}

// sections reads what has a heading of its own.
func (r *recorder) sections(s sections) {
	for _, part := range s.all {
		if part.Level == 0 {
			continue
		}
		switch name := part.name; {
		case name == "status":
			r.status(part)
		case strings.HasPrefix(name, "status:"):
			r.setStatus(Line{Text: strings.TrimSpace(part.Title[len("status:"):]), Links: part.Links, Number: part.Line})
		case name == "date":
			if lines := lines(part.Blocks); len(lines) > 0 && r.dec.Date == "" {
				r.dec.Date = lines[0].Text
			}
		case name == "deciders" || name == "decision makers" || name == "decision-makers":
			r.people(&r.dec.Deciders, part)
		case name == "consulted":
			r.people(&r.dec.Consulted, part)
		case name == "informed":
			r.people(&r.dec.Informed, part)
		case slices.Contains(linkSections, name):
			for _, line := range lines(part.Blocks) {
				if relation, rest := relationOf(line.Text); relation != "" {
					line.Text = rest
					r.relate(relation, line)
				}
			}
		default:
			if relation, rest := relationOf(name); relation != "" && rest == "" {
				for _, line := range lines(part.Blocks) {
					r.relate(relation, line)
				}
			}
		}
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
func (r *recorder) finish() {
	if r.dec.Date == "" {
		r.dec.Date = r.statusDate
	}
	if r.dec.Status == site.StatusUnknown && r.dec.StatusText == "" && !r.text.Unread {
		r.find(1, "missing-status", "the decision has no status", "add 'status: proposed' (or accepted, rejected, deprecated, superseded) to its front matter, or a section ## Status")
	}
	if date := r.dec.Date; date != "" && r.text.Strict && isoDate.FindString(date) != date {
		r.findf(r.statusLine, "date", "write it as 2006-01-02", "the date is %q", date)
	}
}
