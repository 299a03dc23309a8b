package markdown

import (
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
)

// fieldLine is one line of a paragraph or a list item, with the links in it.
type fieldLine struct {
	text  string
	links []Link
	line  int
}

// fieldLines cuts paragraphs, list items and two-column tables into lines.
func (d *Document) fieldLines(nodes []ast.Node) (lines []fieldLine) {
	for _, n := range nodes {
		ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n.Kind() {
			case ast.KindParagraph, ast.KindTextBlock:
				lines = append(lines, d.split(n)...)
				return ast.WalkSkipChildren, nil
			case extast.KindTableRow, extast.KindTableHeader:
				var cells []string
				var links []Link
				for cell := n.FirstChild(); cell != nil; cell = cell.NextSibling() {
					cells = append(cells, d.text(cell))
					links = append(links, d.linksIn(cell)...)
				}
				if len(cells) == 2 {
					lines = append(lines, fieldLine{text: strings.TrimSuffix(cells[0], ":") + ": " + cells[1], links: links, line: d.line(n)})
				}
				return ast.WalkSkipChildren, nil
			case ast.KindFencedCodeBlock, ast.KindCodeBlock, ast.KindBlockquote:
				return ast.WalkSkipChildren, nil
			}
			return ast.WalkContinue, nil
		})
	}
	return lines
}

// split cuts the inline content of a block at its line breaks.
func (d *Document) split(block ast.Node) (lines []fieldLine) {
	current := fieldLine{line: d.line(block)}
	var text strings.Builder
	flush := func() {
		if current.text = strings.TrimSpace(text.String()); current.text != "" {
			lines = append(lines, current)
		}
		text.Reset()
		current = fieldLine{}
	}
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		if current.line == 0 {
			current.line = d.line(c)
		}
		if t, ok := c.(*ast.Text); ok {
			text.Write(unescape(t.Segment.Value(d.src)))
			if t.SoftLineBreak() || t.HardLineBreak() {
				flush()
			}
			continue
		}
		if l, ok := c.(*ast.Link); ok {
			current.links = append(current.links, Link{Dest: destination(l.Destination), Text: d.text(l), Line: d.line(l)})
		} else {
			current.links = append(current.links, d.linksIn(c)...)
		}
		text.WriteString(d.text(c))
	}
	flush()
	return lines
}

func (d *Document) linksIn(n ast.Node) (links []Link) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			links = append(links, Link{Dest: destination(l.Destination), Text: d.text(l), Line: d.line(l)})
		}
		return ast.WalkContinue, nil
	})
	return links
}

// recorder gathers status, people and relations from wherever they stand.
type recorder struct {
	d          *Document
	dec        *site.Decision
	statusLine int
	ambiguous  bool
}

