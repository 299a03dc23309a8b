package decision

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"lockstep/site"
)

var (
	numberedFile = regexp.MustCompile(`(?i)^(?:adr|rfc|kep|dr)?[-_ ]?(\d{1,5})(?:[-_. ]|$)`)
	datedFile    = regexp.MustCompile(`^(\d{4})[-_]?(\d{2})[-_]?(\d{2})[-_ ]`)
	titlePrefix  = regexp.MustCompile(`(?i)^(?:\[?(?:adr|rfc|kep|dr|decision|decision record)[-_ #]*\d+\]?\s*[:.—–-]*|\d+\s*[:.)]|\d+\s+[—–-]|(?:adr|architectur(?:e|al) decision(?: record)?)\s*:)\s*`)
	bareTitle    = regexp.MustCompile(`^0*(\d+)\s+`)
	isoDate      = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
)

// ID is the identifier of a decision record by its file name: its number
// as "ADR-0007", or the name itself where the name begins with a date. ok is
// false if the name has neither.
func ID(source string) (id string, number int, ok bool) {
	name := strings.TrimSuffix(path.Base(source), path.Ext(source))
	if datedFile.MatchString(name) {
		return name, 0, true
	}
	m := numberedFile.FindStringSubmatch(name)
	if m == nil {
		return name, 0, false
	}
	number, _ = strconv.Atoi(m[1])
	return site.CanonicalID("ADR-", m[1]), number, true
}

// recordID is [ID] with the prefix of the record's series. A README is known by its
// folder.
func (r *recorder) recordID(source string) (id string, number int, ok bool) {
	if base := strings.ToLower(strings.TrimSuffix(path.Base(source), path.Ext(source))); (base == "readme" || base == "index") && path.Dir(source) != "." {
		source = path.Dir(source) + ".md"
	}
	id, number, ok = ID(source)
	prefix := r.prefix(source)
	if number == 0 && prefix == "KEP-" {
		return strings.TrimSuffix(path.Base(source), path.Ext(source)), 0, ok // many begin with 0000
	}
	if rest, numbered := strings.CutPrefix(id, "ADR-"); ok && numbered {
		id = site.CanonicalID(prefix, rest)
	}
	return id, number, ok
}

// prefix is what identifiers of the series of a record begin with.
func (r *recorder) prefix(source string) string {
	if r.text.Prefix == nil {
		return "ADR-"
	}
	return r.text.Prefix(source)
}

// Read reads a decision record in MADR or Nygard style. The lines are those that
// state its status.
func Read(t Text) (d *site.Decision, statusLines []int) {
	if t.Words == nil {
		t.Words = usual()
	}
	r := recorder{text: t, dec: &site.Decision{Triggers: t.Triggers}}
	r.dec.ID, r.dec.Number, _ = r.recordID(t.Source)
	r.dec.Title = shortTitle(t.Title, r.dec.Number)
	s := joined(t.Sections, t.Words)
	r.dec.Format = s.format()

	r.frontMatter(t.Fields)
	r.lines(lines(s.preamble()))
	r.sections(s)
	r.finish(s)

	s.arguments(r.dec)
	s.weighOptions(r.dec)
	return r.dec, r.statusLines
}

// shortTitle takes the number off a title: the log prints it anyway.
func shortTitle(title string, number int) string {
	short := titlePrefix.ReplaceAllString(title, "")
	if m := bareTitle.FindStringSubmatch(title); short == title && m != nil && m[1] == strconv.Itoa(number) {
		short = title[len(m[0]):]
	}
	if short == "" {
		return title
	}
	return short
}
