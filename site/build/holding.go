package build

import (
	"slices"
	"strings"

	"lockstep/site"
)

// joinHoldings tells each record what rests on it: the facts of the ledger that name it,
// with the tests that try them, and the tests that its own text names.
func (t *Tree) joinHoldings() {
	byRecord := make(map[*site.Page][]site.Holding)
	for _, e := range t.ledger.Entries() {
		if e.Status() == "" {
			continue // a question is answered by a record, and does not rest on it
		}
		var records []*site.Page
		for _, id := range e.Mentions() {
			if def, ok := t.definition(e.File, site.PrefixOf(id), id); ok && def.page.Decision != nil && !slices.Contains(records, def.page) {
				records = append(records, def.page)
			}
		}
		for _, p := range records {
			name, _ := e.Field("name")
			h := site.Holding{ID: e.ID, Name: plainName.Replace(name), Status: e.Status()}
			if place, ok := t.shown[e.ID]; ok {
				h.Path = place.page.Path + "#" + place.Anchor
			}
			for _, test := range e.TestNames() {
				h.Tests = append(h.Tests, t.namedTest(test))
			}
			byRecord[p] = append(byRecord[p], h)
		}
	}
	for _, p := range t.decisions {
		p.Holding = byRecord[p]
		d := t.documents[p]
		if d == nil || t.table == nil {
			continue
		}
		for _, span := range d.Spans {
			for _, name := range testIn.FindAllString(span.Text, -1) {
				known := func(test site.NamedTest) bool { return test.Name == name }
				if test := t.namedTest(name); test.File != "" && !slices.ContainsFunc(p.Tests, known) {
					p.Tests = append(p.Tests, test)
				}
			}
		}
	}
}

var plainName = strings.NewReplacer("`", "", "*", "")

// namedTest looks a test up in the code.
func (t *Tree) namedTest(name string) site.NamedTest {
	test := site.NamedTest{Name: name}
	if t.table != nil {
		if a := t.table.LookForTest(name); a.Problem == "" && a.Place.File != "" {
			test.File, test.Href = a.Place.File, t.codeURL(a.Place)
		}
	}
	return test
}
