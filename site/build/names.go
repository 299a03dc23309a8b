package build

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	yamlast "github.com/goccy/go-yaml/ast"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/names"
)

// Names in code spans are looked up if lockstep.yaml says what is a name. The code is
// read by Load, and after an edit in it only the file that was edited.

// compileNames makes the kinds of names ready and leaves out those that are wrong. The
// entries are those of the file, for the lines of findings.
func (c *Config) compileNames(entry *yamlast.MappingValueNode, find func(line int, rule, mend, format string, args ...any) []site.Finding) (findings []site.Finding) {
	line := func(int) int { return 0 }
	if entry != nil {
		line = func(int) int { return entry.Key.GetToken().Position.Line }
		if list, ok := entry.Value.(*yamlast.SequenceNode); ok {
			line = func(i int) int { return list.Values[i].GetToken().Position.Line }
		}
	}
	if entry != nil {
		findings = append(findings, unknownKindKeys(entry.Value, find)...)
	}
	c.names = nil
	for i := range c.Names {
		k := &c.Names[i]
		k.Line = line(i)
		if err := k.Compile(); err != nil {
			problem, mend, _ := strings.Cut(err.Error(), "; ")
			findings = append(findings, find(k.Line, "config", mend, "names: %s", problem)...)
			continue
		}
		c.names = append(c.names, k)
	}
	return findings
}

// unknownKindKeys finds keys of kinds that mean nothing: a misspelt one would switch a
// part of the check off.
func unknownKindKeys(list yamlast.Node, find func(line int, rule, mend, format string, args ...any) []site.Finding) (findings []site.Finding) {
	kinds, ok := list.(*yamlast.SequenceNode)
	if !ok {
		return nil
	}
	for _, kind := range kinds.Values {
		mapping, ok := kind.(*yamlast.MappingNode)
		if !ok {
			continue
		}
		for _, entry := range mapping.Values {
			if key := entry.Key.GetToken(); !slices.Contains(names.Keys, key.Value) {
				findings = append(findings, find(key.Position.Line, "unknown-config", "the keys are "+strings.Join(names.Keys, ", "), "names: the key %q has no meaning here", key.Value)...)
			}
		}
	}
	return findings
}

// newIndex is the index for a configuration, or nil if it asks for none.
func (b *Builder) newIndex() *names.Index {
	if len(b.config.names) == 0 && len(b.config.Code) == 0 {
		return nil
	}
	index := names.NewIndex(b.root.FS(), b.config.names, b.config.Code, skipDir)
	index.Writes = b.ignored
	return index
}

// ignored says whether git leaves a path out of the repository. One that git cannot
// judge is not ignored.
func (b *Builder) ignored(name string) bool {
	ignored, err := git.Holds(context.Background(), b.dir, "check-ignore", "--quiet", "--", name)
	return err == nil && ignored
}

// scanNames reads the code, and says which kinds of names find nothing there: then they
// are described wrongly, and everything of the kind would be a finding.
func (b *Builder) scanNames() (findings []site.Finding) {
	if b.index == nil {
		return nil
	}
	table := b.index.Scan()
	for i, k := range b.config.names {
		if k.From != names.Paths && table.Size(i) == 0 {
			findings = append(findings, site.Finding{File: ConfigName, Line: k.Line, Rule: "config",
				Message: fmt.Sprintf("names: no file defines a %s", k.Name), Mend: "correct files or define of this kind, or remove it"})
		}
	}
	return findings
}

// codeChanged reads a file of the code again. Known is false for a file that is none of
// the code.
func (b *Builder) codeChanged(file string) (known, changed bool) {
	if b.index == nil || !b.index.Reads(file) {
		return false, false
	}
	return true, b.index.Update(file)
}

// look says what a span of a text names.
func (t *Tree) look(file, span string) names.Answer {
	if t.table == nil || file == "" {
		return names.Answer{}
	}
	return t.table.Look(path.Dir(file), span)
}

