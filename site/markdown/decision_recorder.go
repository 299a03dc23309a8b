package markdown

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
)

// recorder gathers status, people and relations from wherever they stand: front
// matter, lines above the first section, sections of their own.
type recorder struct {
	d          *Document
	dec        *site.Decision
	statusLine int
	statusDate string // "Accepted (2020-01-01)", for a record without another date
}

func (r *recorder) frontMatter(f fields) {
	if status, line := f.first("status"); status != "" {
		r.setStatus(fieldLine{text: status, line: line})
	}
	if date, _ := f.first("date"); date != "" {
		r.dec.Date = date
	}
	r.dec.Deciders = splitNames(f.list("decision-makers", "deciders"))
	r.dec.Consulted = splitNames(f.list("consulted"))
	r.dec.Informed = splitNames(f.list("informed"))
	for _, relation := range []site.Relation{site.Supersedes, site.SupersededBy, site.Amends, site.AmendedBy, site.Relates} {
		field := f[string(relation)] // the keys are called like the relations
		for _, value := range field.values {
			r.relate(relation, fieldLine{text: value, line: field.line})
		}
	}
}

// lines reads "Status: accepted" and its like.
func (r *recorder) lines(lines []fieldLine) {
	for _, line := range lines {
		r.field(line)
	}
}

var fieldPattern = regexp.MustCompile(`(?i)^[\s*_-]*(status|date|deciders?|decision[- ]makers?|consulted|informed|supersedes|supercedes|superseded[- ]by|superceded[- ]by|amends|amended[- ]by|related(?:[- ]to)?|relates[- ]to)\s*[*_]*\s*:\s*[*_]*\s*(.*)$`)

// field reads one "Name: value" and says whether it was one.
func (r *recorder) field(line fieldLine) bool {
	m := fieldPattern.FindStringSubmatch(line.text)
	if m == nil {
		return false
	}
	line.text = strings.Trim(m[2], " *_")
	switch name := strings.ReplaceAll(strings.ToLower(m[1]), "-", " "); {
	case name == "status":
		r.setStatus(line)
	case name == "date":
		if r.dec.Date == "" {
			r.dec.Date = line.text
		}
	case strings.HasPrefix(name, "deci"):
		r.dec.Deciders = append(r.dec.Deciders, splitNames([]string{line.text})...)
	case name == "consulted":
		r.dec.Consulted = append(r.dec.Consulted, splitNames([]string{line.text})...)
	case name == "informed":
		r.dec.Informed = append(r.dec.Informed, splitNames([]string{line.text})...)
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
		if part.heading == nil {
			continue
		}
		switch name := part.name; {
		case name == "status":
			r.status(part)
		case strings.HasPrefix(name, "status:"):
			text := r.d.text(part.heading)
			r.setStatus(fieldLine{text: strings.TrimSpace(text[len("status:"):]), links: r.d.linksIn(part.heading), line: r.d.line(part.heading)})
		case name == "date":
			if lines := r.d.fieldLines(part.body); len(lines) > 0 && r.dec.Date == "" {
				r.dec.Date = lines[0].text
			}
		case name == "deciders" || name == "decision makers" || name == "decision-makers":
			r.people(&r.dec.Deciders, part)
		case name == "consulted":
			r.people(&r.dec.Consulted, part)
		case name == "informed":
			r.people(&r.dec.Informed, part)
		case slices.Contains(linkSections, name):
			for _, line := range r.d.fieldLines(part.body) {
				if relation, rest := relationOf(line.text); relation != "" {
					line.text = rest
					r.relate(relation, line)
				}
			}
		default:
			if relation, rest := relationOf(name); relation != "" && rest == "" {
				for _, line := range r.d.fieldLines(part.body) {
					r.relate(relation, line)
				}
			}
		}
	}
}

func (r *recorder) people(into *[]string, part *section) {
	if len(*into) > 0 {
		return
	}
	for _, line := range r.d.fieldLines(part.body) {
		*into = append(*into, splitNames([]string{line.text})...)
	}
}

// finish reports what is missing after everything has been read.
func (r *recorder) finish() {
	if r.dec.Date == "" {
		r.dec.Date = r.statusDate
	}
	if r.dec.Status == site.StatusUnknown && r.dec.StatusText == "" && !r.d.unread {
		r.d.find(1, "missing-status", "the decision has no status", "add 'status: proposed' (or accepted, rejected, deprecated, superseded) to its front matter, or a section ## Status")
	}
	if date := r.dec.Date; date != "" && r.d.strict && isoDate.FindString(date) != date {
		r.d.findf(r.statusLine, "date", "write it as 2006-01-02", "the date is %q", date)
	}
}

// unquoted replaces block quotes by what they hold.
func unquoted(nodes []ast.Node) (flat []ast.Node) {
	for _, n := range nodes {
		if n.Kind() != ast.KindBlockquote {
			flat = append(flat, n)
			continue
		}
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			flat = append(flat, c)
		}
	}
	return flat
}
