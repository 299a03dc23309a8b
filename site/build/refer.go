package build

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
)

// refer follows every link and reference: what leads nowhere is a finding, and
// what leads to a page is noted there. Pages are followed in parallel, and their
// notes joined in reading order. What the tree before has followed is taken over
// where it would be the same; before is nil where nothing may be.
func (t *Tree) refer(before *Tree) {
	t.targets = slices.Concat(t.Pages, t.aside)
	t.followed = make([]followed, len(t.targets))
	places := make(map[*site.Page]int, len(t.targets))
	for i, p := range t.targets {
		places[p] = i
	}
	same := t.followedBefore(before)
	parallel(len(t.Pages), func(i int) {
		d := t.documents[t.Pages[i]]
		if d == nil {
			return
		}
		if same(i) {
			t.followed[i] = before.followed[i]
			return
		}
		f := follower{tree: t, page: t.Pages[i], document: d, places: places, followed: followed{notes: make([]note, 0, len(d.Links)+len(d.References))}}
		f.follow()
		f.notes = slices.Clip(f.notes)
		t.followed[i] = f.followed
	})
	counts := make([]int, len(t.targets))
	for i := range t.followed {
		for _, n := range t.followed[i].notes {
			counts[n.to]++
		}
	}
	for i, p := range t.targets {
		p.Backlinks = slices.Grow(p.Backlinks, counts[i])
	}
	for i := range t.followed {
		f, from := &t.followed[i], t.targets[i]
		t.files = append(t.files, f.files...)
		for _, n := range f.notes {
			to := t.targets[n.to]
			to.Backlinks = append(to.Backlinks, site.Backlink{From: from, Anchor: n.anchor, Label: n.label, Target: n.id})
		}
		if len(f.findings) > 0 {
			t.Findings = append(t.Findings, f.findings...)
			from.Findings = append(from.Findings[:len(from.Findings):len(from.Findings)], f.findings...)
		}
	}
	t.cite()
	slices.Sort(t.files)
	t.files = slices.Compact(t.files)
}

// cite looks up the sources that inputs of the model name.
func (t *Tree) cite() {
	i := slices.IndexFunc(t.Pages, func(p *site.Page) bool { return p.Kind == site.KindSources })
	if i < 0 || t.model == nil {
		return
	}
	for _, c := range t.model.Citations() {
		if sources := t.Pages[i]; !t.documents[sources].HasID(c.ID) {
			t.Findings = append(t.Findings, site.Finding{File: c.File, Line: c.Line, Rule: "unknown-source",
				Message: fmt.Sprintf("the source %q is not listed in %s", c.ID, sources.Source), Mend: t.suggestAnchor(sources, c.ID)})
		}
	}
}

// follower gathers what one page refers to.
type follower struct {
	tree     *Tree
	page     *site.Page
	document *document
	places   map[*site.Page]int // in the tree's targets
	followed
}

func (f *follower) find(line int, rule, mend, format string, args ...any) {
	f.findings = append(f.findings, site.Finding{File: f.page.Source, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

func (f *follower) note(to *site.Page, heading, id string) {
	if to == f.page {
		return
	}
	label := f.document.labels[heading]
	if label == "" {
		label, heading = f.page.Title, ""
	}
	n := note{f.places[to], heading, label, id}
	if !slices.Contains(f.notes, n) {
		f.notes = append(f.notes, n)
	}
}

func (f *follower) follow() {
	t, shortcodes := f.tree, false
	for i := range f.document.Links {
		l, a := &f.document.Links[i], &f.document.addresses[i]
		x := t.resolve(f.page, *a)
		f.outside = f.outside || a.wiki != "" && x.page == nil || a.file != "" && (x.page == nil || x.page.Source != a.file)
		if n, ok := t.figure(l, a); ok {
			f.number(n)
		}
		if x.wrong != "" && markdown.MadeByShortcode(l.Dest) {
			if !shortcodes {
				f.find(l.Line, "dialect", "write the address", "the address %s is made by another generator", l.Dest)
			}
			shortcodes = true
			continue
		}
		if x.wrong != "" {
			rule, mend := "dead-link", x.mend
			if x.page != nil {
				rule = "dead-anchor"
			}
			if mend == "" {
				mend = t.suggest(f.page, *a)
			}
			f.find(l.Line, rule, mend, "the link to %s %s", strings.TrimPrefix(l.Dest, markdown.WikiScheme), x.wrong)
			continue
		}
		if x.file != "" && !x.folder && (!t.origin.Known() || markdown.IsPicture(x.file)) {
			f.files = append(f.files, x.file)
		}
		if x.page != nil {
			f.note(x.page, l.Heading, "")
			if x.page != f.page && mismatched(l, x.page) {
				f.find(l.Line, "link-mismatch", "make text and address name the same record", "the link says %q and leads to %s", l.Text, x.page.Decision.ID)
			}
		}
	}
	for _, r := range f.document.References {
		def, ok := t.definition(f.page.Source, site.PrefixOf(r.ID), r.ID)
		if ok {
			f.note(def.page, r.Heading, r.ID)
		} else if prefix := site.PrefixOf(r.ID); t.prefixes[prefix] && (t.config.Strict || prefix == "ADR-") {
			// In a text that was not written for us, "ES5" is hardly an identifier
			// because a table somewhere begins with "ES6".
			f.find(r.Line, "unknown-reference", "correct the number, or define it", "%s is not defined on this site", r.ID)
		}
	}
	for _, n := range f.document.Numbers {
		f.number(n)
	}
}

// mismatched: "ADR-0007" must not lead to another record.
func mismatched(l *markdown.Link, to *site.Page) bool {
	if to.Decision == nil || to.Decision.Number == 0 {
		return false
	}
	m := site.FindReferences([]byte(l.Text))
	return len(m) == 1 && site.PrefixOf(m[0].ID) == site.PrefixOf(to.Decision.ID) && m[0].ID != to.Decision.ID
}

// number compares a figure in the text with the value that it is bound to.
func (f *follower) number(n markdown.Number) {
	f.noteEntry(n.Dest)
	if wrong, ok := f.tree.disagrees(f.page.Source, n); ok {
		f.findings = append(f.findings, wrong)
	}
}
