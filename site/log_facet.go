package site

import (
	"cmp"
	"slices"
	"strings"
)

// Facet is one way in which a log can be narrowed down: by status, tag, series, group
// or period. Name is what it is called in addresses.
type Facet struct {
	Name, Title string
	Values      []FacetValue
}

// FacetValue is a value and the records that have it, in the order of the log.
type FacetValue struct {
	Name      string
	Decisions []*Page
}

// Word is a status as readers see it.
func (s Status) Word() string {
	if s == StatusUnknown {
		return "unknown"
	}
	return string(s)
}

// lifeOrder are the statuses in the order of a record's life.
var lifeOrder = []string{"proposed", "accepted", "rejected", "deprecated", "superseded", "unknown"}

// Facets are the ways to narrow the log down.
func (l *Log) Facets() (facets []Facet) {
	add := func(name, title string, valuesOf func(*Page) []string, order func(a, b FacetValue) int) {
		at := make(map[string]int)
		f := Facet{Name: name, Title: title}
		for _, p := range l.Decisions {
			for _, value := range valuesOf(p) {
				i, ok := at[value]
				if !ok {
					i = len(f.Values)
					at[value] = i
					f.Values = append(f.Values, FacetValue{Name: value})
				}
				if ds := f.Values[i].Decisions; len(ds) == 0 || ds[len(ds)-1] != p {
					f.Values[i].Decisions = append(ds, p)
				}
			}
		}
		if order != nil {
			slices.SortStableFunc(f.Values, order)
		}
		if len(f.Values) > 1 || len(f.Values) == 1 && name != "series" {
			facets = append(facets, f)
		}
	}
	byName := func(a, b FacetValue) int { return strings.Compare(a.Name, b.Name) }
	add("status", "Status", func(p *Page) []string { return []string{p.Decision.Status.Word()} },
		func(a, b FacetValue) int {
			return cmp.Compare(slices.Index(lifeOrder, a.Name), slices.Index(lifeOrder, b.Name))
		})
	add("tag", "Tag", func(p *Page) []string { return p.Meta.Tags }, byName)
	add("series", "Series", func(p *Page) []string { return filled(p.Log.Name) }, nil)
	add("group", "Group", func(p *Page) []string { return filled(l.GroupOf(p)) }, nil)
	add("period", "Period", func(p *Page) []string { return filled(p.Decision.Year()) }, byName)
	return facets
}

func filled(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// Year is that of the date, or "" if the date does not begin with one.
func (d *Decision) Year() string {
	year, _, _ := strings.Cut(d.Date, "-")
	if len(year) != 4 || strings.Trim(year, "0123456789") != "" {
		return ""
	}
	return year
}
