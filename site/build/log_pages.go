package build

import (
	"strings"

	"lockstep/site"
)

// addWaysThroughLogs adds what leads through the logs: for each its relations, drawn and
// in words, and its lists for those who read without scripts; and a log of all series
// where there are several.
func (t *Tree) addWaysThroughLogs() {
	var logs []*site.Page
	for _, s := range t.series {
		logs = append(logs, t.byPath[s.Address])
	}
	if len(t.series) > 1 {
		path := t.free("/decisions/")
		all := &site.Page{Kind: site.KindLog, Section: strings.Trim(path, "/"), Path: path, Title: "All decisions",
			Log: &site.Log{Decisions: t.decisions, Name: "All decisions", Path: path}}
		t.add(all, nil)
		logs = append(logs, all)
		for _, p := range logs {
			p.Logs = logs
		}
	}
	for _, p := range logs {
		log := p.Log
		if len(log.Decisions) == 0 {
			continue
		}
		if log.HasRelations() {
			log.Graph = t.free(p.Path + "graph/")
			t.addAside(&site.Page{Kind: site.KindGraph, Section: p.Section, Path: log.Graph, Title: "Relations: " + log.Name, Log: log})
		}
		log.Lists = t.free(p.Path + "lists/")
		t.addAside(&site.Page{Kind: site.KindLists, Section: p.Section, Path: log.Lists, Title: "Lists: " + log.Name, Log: log, Facets: log.Facets()})
	}
}
