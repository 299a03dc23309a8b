package model

import (
	"cmp"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"lockstep/site"
)

// Provenance says how an input came to be.
type Provenance string

// The provenances.
const (
	Cited    Provenance = "cited"    // published by somebody: Source says where
	Measured Provenance = "measured" // recorded by a run: Source is an evidence destination
	Assumed  Provenance = "assumed"  // chosen by us, with a range
)

// Model is a set of named values and the experiments that they may rest on.
type Model struct {
	groups   []*group
	entries  map[string]*entry
	runs     []*run
	evidence map[string]*leaf // by operand name: "evidence.kill_leader.window.p99_ms"
	flips    map[string]*flip
	base     map[string]quantity // formulas with the inputs as they are
	draws    *sync.Map           // results of joint draws, sorted, by name
	ages     map[string]string
	player   *Player
	texts    []Text
}

// group is one file: a title, a text and its values in order.
type group struct {
	file         string
	id           string // the file's name without its extension
	title, about string
	entries      []*entry
	asserts      []*assertion
	flips        []*flip
}

// entry is an input or a formula.
type entry struct {
	name  string
	group *group
	file  string
	line  int
	what  string // what the value is, a few words
	note  string
	unit  unit
	show  int // significant digits

	// An input has a value and a provenance, a formula has an expression.
	value      float64 // in base units, as low and high
	low, high  float64
	ranged     bool
	provenance Provenance
	source     string
	date       string
	expr       *expr
	// Formulas: show how the result moves when each input goes to its ends.
	sensitivity bool
	users       []string // formulas that use this entry, in order
}

// Load reads the models (*.yaml) and evidence (*.json) that lie directly in the
// given folders of fsys. Folders that do not exist are empty. It always gives a
// model: what is wrong is a finding, and the values that do not depend on it
// still work.
func Load(fsys fs.FS, modelDirs, evidenceDirs []string) (*Model, []site.Finding) {
	m := &Model{entries: map[string]*entry{}, evidence: map[string]*leaf{}, flips: map[string]*flip{}, draws: new(sync.Map)}
	var findings []site.Finding
	for _, dir := range evidenceDirs {
		for _, file := range filesIn(fsys, dir, ".json") {
			findings = append(findings, m.readEvidence(fsys, file)...)
		}
	}
	for _, dir := range modelDirs {
		for _, file := range filesIn(fsys, dir, ".yaml", ".yml") {
			findings = append(findings, m.readGroup(fsys, file)...)
		}
	}
	findings = append(findings, m.link()...)
	site.SortFindings(findings)
	return m, findings
}

func filesIn(fsys fs.FS, dir string, extensions ...string) []string {
	list, err := fs.ReadDir(fsys, path.Clean(dir))
	if err != nil {
		return nil
	}
	var files []string
	for _, file := range list {
		if file.Type().IsRegular() && slices.Contains(extensions, path.Ext(file.Name())) {
			files = append(files, path.Join(dir, file.Name()))
		}
	}
	return files
}

// Empty reports whether there is nothing to show.
func (m *Model) Empty() bool { return len(m.groups) == 0 && len(m.runs) == 0 }

// Value is the text of the value that dest names, as it should stand in prose:
// "694 k msg/s". It is false for a value that does not exist or cannot be
// computed.
func (m *Model) Value(dest string) (text string, ok bool) {
	_, full, ok := m.forms(dest)
	return full, ok
}

// Anchor is the place that shows how the value of dest comes about:
// "/model/scale/#sends.peak".
func (m *Model) Anchor(dest string) (href string, ok bool) {
	if name, ok := strings.CutPrefix(dest, "evidence:"); ok {
		if l := m.leaf(name); l != nil {
			return l.run.pagePath() + "#" + l.anchor, true
		}
		return "", false
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(dest, "model:"), "?")
	if !strings.HasPrefix(dest, "model:") || m.entries[name] == nil && m.flips[name] == nil {
		return "", false
	}
	return m.place(name), true
}

// Agree reports whether text states the value of dest, by the rule of the
// package comment. If it does not, want is what it should say, in the form
// that text has: a number alone stays alone, words after it stay. An unknown
// dest agrees with nothing, and want is empty.
func (m *Model) Agree(dest, text string) (want string, ok bool) {
	number, full, ok := m.forms(dest)
	if !ok {
		return "", false
	}
	text = strings.Join(strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text)), " ")
	if text == full || text == number {
		return text, true
	}
	if number == "" { // a commit may begin as a number does
		return full, false
	}
	if rest, ok := strings.CutPrefix(text, number+" "); ok && words(rest) {
		return text, true
	}
	written, rest := leadingNumber(text)
	switch {
	case written == "" || full == number:
		if written != "" && words(rest) {
			return number + " " + rest, false
		}
		return full, false
	case rest == "":
		return number, false
	case words(rest):
		return number + " " + rest, false
	}
	return full, false
}

// Suggest is the destination most like dest among those that exist, "" if none
// is like it.
func (m *Model) Suggest(dest string) string {
	if m.flips[strings.TrimPrefix(dest, "model:")] != nil {
		return "" // it is there and flips nowhere
	}
	var known []string
	if strings.HasPrefix(dest, "evidence:") {
		for _, r := range m.runs {
			for _, l := range r.leaves {
				known = append(known, "evidence:"+r.id+"#"+l.path)
			}
		}
	} else {
		for name := range m.entries {
			known = append(known, "model:"+name)
		}
		for name := range m.flips {
			known = append(known, "model:"+name)
		}
	}
	return site.Nearest(dest, known)
}

// nearestName is the operand most like name, "" if none is like it.
func (m *Model) nearestName(name string) string {
	known := slices.Concat(slices.Collect(maps.Keys(m.entries)), slices.Collect(maps.Keys(m.evidence)))
	slices.Sort(known)
	return site.Nearest(name, known)
}

// byName sorts entries for loops whose order shows.
func (m *Model) byName() []*entry {
	all := make([]*entry, 0, len(m.entries))
	for _, g := range m.groups {
		all = append(all, g.entries...)
	}
	slices.SortFunc(all, func(a, b *entry) int { return cmp.Compare(a.name, b.name) })
	return all
}
