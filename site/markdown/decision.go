package markdown

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
)

var (
	numberedFile = regexp.MustCompile(`(?i)^(?:adr|rfc|dr)?[-_ ]?(\d{1,5})(?:[-_. ]|$)`)
	datedFile    = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})[-_ ]`)
	titlePrefix  = regexp.MustCompile(`(?i)^(?:(?:adr|decision|decision record)[-_ #]*\d+\s*[:.—–-]*|\d+\s*[:.]|\d+\s+[—–-])\s*`)
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

// decision reads a decision record in MADR or Nygard style.
func (d *Document) decision(f fields) {
	dec := &site.Decision{Title: titlePrefix.ReplaceAllString(d.Title, "")}
	if dec.Title == "" {
		dec.Title = d.Title
	}
	dec.ID, dec.Number, _ = DecisionID(d.Source)
	d.Decision, d.Title = dec, dec.Title
	s := d.readSections()
	dec.Format = s.format(f)

	r := recorder{d: d, dec: dec}
	r.frontMatter(f)
	r.lines(s.preamble())
	if status := s.find("status"); status != nil {
		r.status(d.fieldLines(status.body), d.line(status.heading))
	} else if h := s.prefixed("status:"); h != nil {
		r.setStatus(strings.TrimSpace(d.text(h.heading)[len("status:"):]), nil, d.line(h.heading))
	}
	if date := s.find("date"); date != nil && dec.Date == "" {
		if lines := d.fieldLines(date.body); len(lines) > 0 {
			dec.Date = lines[0].text
		}
	}
	for _, part := range []struct {
		into  *[]string
		names []string
	}{{&dec.Deciders, []string{"deciders", "decision makers", "decision-makers"}}, {&dec.Consulted, []string{"consulted"}}, {&dec.Informed, []string{"informed"}}} {
		if section := s.find(part.names...); section != nil && len(*part.into) == 0 {
			for _, line := range d.fieldLines(section.body) {
				*part.into = append(*part.into, splitNames([]string{line.text})...)
			}
		}
	}
	d.arguments(dec, s)
	if dec.Status == site.StatusUnknown && dec.StatusText == "" {
		d.find(1, "missing-status", "the decision has no status", "add 'status: proposed' (or accepted, rejected, deprecated, superseded) to its front matter, or a section ## Status")
	}
	if r.ambiguous {
		d.findf(r.statusLine, "ambiguous-status", "if the decision no longer holds, write 'superseded by …'; if it holds with changes, 'accepted', and 'amended by …' on a line of its own",
			"the status is %s, and its text speaks of being superseded: %q", dec.Status, dec.StatusText)
	}
}

// section is a heading and what stands below it.
type section struct {
	heading *ast.Heading // nil above the first heading
	name    string       // in lower case
	body    []ast.Node
	parts   []*section // of the next deeper level
}

type sections struct{ all []*section }

func (d *Document) readSections() (s sections) {
	d.sections(func(heading *ast.Heading, body []ast.Node) {
		part := &section{heading: heading, body: body}
		if heading != nil && heading != d.title {
			part.name = strings.ToLower(strings.Trim(d.text(heading), " :*"))
		} else {
			part.heading = nil
		}
		for i := len(s.all) - 1; i >= 0 && part.heading != nil; i-- {
			if s.all[i].heading != nil && s.all[i].heading.Level < heading.Level {
				s.all[i].parts = append(s.all[i].parts, part)
				break
			}
		}
		s.all = append(s.all, part)
	})
	return s
}

func (s sections) find(names ...string) *section {
	for _, part := range s.all {
		if part.heading != nil && contains(names, part.name) {
			return part
		}
	}
	return nil
}

func (s sections) prefixed(prefix string) *section {
	for _, part := range s.all {
		if part.heading != nil && strings.HasPrefix(part.name, prefix) {
			return part
		}
	}
	return nil
}

// preamble is what stands before the first section.
func (s sections) preamble() (nodes []ast.Node) {
	for _, part := range s.all {
		if part.heading != nil {
			break
		}
		nodes = append(nodes, part.body...)
	}
	return nodes
}

func (s sections) format(f fields) site.Format {
	if s.find("decision outcome", "considered options", "context and problem statement", "decision drivers") != nil {
		return site.FormatMADR
	}
	if s.find("decision") != nil || s.find("status") != nil {
		return site.FormatNygard
	}
	return site.FormatMADR
}

// arguments reads what the record weighs.
func (d *Document) arguments(dec *site.Decision, s sections) {
	if drivers := s.find("decision drivers", "drivers"); drivers != nil {
		dec.Drivers = d.items(drivers.body)
	}
	if options := s.find("considered options", "options", "options considered"); options != nil {
		for _, title := range d.items(options.body) {
			dec.Options = append(dec.Options, site.Option{Title: title})
		}
	}
	if outcome := s.find("decision outcome", "decision", "outcome"); outcome != nil {
		dec.Outcome = d.paragraph(outcome.body)
		dec.Chosen = chosenOption(dec.Outcome)
	}
	for _, part := range s.all {
		effect := ""
		switch {
		case strings.HasPrefix(part.name, "positive consequences"):
			effect = "good"
		case strings.HasPrefix(part.name, "negative consequences"):
			effect = "bad"
		case part.name != "consequences":
			continue
		}
		for _, item := range d.items(part.body) {
			dec.Consequences = append(dec.Consequences, consequence(item, effect))
		}
	}
	if confirmation := s.find("confirmation", "validation"); confirmation != nil {
		dec.Validation = d.paragraph(confirmation.body)
	}
	pros := s.find("pros and cons of the options", "pros and cons")
	if pros == nil {
		d.chooseOption(dec)
		return
	}
	for _, part := range pros.parts {
		d.weigh(dec, part)
	}
	d.chooseOption(dec)
}

// weigh adds what speaks for and against an option.
func (d *Document) weigh(dec *site.Decision, part *section) {
	title := d.text(part.heading)
	i := -1
	for j, o := range dec.Options {
		if sameTitle(o.Title, title) {
			i = j
		}
	}
	if i < 0 {
		dec.Options = append(dec.Options, site.Option{Title: title})
		i = len(dec.Options) - 1
	}
	option := &dec.Options[i]
	if id, ok := part.heading.AttributeString("id"); ok {
		option.Anchor = string(id.([]byte))
	}
	for _, item := range d.items(part.body) {
		switch c := consequence(item, ""); c.Effect {
		case "good":
			option.Pros = append(option.Pros, c.Text)
		case "bad":
			option.Cons = append(option.Cons, c.Text)
		}
	}
}

func (d *Document) chooseOption(dec *site.Decision) {
	for i := range dec.Options {
		dec.Options[i].Chosen = dec.Chosen != "" && sameTitle(dec.Options[i].Title, dec.Chosen)
	}
}

var becausePattern = regexp.MustCompile(`(?i)^(good|bad|neutral)\s*,?\s*because\s*`)

func consequence(item, effect string) site.Consequence {
	if m := becausePattern.FindStringSubmatch(item); m != nil {
		return site.Consequence{Effect: strings.ToLower(m[1]), Text: item[len(m[0]):]}
	}
	return site.Consequence{Effect: effect, Text: item}
}

var chosenPattern = regexp.MustCompile(`(?i)chosen option:?\s*["“”'‘’«»*]*(.+?)["“”'‘’«»*]*\s*,?\s*(?:because|since|$)`)

func chosenOption(outcome string) string {
	if m := chosenPattern.FindStringSubmatch(outcome); m != nil {
		return strings.Trim(m[1], `"“”'‘’«»*, `)
	}
	return ""
}

// sameTitle compares titles by their letters and digits, as a heading is often
// a little different from the list item that it repeats.
func sameTitle(a, b string) bool {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	a, b = clean(a), clean(b)
	return a != "" && (a == b || (len(b) > 8 && strings.HasPrefix(a, b)) || (len(a) > 8 && strings.HasPrefix(b, a)))
}

// items are the list items among nodes, as plain text.
func (d *Document) items(nodes []ast.Node) (items []string) {
	for _, n := range nodes {
		if n.Kind() != ast.KindList {
			continue
		}
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			if text := d.text(item); text != "" {
				items = append(items, text)
			}
		}
	}
	return items
}

// paragraph is the first paragraph among nodes, as plain text.
func (d *Document) paragraph(nodes []ast.Node) string {
	for _, n := range nodes {
		if n.Kind() == ast.KindParagraph {
			return d.text(n)
		}
	}
	return ""
}
