package build

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"lockstep/site"
)

// reserved is what the server or the output keeps for itself.
var reserved = []string{"/static/", "/files/", "/api/", "/_/", "/reviews/"}

func isReserved(address string) bool {
	return slices.ContainsFunc(reserved, func(prefix string) bool { return strings.HasPrefix(address, prefix) })
}

// address gives every source an address that no other has. Two that ask for one
// are a finding that names both; the second gets another, so that neither is
// lost.
func (a *texts) address(sources []source) {
	taken := make(map[string]string) // what has an address, by its key
	for _, s := range a.config.series {
		taken[addressKey(s.Address)] = s.Folder
	}
	introduced := make(map[string]bool)
	var late []int
	order := make([]int, len(sources))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(sources[x].claim(), sources[y].claim()) })
	for _, i := range order {
		s := &sources[i]
		key := addressKey(s.asks())
		switch first := taken[key]; {
		case s.kind == site.KindLog && first == path.Dir(s.file) && !introduced[key]:
			introduced[key] = true // it introduces the log that has the address
			taken[key] = s.file
		case first != "" || isReserved(s.asks()):
			late = append(late, i)
		default:
			taken[key] = s.file
		}
	}
	for _, i := range late {
		s := &sources[i]
		asked := s.asks()
		first := taken[addressKey(asked)]
		s.path, s.intro = a.otherAddress(*s, taken), ""
		if s.kind == site.KindHome || s.kind == site.KindSection || s.kind == site.KindLog {
			s.kind = site.KindDocument
		}
		if section := strings.Split(s.path, "/")[1]; !strings.HasPrefix(s.path, "/"+s.section+"/") {
			s.section = section
		}
		taken[addressKey(s.path)] = s.file
		version := s.path == beside(asked, dotted(s.file)) && stem(path.Base(first)) != stem(path.Base(s.file))
		if first == "" || a.config.found && a.apart(first, s.file) || version {
			continue
		}
		a.findings = append(a.findings, site.Finding{File: s.file, Rule: "duplicate-path",
			Message: fmt.Sprintf("%s and %s both ask for the address %s; %s has it, and %s is at %s", first, s.file, asked, first, s.file, s.path),
			Mend:    "rename one of them, or make one text of both"})
	}
	a.alone(sources)
}

// claim orders sources by their right to an address. A name with dots gives way, since
// these can tell it from another. A README does: beside an index, or a text of its folder's
// name, it is more often about the folder than of the site.
func (s source) claim() int {
	switch {
	case s.kind == site.KindHome:
		return 0
	case isReadme(s.file):
		return 3
	case dotted(s.file) != "":
		return 2
	}
	return 1
}

// apart says whether two files share an address only because the usual folder of
// texts is left out of addresses, which nobody asked for.
func (a *texts) apart(x, y string) bool {
	if len(a.config.Content) == 0 {
		return false
	}
	usual := a.config.Content[0]
	return usual != "." && within(x, usual) != within(y, usual)
}

func isReadme(file string) bool { return strings.EqualFold(stem(path.Base(file)), "readme") }

// dotted is what a file is called in an address where the dots in its name count: those of
// v1.10, beside v1.1.0. "" if it has none.
func dotted(file string) string {
	name := stem(path.Base(file))
	if !strings.Contains(name, ".") {
		return ""
	}
	return Element(strings.ReplaceAll(name, ".", "-"))
}

// beside is the address of that name in the folder of another one; "" for no name.
func beside(address, name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimSuffix(path.Dir(strings.TrimSuffix(address, "/")), "/") + "/" + name + "/"
}

// otherAddress is a free address for a source whose own is taken: with the dots in its
// name, with its whole name, with its whole path, with a number.
func (a *texts) otherAddress(s source, taken map[string]string) string {
	whole := Element(stem(path.Base(s.file)))
	own := s.asks() + whole + "/"
	if s.intro == "" && !isIndex(path.Base(s.file)) {
		own = beside(s.asks(), whole)
	}
	full := "/" + slugPath(stem(s.file)) + "/"
	candidates := []string{beside(s.asks(), dotted(s.file)), own, full, "/pages" + full}
	for _, c := range candidates {
		if c != "" && taken[addressKey(c)] == "" && !isReserved(c) {
			return c
		}
	}
	for n := 2; ; n++ {
		c := fmt.Sprintf("%s-%d/", "/pages"+strings.TrimSuffix(full, "/"), n)
		if taken[addressKey(c)] == "" {
			return c
		}
	}
}

// alone makes pages of introductions whose lists nobody else belongs to.
func (a *texts) alone(sources []source) {
	members := make(map[string]bool)
	for _, s := range sources {
		if s.path != "" && s.kind != site.KindDecision {
			members[s.section] = true
		}
	}
	for i := range sources {
		if s := &sources[i]; s.intro != "" && s.kind == site.KindSection && !members[s.section] {
			s.kind, s.path, s.intro = site.KindDocument, s.intro, ""
		}
	}
}
