package model

import (
	"html/template"
	"strings"

	"lockstep/site"
)

type groupView struct {
	Title, About string
	Play         template.HTML
	Inputs       []inputView
	Formulas     []formulaView
	Tornados     []tornadoView
	Asserts      []assertView
	Flips        []flipView
}

type userView struct{ Name, Href string }

type inputView struct {
	Name, What, Note, Value, Low, High, Provenance, Date string
	Source, Href                                         string // Href "" if the source is no link
	Users                                                []userView
}

type formulaView struct {
	Name, What, Note, Value string
	Expression              []piece
	Users                   []userView
}

// piece is a part of an expression: a name that leads somewhere, or text.
type piece struct {
	Text, Href, Value string
}

type tornadoView struct {
	Name, What, Base string
	Low, Mid, High   string // with all inputs drawn together: the 5th, 50th and 95th percentile
	Effects          []effectView
}

type effectView struct {
	Effect
	What, From, To, Href string
}

func (m *Model) groupView(g *group) groupView {
	at := m.groupPath(g)
	gv := groupView{Title: g.title, About: g.about}
	for _, e := range g.entries {
		if e.expr == nil {
			gv.Inputs = append(gv.Inputs, m.inputView(at, e))
			continue
		}
		gv.Formulas = append(gv.Formulas, m.formulaView(at, e))
		if e.sensitivity {
			gv.Tornados = append(gv.Tornados, m.tornadoView(at, e))
		}
	}
	for _, a := range g.asserts {
		gv.Asserts = append(gv.Asserts, m.assertView(at, a))
	}
	for _, f := range g.flips {
		gv.Flips = append(gv.Flips, m.flipView(at, f))
	}
	return gv
}

func (m *Model) users(at string, e *entry) (users []userView) {
	for _, name := range e.users {
		if place := m.place(name); place != "" { // what cannot be computed uses nothing
			users = append(users, userView{name, site.Rel(at, place)})
		}
	}
	return users
}

func (m *Model) inputView(at string, e *entry) inputView {
	_, value := formatQuantity(e.value, e.show, e.unit)
	v := inputView{Name: e.name, What: e.what, Note: e.note, Value: unbroken(value), Provenance: string(e.provenance), Date: e.date, Source: e.source, Users: m.users(at, e)}
	if e.ranged {
		low, _ := formatQuantity(e.low, e.show, e.unit)
		high, _ := formatQuantity(e.high, e.show, e.unit)
		v.Low, v.High = unbroken(low), unbroken(high)
	}
	switch {
	case e.source == "":
	case strings.HasPrefix(e.source, "evidence:"):
		if href, ok := m.Anchor(e.source); ok {
			v.Href = site.Rel(at, href)
		}
	case !strings.Contains(e.source, ":"):
		v.Href = site.Rel(at, sourcesPath+"#"+e.source)
	}
	return v
}

// unbroken keeps a number and its unit on one line.
func unbroken(value string) string { return strings.ReplaceAll(value, " ", "\u00a0") }

func (m *Model) formulaView(at string, e *entry) formulaView {
	v := formulaView{Name: e.name, What: e.what, Note: e.note, Expression: m.pieces(at, e.expr), Users: m.users(at, e)}
	var ok bool
	if v.Value, ok = m.Value("model:" + e.name); !ok {
		v.Value = "cannot be computed"
	}
	v.Value = unbroken(v.Value)
	return v
}

func (m *Model) tornadoView(at string, e *entry) tornadoView {
	v := tornadoView{Name: e.name, What: e.what}
	v.Base, _ = m.Value("model:" + e.name)
	v.Low, _ = m.Value("model:" + e.name + "?joint=p5")
	v.Mid, _ = m.Value("model:" + e.name + "?joint=p50")
	v.High, _ = m.Value("model:" + e.name + "?joint=p95")
	for _, effect := range m.Sensitivity(e.name) {
		input := m.entries[effect.Input]
		ev := effectView{Effect: effect, What: input.what, Href: site.Rel(at, m.place(effect.Input))}
		ev.From, _ = formatQuantity(input.low, input.show, input.unit)
		_, ev.To = formatQuantity(input.high, input.show, input.unit)
		v.Effects = append(v.Effects, ev)
	}
	return v
}
