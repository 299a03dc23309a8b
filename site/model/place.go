package model

import "strings"

// groupPath is the file's name without the digits that order it.
func (m *Model) groupPath(g *group) string {
	slug := strings.TrimLeft(g.id, "0123456789-_")
	if slug == "" || slug == "evidence" {
		slug = g.id
	}
	for _, other := range m.groups {
		if other != g && strings.TrimLeft(other.id, "0123456789-_") == slug {
			slug = strings.NewReplacer("/", "-", ".", "-").Replace(g.file)
		}
	}
	return PagePath + strings.ToLower(slug) + "/"
}

func (r *run) pagePath() string { return PagePath + "evidence/" + strings.ToLower(r.id) + "/" }

// place is where an operand is derived, "" for none: "/model/shards/#shards.count".
func (m *Model) place(name string) string {
	if l, ok := m.evidence[name]; ok {
		return l.run.pagePath() + "#" + l.anchor
	}
	for _, g := range m.groups {
		for _, a := range g.asserts {
			if a.anchor() == name {
				return m.groupPath(g) + "#" + name
			}
		}
	}
	if e := m.entries[name]; e != nil {
		return m.groupPath(e.group) + "#" + name
	}
	if f := m.flips[name]; f != nil {
		return m.groupPath(f.group) + "#" + name
	}
	return ""
}
