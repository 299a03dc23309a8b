package markdown

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"lockstep/site"
)

var (
	numberedFile = regexp.MustCompile(`(?i)^(?:adr|rfc|kep|dr)?[-_ ]?(\d{1,5})(?:[-_. ]|$)`)
	datedFile    = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})[-_ ]`)
	titlePrefix  = regexp.MustCompile(`(?i)^(?:\[?(?:adr|rfc|kep|dr|decision|decision record)[-_ #]*\d+\]?\s*[:.—–-]*|\d+\s*[:.)]|\d+\s+[—–-]|(?:adr|architectur(?:e|al) decision(?: record)?)\s*:)\s*`)
	bareTitle    = regexp.MustCompile(`^0*(\d+)\s+`)
	isoDate      = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
)

// DecisionID is the identifier of a decision record by its file name: its number
// as "ADR-0007", or the name itself where the name begins with a date. ok is
// false if the name has neither.
func DecisionID(source string) (id string, number int, ok bool) {
	name := strings.TrimSuffix(path.Base(source), path.Ext(source))
	if datedFile.MatchString(name) {
		return name, 0, true
	}
	m := numberedFile.FindStringSubmatch(name)
	if m == nil {
		return name, 0, false
	}
	number, _ = strconv.Atoi(m[1])
	return CanonicalID("ADR-", m[1]), number, true
}

// recordID is DecisionID with the prefix of the record's series. A README is known
// by its folder.
func (d *Document) recordID(source string) (id string, number int, ok bool) {
	if base := strings.ToLower(strings.TrimSuffix(path.Base(source), path.Ext(source))); (base == "readme" || base == "index") && path.Dir(source) != "." {
		source = path.Dir(source) + ".md"
	}
	id, number, ok = DecisionID(source)
	prefix := d.prefix(source)
	if number == 0 && prefix == "KEP-" {
		return strings.TrimSuffix(path.Base(source), path.Ext(source)), 0, ok // many begin with 0000
	}
	if rest, numbered := strings.CutPrefix(id, "ADR-"); ok && numbered {
		id = CanonicalID(prefix, rest)
	}
	return id, number, ok
}

// prefix is what identifiers of the series of a record begin with.
func (d *Document) prefix(source string) string {
	if d.prefixOf == nil {
		return "ADR-"
	}
	return d.prefixOf(source)
}

// decision reads a decision record in MADR or Nygard style.
func (d *Document) decision(f fields) {
	dec := &site.Decision{Triggers: d.revisit}
	dec.ID, dec.Number, _ = d.recordID(d.Source)
	dec.Title = decisionTitle(d.Title, dec.Number)
	d.Decision, d.Title = dec, dec.Title
	s := d.readSections()
	dec.Format = s.format()

	r := recorder{d: d, dec: dec}
	r.frontMatter(f)
	r.lines(d.fieldLines(unquoted(s.preamble())))
	r.sections(s)
	r.finish()

	d.arguments(dec, s)
	d.weighOptions(dec, s)
}

// decisionTitle takes the number off a title: the log prints it anyway.
func decisionTitle(title string, number int) string {
	short := titlePrefix.ReplaceAllString(title, "")
	if m := bareTitle.FindStringSubmatch(title); m != nil && m[1] == strconv.Itoa(number) {
		short = title[len(m[0]):]
	}
	if short == "" {
		return title
	}
	return short
}
