package model

import "strings"

type runView struct {
	ID, File string
	Aged     string // how it is older than the code that it judges
	Meta     [][2]string
	Values   []leafView
}

type leafView struct {
	ID, Path, Value string
}

func (r *run) view() runView {
	v := runView{ID: "evidence." + r.id, File: r.file}
	for _, name := range runMeta {
		if r.meta[name] != "" {
			v.Meta = append(v.Meta, [2]string{name, r.meta[name]})
		}
	}
	if l := r.byPath["command"]; l != nil {
		v.Meta = append(v.Meta, [2]string{"command", l.text})
	}
	if len(r.judges) > 0 {
		v.Meta = append(v.Meta, [2]string{"judges the code in", strings.Join(r.judges, ", ")})
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
