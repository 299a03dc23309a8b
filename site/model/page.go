package model

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"lockstep/site"
)

// PagePath lists all values, and sourcesPath is where cited inputs come from.
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

// Pages shows every value with what it is computed from: a page for each group and
// for each run, and before them one that lists everything. Each value has one
// address, see [Model.Anchor], and its name as an id on the list as well, where
// links to a single large page may still lead.
func (m *Model) Pages() (pages []*site.Page, err error) {
	index := m.indexView()
	list := &site.Page{Path: PagePath, Title: "The model",
		Summary: fmt.Sprintf("Where the numbers come from: %d inputs with their ranges and grounds, %d formulas, %d recorded runs.", index.Inputs, index.Formulas, len(m.runs))}
	for _, g := range index.Groups {
		list.Outline = append(list.Outline, site.Heading{Level: 2, ID: g.ID, Text: g.Title})
	}
	if len(m.runs) > 0 {
		list.Outline = append(list.Outline, site.Heading{Level: 2, ID: "evidence", Text: "Evidence"})
	}
	if err := m.write(list, "index", index); err != nil {
		return nil, err
	}
	pages = append(pages, list)
	for _, g := range m.groups {
		p := &site.Page{Path: m.groupPath(g), Title: g.title, Summary: fmt.Sprintf("Part of the model: %d values, each with what it rests on.", len(g.entries))}
		if err := m.write(p, "group", m.groupView(g)); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	for _, r := range m.runs {
		p := &site.Page{Path: r.pagePath(), Title: "Evidence: " + r.id, Summary: "What the experiment " + r.id + " wrote down, with what is needed to repeat it."}
		v := r.view()
		v.Aged = m.ages[r.id]
		if err := m.write(p, "run", v); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	for i, p := range pages {
		p.Kind, p.Section, p.Meta.Order = site.KindModel, "model", i
	}
	return pages, nil
}

func (m *Model) write(p *site.Page, name string, view any) error {
	var body bytes.Buffer
	if err := pageTemplate.ExecuteTemplate(&body, name, view); err != nil {
		return fmt.Errorf("render %s: %w", p.Path, err)
	}
	p.Body = site.HTML(body.String())
	return nil
}

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

type indexView struct {
	Inputs, Formulas, Assumed, Cited, Measured int
	Asserts, Hold                              int
	Groups                                     []indexGroup
	Runs                                       []indexEntry
}

type indexGroup struct {
	ID, Title, About, Href string
	Values                 []indexEntry
	Asserts                []assertView
}

type indexEntry struct {
	ID, Href, What, Value, Kind string
}

type groupView struct {
	Title, About string
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

type runView struct {
	ID, File string
	Aged     string // how it is older than the code that it judges
	Meta     [][2]string
	Values   []leafView
}

type leafView struct {
	ID, Path, Value string
}

func (m *Model) indexView() indexView {
	var view indexView
	for _, g := range m.groups {
		to := m.groupPath(g)
		gv := indexGroup{ID: "part-" + g.id, Title: g.title, About: g.about, Href: site.Rel(PagePath, to)}
		for _, e := range g.entries {
			_, value, _ := m.forms("model:" + e.name)
			kind := string(e.provenance)
			switch {
			case e.expr != nil:
				view.Formulas++
				kind = "computed"
			case e.provenance == Assumed:
				view.Assumed++
			case e.provenance == Cited:
				view.Cited++
			case e.provenance == Measured:
				view.Measured++
			}
			gv.Values = append(gv.Values, indexEntry{ID: e.name, Href: site.Rel(PagePath, to+"#"+e.name), What: e.what, Value: unbroken(value), Kind: kind})
		}
		for _, a := range g.asserts {
			gv.Asserts = append(gv.Asserts, m.assertView(PagePath, a))
			view.Asserts++
			if a.verdict.Holds {
				view.Hold++
			}
		}
		view.Groups = append(view.Groups, gv)
	}
	view.Inputs = view.Assumed + view.Cited + view.Measured
	for _, r := range m.runs {
		entry := indexEntry{ID: "evidence." + r.id, Href: site.Rel(PagePath, r.pagePath()), What: r.id, Value: r.meta["date"]}
		if m.ages[r.id] != "" {
			entry.Kind = "aged: older than the code that it judges"
		}
		view.Runs = append(view.Runs, entry)
	}
	return view
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