func (r *recorder) frontMatter(f fields) {
	if status, line := f.first("status"); status != "" {
		r.setStatus(status, nil, line)
	}
	r.dec.Date, _ = f.first("date")
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

var fieldPattern = regexp.MustCompile(`(?i)^[\s*_-]*(status|date|deciders?|decision[- ]makers?|consulted|informed|supersedes|supercedes|superseded[- ]by|superceded[- ]by|amends|amended[- ]by|related(?:[- ]to)?|relates[- ]to)\s*[*_]*\s*:\s*[*_]*\s*(.*)$`)

// lines reads "Status: accepted" and its like above the first section.
func (r *recorder) lines(nodes []ast.Node) {
	for _, line := range r.d.fieldLines(nodes) {
		m := fieldPattern.FindStringSubmatch(line.text)
		if m == nil {
			continue
		}
		value := strings.Trim(m[2], " *_")
		switch name := strings.ReplaceAll(strings.ToLower(m[1]), "-", " "); {
		case name == "status":
			if r.dec.StatusText == "" {
				r.setStatus(value, line.links, line.line)
			}
		case name == "date":
			if r.dec.Date == "" {
				r.dec.Date = value
			}
		case strings.HasPrefix(name, "deci"):
			r.dec.Deciders = append(r.dec.Deciders, splitNames([]string{value})...)
		case name == "consulted":
			r.dec.Consulted = append(r.dec.Consulted, splitNames([]string{value})...)
		case name == "informed":
			r.dec.Informed = append(r.dec.Informed, splitNames([]string{value})...)
		default:
			relation, _ := relationOf(name)
			line.text = value
			r.relate(relation, line)
		}
	}
}

// status reads a section "Status": the first line is the status, the others are
// relations, as adr-tools writes them. A line that is only a relation may come
// first where the older status was replaced by it.
func (r *recorder) status(lines []fieldLine, heading int) {
	for _, line := range lines {
		if m := fieldPattern.FindStringSubmatch(line.text); m != nil && strings.EqualFold(m[1], "status") {
			line.text = strings.Trim(m[2], " *_")
		}
		relation, rest := relationOf(line.text)
		if relation != "" && (r.dec.StatusText != "" || relation != site.SupersededBy) {
			line.text = rest
			r.relate(relation, line)
			continue
		}
		if r.dec.StatusText == "" {
			r.setStatus(line.text, line.links, line.line)
		}
	}
	if len(lines) == 0 && r.dec.StatusText == "" {
		r.d.find(heading, "missing-status", "the section Status is empty", "write proposed, accepted, rejected, deprecated or superseded")
		r.dec.StatusText = " "
	}
}

var relationPattern = regexp.MustCompile(`(?i)^\W*(superseded by|superceded by|supersedes|supercedes|amended by|amends|clarified by|clarifies|relates to|related to|related)\b[:\s]*(.*)$`)

// relationOf splits "Supersedes [3. Foo](…)" into relation and rest.
func relationOf(text string) (site.Relation, string) {
	m := relationPattern.FindStringSubmatch(strings.ReplaceAll(text, "-by", " by"))
	if m == nil {
		return "", text
	}
	switch strings.ToLower(m[1]) {
	case "superseded by", "superceded by":
		return site.SupersededBy, m[2]
	case "supersedes", "supercedes":
		return site.Supersedes, m[2]
	case "amended by":
		return site.AmendedBy, m[2]
	case "amends":
		return site.Amends, m[2]
	}
	return site.Relates, m[2]
}

var statusWords = map[string]site.Status{
	"proposed": site.StatusProposed, "accepted": site.StatusAccepted, "rejected": site.StatusRejected,
	"deprecated": site.StatusDeprecated, "superseded": site.StatusSuperseded, "superceded": site.StatusSuperseded,
}

// meanings are words that other teams use. They are not ours to translate, only
// to ask about.
var meanings = map[string]string{"draft": "proposed", "pending": "proposed", "open": "proposed", "review": "proposed", "wip": "proposed", "rfc": "proposed",
	"approved": "accepted", "done": "accepted", "implemented": "accepted", "adopted": "accepted", "decided": "accepted", "active": "accepted", "agreed": "accepted",
	"declined": "rejected", "abandoned": "rejected", "withdrawn": "rejected", "obsolete": "deprecated", "replaced": "superseded", "retired": "deprecated"}

// setStatus reads a status as it was written. A word that is not one of the
// five is reported and never read as one.
func (r *recorder) setStatus(text string, links []Link, line int) {
	r.dec.StatusText, r.statusLine = text, line
	word := strings.ToLower(firstWord(text))
	if strings.Contains(text, "|") || strings.HasPrefix(text, "{") {
		r.d.findf(line, "unknown-status", "replace the placeholder by one of proposed, accepted, rejected, deprecated, superseded", "the status is still the template's: %q", text)
		return
	}
	status, known := statusWords[word]
	if !known {
		mend := "write one of proposed, accepted, rejected, deprecated, superseded"
		if meant := meanings[word]; meant != "" {
			mend += "; did you mean " + meant + "?"
		} else if near := nearest(word, []string{"proposed", "accepted", "rejected", "deprecated", "superseded"}); near != "" {
			mend += "; did you mean " + near + "?"
		}
		r.d.findf(line, "unknown-status", mend, "%q is not a status", text)
		return
	}
	r.dec.Status = status
	_, after, by := strings.Cut(strings.ToLower(text), "superseded by")
	if !by {
		_, after, by = strings.Cut(strings.ToLower(text), "superceded by")
	}
	switch {
	case by && status == site.StatusSuperseded:
		r.relate(site.SupersededBy, fieldLine{text: text[len(text)-len(after):], links: links, line: line})
	case by && status == site.StatusAccepted:
		r.ambiguous = true
	}
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

var (
	markdownLink = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	adrNumber    = regexp.MustCompile(`(?i)\badr[-_ #]*0*(\d{1,5})\b`)
	bareNumber   = regexp.MustCompile(`^\s*#?0*(\d{1,5})\b`)
	fileTarget   = regexp.MustCompile(`[\w./%-]+\.(?:md|markdown)\b`)
)

// relate notes a relation to every record that the line names: by link if it
// has links, else by number or file name.
func (r *recorder) relate(relation site.Relation, line fieldLine) {
	add := func(target, text, href string) {
		r.dec.Links = append(r.dec.Links, site.DecisionLink{Relation: relation, Target: target, Text: text, Href: href, Line: line.line})
	}
	links := line.links
	for _, m := range markdownLink.FindAllStringSubmatch(line.text, -1) { // in front matter a link is just text
		links = append(links, Link{Text: m[1], Dest: m[2], Line: line.line})
	}
	for _, l := range links {
		if External(l.Dest) {
			continue
		}
		file, _, _ := strings.Cut(l.Dest, "#")
		target, number, _ := DecisionID(path.Base(strings.ReplaceAll(file, "%20", " ")))
		if said, ok := numberIn(l.Text); ok && number > 0 && said != target {
			r.d.findf(line.line, "link-mismatch", "make text and address name the same record", "the link says %q and leads to %s", l.Text, l.Dest)
		}
		add(target, l.Text, l.Dest)
	}
	if len(links) > 0 {
		return
	}
	if m := fileTarget.FindString(line.text); m != "" {
		target, _, _ := DecisionID(m)
		add(target, line.text, m)
		return
	}
	if all := adrNumber.FindAllStringSubmatch(line.text, -1); len(all) > 0 {
		for _, m := range all {
			add(CanonicalID("ADR-", m[1]), m[0], "")
		}
		return
	}
	if m := bareNumber.FindStringSubmatch(line.text); m != nil {
		add(CanonicalID("ADR-", m[1]), line.text, "")
		return
	}
	if target, _, ok := DecisionID(strings.TrimSpace(line.text)); ok {
		add(target, line.text, "")
		return
	}
	if text := strings.ToLower(strings.Trim(line.text, " .-—")); text == "" || text == "none" || text == "n/a" || text == "null" || relation == site.Relates {
		return
	}
	r.d.findf(line.line, "unknown-relation", "name the record as ADR-0007, or link to its file", "%s names no record: %q", relation, line.text)
}

// numberIn is the record that a link's text speaks of: "ADR-0007", "7. Foo".
func numberIn(text string) (id string, ok bool) {
	if m := adrNumber.FindStringSubmatch(text); m != nil {
		return CanonicalID("ADR-", m[1]), true
	}
	if m := regexp.MustCompile(`^\s*0*(\d{1,5})\s*[.:]\s`).FindStringSubmatch(text + " "); m != nil {
		return CanonicalID("ADR-", m[1]), true
	}
	return "", false
}
