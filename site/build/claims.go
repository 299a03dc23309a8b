package build

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lockstep/site"
	"lockstep/site/claims"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
	"lockstep/site/model"
	"lockstep/site/names"
)

// unknownClaims finds keys below "claims" that mean nothing: a misspelt one would
// switch its check off.
func unknownClaims(node ast.Node) (findings []site.Finding) {
	check := func(below string, node ast.Node) {
		mapping, ok := node.(*ast.MappingNode)
		if !ok {
			return
		}
		for _, entry := range mapping.Values {
			if key := entry.Key.GetToken(); !slices.Contains(claims.Keys[below], key.Value) {
				findings = append(findings, site.Finding{File: ConfigName, Line: key.Position.Line, Rule: "unknown-config",
					Message: fmt.Sprintf("the key %q has no meaning here", key.Value), Mend: "the keys are " + strings.Join(claims.Keys[below], ", ")})
			}
		}
	}
	check("", node)
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return findings
	}
	for _, entry := range mapping.Values {
		switch key := entry.Key.GetToken().Value; key {
		case "numbers", "waiting":
			check(key, entry.Value)
		case "words":
			if list, ok := entry.Value.(*ast.SequenceNode); ok {
				for _, rule := range list.Values {
					check(key, rule)
				}
			}
		}
	}
	return findings
}

// readBeside reads the texts that are judged and are no pages, such as a README
// beside a folder of content, and the file of allowances.
func (b *Builder) readBeside() (findings []site.Finding) {
	b.beside, b.allowed = nil, nil
	pages := make(map[string]bool, len(b.texts.sources))
	for _, s := range b.texts.sources {
		pages[s.file] = true
	}
	add := func(s source) {
		if pages[s.file] {
			return
		}
		pages[s.file] = true
		if data, err := b.root.ReadFile(s.file); err == nil {
			b.texts.beside[s.file] = true
			b.beside = append(b.beside, newDocument(b.parser, s.file, data, site.KindDocument))
		}
	}
	for _, place := range slices.Concat(b.config.Beside, b.config.Claims.Files()) {
		key := "claims"
		if slices.Contains(b.config.Beside, place) {
			key = "beside"
		}
		info, err := fs.Stat(b.root.FS(), place)
		switch {
		case err != nil:
			findings = append(findings, site.Finding{File: ConfigName, Rule: "config", Message: fmt.Sprintf("%s names %q, which does not exist", key, place), Mend: "correct the name, or remove it"})
		case info.IsDir():
			b.texts.walk(place, add)
		case info.Size() <= maxSource:
			add(source{file: place, size: info.Size()})
		}
	}
	if name := b.config.Claims.Allow; name != "" {
		if data, err := b.root.ReadFile(name); err == nil {
			b.allowed = append([]byte{}, data...)
		}
	}
	return findings
}

// texts are the documents of all pages, and those beside them.
func (t *Tree) texts() (all []*document) {
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil {
			all = append(all, d)
		}
	}
	return append(all, t.builder.beside...)
}

// judgeClaims holds what texts say against what stands behind it.
func (t *Tree) judgeClaims() {
	for _, d := range t.builder.beside {
		for _, n := range t.numbers(d) {
			if wrong, ok := t.disagrees(d.Source, n); ok {
				t.Findings = append(t.Findings, wrong)
			}
		}
	}
	checker, problems := claims.New(t.config.Claims, t.builder.allowed)
	for _, err := range problems {
		t.Findings = append(t.Findings, site.Finding{File: ConfigName, Rule: "config", Message: err.Error(), Mend: "see: lockstep help claims"})
	}
	constants := names.NewConstants(t.builder.root.FS())
	checker.Hold(func(reference string) (claims.Constant, error) {
		c, err := constants.Find(reference)
		if c.File != "" {
			t.constants = append(t.constants, c.File)
		}
		return claims.Constant{Value: c.Value, Duration: c.Duration, Place: c.String()}, err
	})
	held := t.config.Claims.Files()
	for _, d := range t.texts() {
		if !slices.ContainsFunc(t.numbers(d), func(n markdown.Number) bool { return strings.HasPrefix(n.Dest, "evidence:") }) &&
			!slices.ContainsFunc(held, func(place string) bool { return within(d.Source, place) }) {
			continue
		}
		checker.Judge(claims.Text{File: d.Source, Statements: t.claimed(d),
			Quotes:  t.bySource[d.Source] != nil && t.bySource[d.Source].Kind == site.KindSources,
			Place:   d.Place,
			Number:  func(dest string) string { return t.valueOf(d.Source, dest) },
			Defined: func(id string, line int) string { return t.definitionOf(id, d.Source, line) },
			Status:  t.statusOf,
			Source:  func(dest string) (string, bool) { return t.sourceOf(d.Source, dest) }}, recorded{t.model})
	}
	findings, tally := checker.Finish()
	t.tally = tally
	for _, f := range findings {
		t.Findings = append(t.Findings, f)
		if p := t.bySource[f.File]; p != nil {
			p.Findings = append(p.Findings[:len(p.Findings):len(p.Findings)], f)
		}
	}
}

