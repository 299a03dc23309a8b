package decision

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
)

var (
	markdownLink = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
	adrNumber    = regexp.MustCompile(`(?i)\badr[-_ #]*0*(\d{1,5})\b`)
	bareNumber   = regexp.MustCompile(`^\s*#?0*(\d{1,5})\b`)
	titleNumber  = regexp.MustCompile(`^\s*0*(\d{1,5})\s*(?:[.:]\s|$)`)
	fileTarget   = regexp.MustCompile(`[\w./%-]+\.(?:md|markdown)\b`)
	recordFolder = regexp.MustCompile(`(?i)(?:^|[-_/])(?:adrs?|rfcs?|decisions?|decision[-_]records?)$`)
)

// relateIfNamed notes a relation if the line names a record: "replaces the old library"
// names none.
func (r *recorder) relateIfNamed(relation site.Relation, words string, line Line) {
	if slices.Contains(strict, words) || r.names(line) {
		r.relate(relation, line)
	}
}

// strict are the words of relations that must name a record.
var strict = []string{"superseded by", "superceded by", "supersedes", "supercedes", "amended by", "amends"}

// names says whether a line names a record.
func (r *recorder) names(line Line) bool {
	if len(line.Links) > 0 || markdownLink.MatchString(line.Text) || fileTarget.MatchString(line.Text) || adrNumber.MatchString(line.Text) || bareNumber.MatchString(line.Text) {
		return true
	}
	own := r.prefix(r.text.Source)
	return slices.ContainsFunc(site.FindReferences([]byte(line.Text)), func(m site.Match) bool { return strings.HasPrefix(m.ID, own) })
}

// relate notes a relation to every record that the line names: by link if it
// has links, else by number or file name.
func (r *recorder) relate(relation site.Relation, line Line) {
	add := func(target, text, href string) {
		for _, l := range r.dec.Links {
			if l.Relation == relation && l.Target == target {
				return
			}
		}
		r.dec.Links = append(r.dec.Links, site.DecisionLink{Relation: relation, Target: target, Text: text, Href: href, Line: max(line.Number, 0)})
	}
	links := line.Links
	for _, m := range markdownLink.FindAllStringSubmatch(line.Text, -1) { // in front matter a link is just text
		links = append(links, Link{Text: m[1], Dest: m[2]})
	}
	for _, l := range links {
		target, numbered := r.target(l.Dest)
		if site.External(l.Dest) || relation == site.Relates && target == "" {
			continue
		}
		if said, ok := r.numberIn(l.Text); ok && numbered && said != target {
			r.findf(line.Number, "link-mismatch", "make text and address name the same record", "the link says %q and leads to %s", l.Text, l.Dest)
		}
		if target == "" {
			target = l.Dest // it dangles, which is for the log to say
		}
		add(target, l.Text, l.Dest)
	}
	if len(links) > 0 {
		return
	}
	if m := fileTarget.FindString(line.Text); m != "" {
		target, _, _ := r.recordID(path.Join(path.Dir(r.text.Source), m))
		add(target, line.Text, m)
		return
	}
	if all := adrNumber.FindAllStringSubmatch(line.Text, -1); len(all) > 0 {
		for _, m := range all {
			add(site.CanonicalID("ADR-", m[1]), m[0], "")
		}
		return
	}
	if own := r.prefix(r.text.Source); own != "ADR-" {
		named := false
		for _, m := range site.FindReferences([]byte(line.Text)) {
			if strings.HasPrefix(m.ID, own) {
				add(m.ID, line.Text[m.Start:m.End], "")
				named = true
			}
		}
		if named {
			return
		}
	}
	if target, number, ok := ID(strings.TrimSpace(line.Text)); ok && number == 0 {
		add(target, line.Text, "")
		return
	}
	if m := bareNumber.FindStringSubmatch(line.Text); m != nil {
		add(site.CanonicalID(r.prefix(r.text.Source), m[1]), line.Text, "")
		return
	}
	if text := strings.ToLower(strings.Trim(line.Text, " .-—–")); text == "" || text == "none" || text == "n/a" || text == "null" || relation == site.Relates {
		return
	}
	r.findf(line.Number, "unknown-relation", "name the record as ADR-0007, or link to its file", "%s names no record: %q", relation, line.Text)
}

// target is the record that a link's address leads to, or "" if it leads to a
// text of another kind. Numbered: the address carries a number.
func (r *recorder) target(dest string) (id string, numbered bool) {
	file, _, _ := strings.Cut(strings.ReplaceAll(dest, "%20", " "), "#")
	id, number, ok := r.recordID(path.Join(path.Dir(r.text.Source), file))
	own := path.Dir(r.text.Source)
	folder := path.Dir(path.Join(own, file))
	if !ok || folder != own && !recordFolder.MatchString(folder) {
		return "", false
	}
	return id, number > 0
}

// numberIn is the record that a link's text speaks of: "ADR-0007", "7. Foo".
func (r *recorder) numberIn(text string) (id string, ok bool) {
	for _, pattern := range []*regexp.Regexp{adrNumber, titleNumber} {
		if m := pattern.FindStringSubmatch(text); m != nil {
			prefix := "ADR-"
			if pattern == titleNumber {
				prefix = r.prefix(r.text.Source)
			}
			return site.CanonicalID(prefix, m[1]), true
		}
	}
	return "", false
}
