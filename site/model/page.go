package model

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"lockstep/site"
)

// PagePath is where the derivations are shown, and sourcesPath where cited
// inputs come from.
const (
	PagePath    = "/model/"
	sourcesPath = "/sources/"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("model").Parse(pageHTML))

// Citation is a source that an input names.
type Citation struct {
	ID   string // of an entry of the sources page
	File string
	Line int
}

// Citations are the sources that cited inputs name, so that a checker which
// knows the sources page can say which of them are missing there.
func (m *Model) Citations() []Citation {
	var list []Citation
	for _, g := range m.groups {
		for _, e := range g.entries {
			if e.expr == nil && e.source != "" && !strings.Contains(e.source, ":") {
				list = append(list, Citation{ID: e.source, File: e.file, Line: e.line})
			}
		}
	}
	return list
}

// Page shows every value with what it is computed from. Each value, and each
// value of an experiment, has an id: see [Model.Anchor].
func (m *Model) Page() (*site.Page, error) {
	view := m.pageView()
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, view); err != nil {
		return nil, fmt.Errorf("render model: %w", err)
	}
	p := &site.Page{
		Kind: site.KindModel, Section: "model", Path: PagePath, Title: "The model",
		Summary: fmt.Sprintf("Where the numbers come from: %d inputs with their ranges and grounds, %d formulas, %d recorded runs.", view.Inputs, view.Formulas, len(view.Runs)),
		Body:    site.HTML(body.String()),
	}
	for _, g := range view.Groups {
		p.Outline = append(p.Outline, site.Heading{Level: 2, ID: g.ID, Text: g.Title})
	}
	if len(view.Runs) > 0 {
		p.Outline = append(p.Outline, site.Heading{Level: 2, ID: "evidence", Text: "Evidence"})
	}
	return p, nil
}

type pageView struct {
	Inputs, Formulas, Assumed, Cited, Measured int
	Groups                                     []groupView
	Runs                                       []runView
}

type groupView struct {
	ID, Title, About string
	Inputs           []inputView
	Formulas         []formulaView
	Tornados         []tornadoView
}

type inputView struct {
	Name, What, Note, Value, Low, High, Provenance, Date string
	Source, Href                                         string // Href "" if the source is no link
	Users                                                []string
}

type formulaView struct {
	Name, What, Note, Value string
	Expression              []piece
	Users                   []string
}

// piece is a part of an expression: a name that leads somewhere, or text.
type piece struct {
	Text, Href, Value string
}

type tornadoView struct {
	Name, What, Base string
	Effects          []effectView
}

type effectView struct {
	Effect
	What, From, To string
}

type runView struct {
	ID, File string
	Aged     string // how it is older than the code that it judges
	Meta     [][2]string
	Values   []leafView
}

type leafView struct {
	ID, Path, Value string
}

func (m *Model) pageView() pageView {
	var view pageView
	for _, g := range m.groups {
		gv := groupView{ID: "part-" + g.id, Title: g.title, About: g.about}
		for _, e := range g.entries {
			if e.expr == nil {
				view.Inputs++
				switch e.provenance {
				case Assumed:
					view.Assumed++
				case Cited:
					view.Cited++
				case Measured:
					view.Measured++
				}
				gv.Inputs = append(gv.Inputs, m.inputView(e))
				continue
			}
			view.Formulas++
			gv.Formulas = append(gv.Formulas, m.formulaView(e))
			if e.sensitivity {
				gv.Tornados = append(gv.Tornados, m.tornadoView(e))
			}
		}
		view.Groups = append(view.Groups, gv)
	}
	for _, r := range m.runs {
		v := r.view()
		v.Aged = m.ages[r.id]
		view.Runs = append(view.Runs, v)
	}
	return view
}

func (m *Model) inputView(e *entry) inputView {
	_, value := formatQuantity(e.value, e.show, e.unit)
	v := inputView{Name: e.name, What: e.what, Note: e.note, Value: unbroken(value), Provenance: string(e.provenance), Date: e.date, Source: e.source, Users: e.users}
	if e.ranged {
		low, _ := formatQuantity(e.low, e.show, e.unit)
		high, _ := formatQuantity(e.high, e.show, e.unit)
		v.Low, v.High = unbroken(low), unbroken(high)
	}
	switch {
	case e.source == "":
	case strings.HasPrefix(e.source, "evidence:"):
		if href, ok := m.Anchor(e.source); ok {
			v.Href = site.Rel(PagePath, href)
		}
	case !strings.Contains(e.source, ":"):
		v.Href = site.Rel(PagePath, sourcesPath+"#"+e.source)
	}
	return v
}

// unbroken keeps a number and its unit on one line.
func unbroken(value string) string { return strings.ReplaceAll(value, " ", "\u00a0") }

func (m *Model) formulaView(e *entry) formulaView {
	v := formulaView{Name: e.name, What: e.what, Note: e.note, Expression: m.pieces(e.expr), Users: e.users}
	var ok bool
	if v.Value, ok = m.Value("model:" + e.name); !ok {
		v.Value = "cannot be computed"
	}
	v.Value = unbroken(v.Value)
	return v
}

func (m *Model) tornadoView(e *entry) tornadoView {
	v := tornadoView{Name: e.name, What: e.what}
	v.Base, _ = m.Value("model:" + e.name)
	for _, effect := range m.Sensitivity(e.name) {
		input := m.entries[effect.Input]
		ev := effectView{Effect: effect, What: input.what}
		ev.From, _ = formatQuantity(input.low, input.show, input.unit)
		_, ev.To = formatQuantity(input.high, input.show, input.unit)
		v.Effects = append(v.Effects, ev)
	}
	return v
}

func (r *run) view() runView {
	v := runView{ID: "evidence." + r.id, File: r.file}
	for _, name := range runMeta {
		if r.meta[name] != "" {
			v.Meta = append(v.Meta, [2]string{name, r.meta[name]})
		}
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
