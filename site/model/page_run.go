package model

import "strings"

type runView struct {
	ID, File string
	Aged     string // how it is older than the code that it judges
	Meta     []metaView
	Values   []leafView
}

// metaView is what says where a run comes from.
type metaView struct {
	ID, Name, Value string // ID is "" where no text can refer to it here
}

type leafView struct {
	ID, Path, Value string
}

func (r *run) view() runView {
	v := runView{ID: "evidence." + r.id, File: r.file}
	for _, name := range runMeta {
		if r.meta[name] != "" {
			m := metaView{Name: name, Value: r.meta[name]}
			if l := r.byPath[name]; l != nil {
				m.ID = l.anchor
			}
			v.Meta = append(v.Meta, m)
		}
	}
	if l := r.byPath["command"]; l != nil {
		v.Meta = append(v.Meta, metaView{Name: "command", Value: l.text})
	}
	if len(r.judges) > 0 {
		v.Meta = append(v.Meta, metaView{Name: "judges the code in", Value: strings.Join(r.judges, ", ")})
	}
	for _, l := range r.leaves {
		if r.meta[l.path] != "" || !l.listed {
			continue
		}
		_, value := l.forms()
		v.Values = append(v.Values, leafView{ID: l.anchor, Path: l.path, Value: value})
	}
	return v
}