// claimed are the statements of a text that need a ground: not those that are made from
// the objectives and from what is exported, which are grounds themselves. The values
// that the objectives link to are compared, wherever they are shown.
func (t *Tree) claimed(d *document) []markdown.Statement {
	o := t.builder.slo
	if o == nil || !d.Includes() {
		return d.statements()
	}
	return slices.DeleteFunc(slices.Clone(d.statements()), func(s markdown.Statement) bool {
		return slices.ContainsFunc(s.Pieces, func(p markdown.Piece) bool {
			file, _ := d.Place(p.Line)
			return file == o.File || file == o.Metrics
		})
	})
}

// recorded looks values up without a word on what may have been meant instead,
// which takes long and would be thrown away.
type recorded struct{ *model.Model }

var errNotRecorded = errors.New("there is no such value")

func (r recorded) Number(dest string) (float64, string, error) {
	if _, ok := r.Value(dest); !ok {
		return 0, "", errNotRecorded
	}
	return r.Model.Number(dest)
}

// valueOf is the value that a link states, or "".
func (t *Tree) valueOf(file, dest string) string {
	if strings.HasPrefix(dest, "model:") || strings.HasPrefix(dest, "evidence:") {
		return dest
	}
	if dest == "" {
		return ""
	}
	a := parseAddress(file, dest)
	return t.valueAt(&a)
}

// statusOf is the status of an entry of the ledger or of a decision, or "".
func (t *Tree) statusOf(id string) string {
	if e := t.ledger.Entry(ledger.Scheme + id); e != nil {
		return e.Status()
	}
	if def, ok := t.definitions[id]; ok && def.page.Decision != nil && def.page.Decision.ID == id {
		return string(def.page.Decision.Status)
	}
	return ""
}

// definitionOf is the text that defines an identifier: its row, what stands below
// its heading, or the record. What stands in it does not define itself.
func (t *Tree) definitionOf(id, file string, line int) string {
	def, ok := t.definitions[id]
	if !ok || t.documents[def.page] == nil {
		return ""
	}
	d := t.documents[def.page]
	all := d.statements()
	if def.page.Decision == nil {
		all = standingAt(all, def.Line)
	}
	if n := len(all); n > 0 && d.Source == file && line >= all[0].Line && line <= all[n-1].Line {
		return ""
	}
	return textOf(all)
}

// standingAt is the row on a line, or the heading there with all that stands below it.
func standingAt(all []markdown.Statement, line int) []markdown.Statement {
	from := slices.IndexFunc(all, func(s markdown.Statement) bool { return s.Line == line && (s.Row || s.Level > 0) })
	if from < 0 {
		return nil
	}
	to := from + 1
	for level := all[from].Level; level > 0 && to < len(all) && (all[to].Level == 0 || all[to].Level > level); to++ {
	}
	return all[from:to]
}

func textOf(statements []markdown.Statement) string {
	var text strings.Builder
	for _, s := range statements {
		text.WriteString(s.Text() + "\n")
	}
	return text.String()
}

// sourceOf says whether a link leads to what somebody else has published, or to
// the page that lists it, and what the entry there says.
func (t *Tree) sourceOf(file, dest string) (entry string, ok bool) {
	if site.External(dest) {
		return "", true
	}
	a := parseAddress(file, dest)
	p := t.bySource[a.file]
	if p == nil || p.Kind != site.KindSources {
		return "", false
	}
	d := t.documents[p]
	return textOf(standingAt(d.statements(), d.LineOf(a.fragment))), true
}
