package model

import "strings"

// Asserted is an assertion of the model and whether it holds.
type Asserted struct {
	Name, What, File string
	Line             int
	Holds            bool
	Place            string // rooted path of where it is shown
}

// Asserted lists the assertions, file by file. One that cannot be computed does not
// hold.
func (m *Model) Asserted() (all []Asserted) {
	for _, g := range m.groups {
		for _, a := range g.asserts {
			all = append(all, Asserted{Name: a.name, What: a.what, File: a.file, Line: a.line, Holds: a.verdict.Holds && !a.broken, Place: m.place(a.anchor())})
		}
	}
	return all
}

// Computed says whether a destination names a value that a formula gives, and not
// one that somebody wrote down.
func (m *Model) Computed(dest string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(dest, "model:"), "?")
	e := m.entries[name]
	return strings.HasPrefix(dest, "model:") && e != nil && e.expr != nil
}

// RunPath is the page of a run, or "".
func (m *Model) RunPath(id string) string {
	for _, r := range m.runs {
		if r.id == id {
			return r.pagePath()
		}
	}
	return ""
}
