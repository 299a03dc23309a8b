package build

import (
	"path"
	"slices"
	"strings"

	"lockstep/site"
)

// joined is a series with its log.
type joined struct {
	Series
	log *site.Log
}

// joinDecisions makes the log of each series and its page. Numbers are those of a
// series: another may have the same.
func (t *Tree) joinDecisions() {
	t.log, _ = site.NewLog(nil)
	for i, series := range t.config.series {
		var decisions []*site.Page
		for _, p := range t.Pages {
			if p.Kind == site.KindDecision && p.Decision != nil && p.Section == series.section() {
				t.keepWithin(series, p)
				decisions = append(decisions, p)
			}
		}
		log := t.newLog(decisions)
		t.statusOptional(log)
		t.series = append(t.series, joined{series, log})
		if i == 0 {
			t.log = log
		}
		t.addLog(series, log)
	}
	// A text may say by its front matter that it is a decision, wherever it lies.
	var stray []*site.Page
	for _, p := range t.Pages {
		if p.Kind == site.KindDecision && p.Decision != nil && p.Log == nil {
			stray = append(stray, p)
		}
	}
	if len(stray) > 0 {
		stray = append(stray, t.log.Decisions...)
		t.log = t.newLog(stray)
		if len(t.series) == 0 {
			t.series = append(t.series, joined{Series{Folder: "adr", Address: "/adr/", Name: "Decisions", Prefix: "ADR-"}, t.log})
			t.addLog(t.series[0].Series, t.log)
		} else {
			list := t.byPath[t.series[0].Address]
			t.log.Name, t.log.Path = list.Log.Name, list.Log.Path
			t.series[0].log, list.Log = t.log, t.log
		}
	}
	for _, s := range t.series {
		t.decisions = append(t.decisions, s.log.Decisions...)
	}
	t.addWaysThroughLogs()
}

// statusOptional: where most records of a series say no status, its team does not write
// them down, and the account says how many. A record that lacks one is reported among
// records that have one.
func (t *Tree) statusOptional(log *site.Log) {
	silent := map[string]bool{}
	for _, p := range log.Decisions {
		if d := p.Decision; d.Status == site.StatusUnknown && d.StatusText == "" {
			silent[p.Source] = true
		}
	}
	if t.config.Strict || len(log.Decisions) < fewRecords || 2*len(silent) <= len(log.Decisions) {
		return
	}
	normal := func(f site.Finding) bool { return f.Rule == "missing-status" && silent[f.File] }
	t.Findings = slices.DeleteFunc(t.Findings, normal)
	for _, p := range log.Decisions {
		p.Findings = slices.DeleteFunc(slices.Clone(p.Findings), normal)
	}
}

// fewRecords is too few to tell what a team is used to.
const fewRecords = 4

func (t *Tree) newLog(decisions []*site.Page) *site.Log {
	log, findings := site.NewLog(decisions)
	t.Findings = append(t.Findings, findings...)
	for _, f := range findings {
		if p := t.bySource[f.File]; p != nil {
			p.Findings = append(p.Findings, f)
		}
	}
	for _, p := range decisions {
		p.Log = log
	}
	return log
}

// keepWithin takes out relations that lead by a link to a record of another series:
// its number says nothing here. The text keeps the link.
func (t *Tree) keepWithin(series Series, p *site.Page) {
	p.Decision.Links = slices.DeleteFunc(slices.Clone(p.Decision.Links), func(l site.DecisionLink) bool {
		file, _, _ := strings.Cut(l.Href, "#")
		to := t.bySource[path.Join(path.Dir(p.Source), file)]
		return l.Href != "" && to != nil && to.Decision != nil && to.Section != series.section()
	})
}

func (t *Tree) addLog(series Series, log *site.Log) {
	section := series.section()
	log.Name, log.Path = t.sectionTitle(section, series.Name), series.Address
	p := &site.Page{Kind: site.KindLog, Section: section, Path: series.Address, Title: t.sectionTitle(section, series.Name), Log: log}
	t.introduce(p)
	t.add(p, t.intros[series.Address])
}

// nearest is the series whose numbers a file means: that of the part of the
// repository in which it lies, or nil.
func (t *Tree) nearest(file, prefix string) (nearest *joined) {
	for i := range t.series {
		s := &t.series[i]
		if s.Prefix != prefix || s.part == "" || !strings.HasPrefix(file, s.part+"/") {
			continue
		}
		if nearest == nil || len(s.part) > len(nearest.part) {
			nearest = s
		}
	}
	return nearest
}

// definition is what an identifier means in a file.
func (t *Tree) definition(file, prefix, id string) (definition, bool) {
	if s := t.nearest(file, prefix); s != nil {
		if p := s.log.ByID(id); p != nil {
			return definition{p, site.Definition{ID: id, Title: p.Title}}, true
		}
	}
	def, ok := t.definitions[id]
	return def, ok
}
