package build

import (
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
)

// joinLedger finds the places where entries are shown, and says which are nowhere or
// name an alert that nobody defines.
func (t *Tree) joinLedger() {
	t.shown = make(map[string]definition)
	for _, e := range t.ledger.Entries() {
		if place, ok := t.placeOf(e); ok {
			t.shown[e.ID] = place
		} else {
			t.wrongEntry(e.File, e.Line, "ledger-unshown", "ask for it in a text: ```ledger, then entries: or table: and its kind", "no page shows %s, so nothing can refer to it", e.ID)
		}
		if answer, line, ok := e.Answer(); ok && !t.grounded(e.File, answer) {
			t.wrongEntry(e.File, line, "ledger-ground", "link to the page, the value or the entry that shows it, or name the record or the test", "the answer of %s has no ground", e.ID)
		}
		alert, line := e.Field("alert")
		for _, m := range site.FindReferences([]byte(alert)) {
			if _, ok := t.definitions[m.ID]; !ok {
				t.wrongEntry(e.File, line, "ledger-reference", "name an alert or objective that a page defines", "%s names the alert %s, which is not defined on this site", e.ID, m.ID)
			}
		}
	}
}

var spanIn = regexp.MustCompile("`([^`]+)`")

// grounded says whether a text of the ledger leads to anything on this site or in its
// code. Somebody else's page is no ground for what is said of the design. Links that
// lead nowhere are findings already.
func (t *Tree) grounded(file, text string) bool {
	for _, m := range entryLink.FindAllStringSubmatch(text, -1) {
		if !site.External(m[1]) {
			return true
		}
	}
	for _, m := range site.FindReferences([]byte(text)) {
		if _, ok := t.definitions[m.ID]; ok {
			return true
		}
	}
	for _, m := range spanIn.FindAllStringSubmatch(text, -1) {
		if a := t.look(file, m[1]); a.Name && a.Problem == "" {
			return true
		}
	}
	return false
}

func (t *Tree) wrongEntry(file string, line int, rule, mend, format string, args ...any) {
	t.Findings = append(t.Findings, site.Finding{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

// placeOf is the heading, the row or the mark of an entry.
func (t *Tree) placeOf(e *ledger.Entry) (definition, bool) {
	if def, ok := t.definitions[e.ID]; ok && t.documents[def.page].Includes() {
		return def, true
	}
	anchor := strings.ToLower(e.ID)
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil && d.Includes() && d.HasID(anchor) {
			return definition{p, site.Definition{ID: e.ID, Anchor: anchor}}, true
		}
	}
	return definition{}, false
}

// contradicts says what is wrong with a text that states something of an entry, if
// anything is.
func (t *Tree) contradicts(file string, n markdown.Number) (site.Finding, bool) {
	wrong := site.Finding{File: file, Line: n.Line}
	want, ok := t.ledger.Agree(n.Dest, n.Text)
	switch {
	case want == "":
		wrong.Rule, wrong.Message, wrong.Mend = "unknown-entry", "the ledger has no "+n.Dest, "add the entry to the ledger, or say it without a link"
		if near := t.ledger.Suggest(n.Dest); near != "" {
			wrong.Mend = "did you mean " + near + "?"
		}
	case !ok:
		wrong.Rule, wrong.Message = "wrong-phrase", fmt.Sprintf("the text says %q and %s is %q", n.Text, n.Dest, want)
		wrong.Mend = fmt.Sprintf("write %q, or run: lockstep check --fix", want)
	}
	return wrong, wrong.Rule != ""
}

// noteEntry tells the page of an entry who speaks of it.
func (f *follower) noteEntry(dest string) {
	if !strings.HasPrefix(dest, ledger.Scheme) {
		return
	}
	if e := f.tree.ledger.Entry(dest); e != nil {
		if place, ok := f.tree.shown[e.ID]; ok {
			f.note(place.page, "", e.ID)
		}
	}
}

// entry leads to where an entry stands.
func (r resolver) entry(dest string) (href string, ok bool) {
	e := r.tree.ledger.Entry(dest)
	if e == nil {
		return "", false
	}
	place, ok := r.tree.shown[e.ID]
	if !ok {
		return "", false
	}
	return site.Rel(r.page.Path, place.page.Path+"#"+place.Anchor), true
}

// placeFindings names the file in which a passage stands that a page shows.
func (t *Tree) placeFindings() {
	documents := make(map[string]*document)
	for _, d := range t.texts() {
		if !d.Includes() {
			continue
		}
		documents[d.Source] = d
		if p := t.bySource[d.Source]; p != nil {
			for i, f := range p.Findings {
				p.Findings[i] = d.Placed(f)
			}
		}
	}
	for i, f := range t.Findings {
		if d := documents[f.File]; d != nil {
			t.Findings[i] = d.Placed(f)
		}
	}
}
