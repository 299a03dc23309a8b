package model

import (
	"html/template"

	"lockstep/site"
)

type indexView struct {
	Play                                       template.HTML
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
