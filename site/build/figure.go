package build

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
)

// lineFragment is how code hosts name lines: "L10-L20".
var lineFragment = regexp.MustCompile(`^L\d`)

// valueAt is the value that an address names by the file that it stands in:
// "content/evidence/torture.json#window.p50_ms". Readers on a code host, where
// "evidence:torture#window.p50_ms" leads nowhere, get the file.
func (t *Tree) valueAt(a *address) string {
	if a.external || a.fragment == "" {
		return ""
	}
	value := ""
	switch path.Ext(a.file) {
	case ".json":
		if slices.Contains(t.config.Evidence, path.Dir(a.file)) {
			value = "evidence:" + stem(path.Base(a.file)) + "#" + a.fragment
		}
	case ".yaml", ".yml":
		if slices.Contains(t.config.Model, path.Dir(a.file)) {
			value = "model:" + a.fragment
		}
	}
	if value != "" && lineFragment.MatchString(a.fragment) {
		return ""
	}
	return value
}

// figure is a link that states a value, as the number that it is.
func (t *Tree) figure(l *markdown.Link, a *address) (markdown.Number, bool) {
	value := t.valueAt(a)
	return markdown.Number{Dest: value, Text: l.Text, Line: l.Line, Start: l.Start, End: l.End}, value != ""
}

// numbers are all figures of a text that are bound to a value.
func (t *Tree) numbers(d *document) []markdown.Number {
	all := slices.Clone(d.Numbers)
	for _, i := range d.placed {
		if n, ok := t.figure(&d.Links[i], &d.addresses[i]); ok {
			all = append(all, n)
		}
	}
	return all
}

// disagrees says what is wrong with a figure, if anything is.
func (t *Tree) disagrees(file string, n markdown.Number) (site.Finding, bool) {
	if strings.HasPrefix(n.Dest, ledger.Scheme) {
		return t.contradicts(file, n)
	}
	find := func(rule, mend, format string, args ...any) (site.Finding, bool) {
		return site.Finding{File: file, Line: n.Line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend}, true
	}
	if t.model == nil || t.model.Empty() {
		return find("unknown-number", "add a model, or write the number as plain text", "%s cannot be looked up: there is no model", n.Dest)
	}
	want, ok := t.model.Agree(n.Dest, n.Text)
	switch {
	case ok:
		return site.Finding{}, false
	case want == "":
		mend := "define it in the model"
		if near := t.model.Suggest(n.Dest); near != "" {
			mend = "did you mean " + near + "?"
		}
		return find("unknown-number", mend, "there is no value %s", n.Dest)
	}
	return find("wrong-number", fmt.Sprintf("write %q, or run: lockstep check --fix", want), "the text says %q and %s is %q", n.Text, n.Dest, want)
}

// bound counts the figures that are bound to the model, to evidence and to the
// ledger.
func (t *Tree) bound() (model, evidence, phrases int) {
	for _, d := range t.texts() {
		for _, n := range t.numbers(d) {
			switch scheme, _, _ := strings.Cut(n.Dest, ":"); scheme {
			case "model":
				model++
			case "evidence":
				evidence++
			default:
				phrases++
			}
		}
	}
	return model, evidence, phrases
}
