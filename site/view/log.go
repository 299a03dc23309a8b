package view

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"lockstep/site"
)

// introWords is how long the text of a log may be that stands before its table.
const introWords = 120

// filters are what a reader narrows a log down by, beside its status; a script fills in
// what there is to choose from, and takes away what tells no records apart.
var filters = []struct{ name, label string }{{"tag", "Tag"}, {"series", "Series"}, {"group", "Group"}, {"decider", "Decider"}, {"period", "Period"}}

// narrowed is the address of a log that shows only the records with a value.
func (s *Site) narrowed(p *site.Page, log *site.Log, facet, value string) templ.SafeURL {
	return s.narrowedAt(p, log.Path, facet, value)
}

func (s *Site) narrowedAt(p *site.Page, path, facet, value string) templ.SafeURL {
	return s.href(p, path+"?"+facet+"="+url.QueryEscape(value))
}

// listed is the address of a value among the lists of a log.
func (s *Site) listed(p *site.Page, facet, value string) templ.SafeURL {
	return s.href(p, p.Log.Lists+"#"+fragment(facet, value))
}

// listID is the id of a value among the lists.
func listID(facet, value string) string {
	return facet + "-" + strings.Join(strings.Fields(value), "_")
}

func fragment(facet, value string) string { return url.PathEscape(listID(facet, value)) }

func queryEscape(s string) string { return url.QueryEscape(s) }

func number(n int) string { return strconv.Itoa(n) }

// rowData is what the script narrows down by. Several values stand on lines of their own.
func rowData(l *site.Log, p *site.Page) templ.Attributes {
	data := templ.Attributes{"data-decision": p.Decision.Status.Word()}
	for name, value := range map[string]string{"data-tag": strings.Join(p.Meta.Tags, "\n"), "data-series": p.Log.Name, "data-group": l.GroupOf(p),
		"data-decider": strings.Join(p.Decision.Deciders, "\n"), "data-period": p.Decision.Date} {
		if value != "" && (name != "data-series" || p.Log != l) {
			data[name] = value
		}
	}
	if !p.History.Landed.IsZero() {
		data["data-changed"] = unixTime(p.History.Landed)
	}
	return data
}

// triggerOrder sorts records by how near they are to being taken up again.
func triggerOrder(d *site.Decision) string {
	t := d.Nearest()
	switch {
	case t == nil:
		return ""
	case t.Open():
		return "2"
	}
	return strconv.FormatFloat(t.Way, 'f', 4, 64)
}

// shortNumber is the number of a record without the prefix of its series, or its date.
func shortNumber(d *site.Decision) string {
	if i := strings.LastIndexByte(d.ID, '-'); d.Number > 0 && i >= 0 {
		return d.ID[i+1:]
	}
	if len(d.ID) <= len("2006-01-02") {
		return d.ID
	}
	return ""
}