// judgeNames looks up what the texts name, those beside the site too.
func (t *Tree) judgeNames() {
	if t.table == nil {
		return
	}
	for _, d := range t.texts() {
		judge := func(line int, a names.Answer) {
			if a.Name {
				t.named++
			}
			if a.Place.File != "" {
				// If the file goes, the text must be judged again.
				t.places = append(t.places, a.Place.File)
			}
			if a.Problem == "" {
				return
			}
			f := site.Finding{File: d.Source, Line: line, Rule: "unknown-name", Message: a.Problem, Mend: a.Mend}
			t.Findings = append(t.Findings, f)
			if p := t.bySource[d.Source]; p != nil {
				p.Findings = append(p.Findings[:len(p.Findings):len(p.Findings)], f)
			}
		}
		for _, span := range d.Spans {
			if span.Prose {
				judge(span.Line, t.table.LookForTest(span.Text))
				continue
			}
			if span.Label {
				judge(span.Line, t.table.LookForCommand(span.Text))
				continue
			}
			if !span.Shell {
				judge(span.Line, t.look(d.Source, span.Text))
				continue
			}
			lines, answers := t.table.LookAtShell(span.Text)
			for i, a := range answers {
				judge(span.Line+lines[i], a)
			}
		}
	}
	t.judgeModelNames()
	slices.Sort(t.places)
	t.places = slices.Compact(t.places)
}

// testIn is a test in running text.
var testIn = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)

// judgeModelNames looks up what the texts of the model name.
func (t *Tree) judgeModelNames() {
	for _, text := range t.model.Texts() {
		var answers []names.Answer
		for _, m := range spanIn.FindAllStringSubmatch(text.Text, -1) {
			answers = append(answers, t.look(text.File, m[1]))
		}
		for _, name := range testIn.FindAllString(spanIn.ReplaceAllString(text.Text, ""), -1) {
			answers = append(answers, t.table.LookForTest(name))
		}
		for _, a := range answers {
			if a.Name {
				t.named++
			}
			if a.Place.File != "" {
				t.places = append(t.places, a.Place.File)
			}
			if a.Problem != "" {
				t.wrongEntry(text.File, text.Line, "unknown-name", a.Mend, "%s", a.Problem)
			}
		}
		for _, m := range site.FindReferences([]byte(text.Text)) {
			if _, ok := t.definitions[m.ID]; !ok && t.prefixes[site.PrefixOf(m.ID)] {
				t.wrongEntry(text.File, text.Line, "unknown-reference", "correct the number, or define it", "%s is not defined on this site", m.ID)
			}
		}
	}
}

// nameCode gives each record the places in the code that name it.
func (t *Tree) nameCode() {
	if t.table == nil {
		return
	}
	for _, p := range t.decisions {
		for _, m := range t.table.Mentions(p.Decision.ID) {
			if def, ok := t.definition(m.File, site.PrefixOf(m.ID), m.ID); ok && def.page != p {
				continue // the number of another series
			}
			p.Code = append(p.Code, site.CodeMention{File: m.File, Line: m.Line, Text: m.Text, Test: m.Test, Href: t.codeURL(m.Place)})
		}
	}
}

func (r resolver) Name(span string) (href, where string, ok bool) {
	a := r.tree.look(r.page.Source, span)
	if !a.Name || a.Problem != "" || a.Place.File == "" {
		return "", "", false
	}
	if p := r.tree.bySource[a.Place.File]; p != nil && a.Place.Line == 0 {
		return site.Rel(r.page.Path, p.Path), p.Title, true
	}
	return r.tree.codeURL(a.Place), a.Place.String(), true
}

// Commands are the programs and verbs that the code defines, each a line of its words
// and, sorted, its flags, and … if it may have others.
func (t *Tree) Commands() []string {
	if t.table == nil {
		return nil
	}
	return t.table.Commands()
}
