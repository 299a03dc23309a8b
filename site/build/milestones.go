package build

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/ledger"
	"lockstep/site/milestone"
)

// MilestonesPath is the page that says how far the design is.
const MilestonesPath = "/milestones/"

// Milestones asks the tree the questions of package milestone.
func (t *Tree) Milestones() []site.Milestone { return milestone.Judge(t.facts()) }

// addMilestones makes their page where chapters say what they are about.
func (t *Tree) addMilestones() {
	any := false
	for _, p := range t.Pages {
		for _, part := range p.Meta.Parts {
			any = true
			if slices.Contains(milestone.Parts, part) || !t.config.Strict {
				continue
			}
			mend := "the parts are " + strings.Join(milestone.Parts, ", ")
			if near := site.Nearest(part, milestone.Parts); near != "" {
				mend = "did you mean " + near + "?"
			}
			t.find(p, p.Meta.PartsLine, "unknown-part", mend, "there is no part %q of a design", part)
		}
	}
	if any && t.config.Strict && t.byPath[MilestonesPath] == nil {
		t.add(&site.Page{Kind: site.KindMilestones, Section: "milestones", Path: MilestonesPath, Title: t.sectionTitle("milestones", "Milestones"),
			Summary: "Five steps of a design, each with questions. The answers are counted from the sources whenever the site is built."}, nil)
	}
}

func (t *Tree) judgeMilestones() {
	if p := t.byPath[MilestonesPath]; p != nil && p.Kind == site.KindMilestones {
		p.Milestones = t.Milestones()
	}
}

// facts are what the sources say.
func (t *Tree) facts() *milestone.Facts {
	f := &milestone.Facts{Config: ConfigName, Decisions: t.decisions, Cited: make(map[string]bool)}
	for _, p := range t.Pages {
		f.Chapters = append(f.Chapters, t.chapters(p)...)
	}
	switch {
	case len(f.Chapters) > 0:
		f.Folder = path.Dir(f.Chapters[0].File)
	case len(t.config.Content) > 0:
		f.Folder = t.config.Content[0]
	}
	f.Folder = cmp.Or(f.Folder, ".")
	for _, d := range t.builder.beside {
		for _, r := range d.References {
			f.Cited[r.ID] = true
		}
	}
	for _, p := range t.decisions {
		f.Cited[p.Decision.ID] = f.Cited[p.Decision.ID] || slices.ContainsFunc(p.Backlinks, func(b site.Backlink) bool { return b.From.Kind != site.KindDecision })
		if d := t.documents[p]; d != nil && strings.Contains(string(d.text), guidance) {
			for _, s := range sectionsOf(d) {
				if open, ok := openSection(d, s, nil); ok && !open.Empty {
					f.Open = append(f.Open, open)
				}
			}
		}
	}
	for _, e := range t.ledger.Entries() {
		f.Entries = append(f.Entries, t.entryFact(e))
	}
	for _, a := range t.model.Asserted() {
		f.Promises = append(f.Promises, milestone.Promise{Name: a.Name, What: a.What, File: a.File, Line: a.Line, Holds: a.Holds,
			Place: site.Place{Title: a.Name, Path: a.Place}})
	}
	for _, r := range t.model.Runs() {
		f.Runs = append(f.Runs, milestone.Run{ID: r.ID, File: r.File, Command: r.Command, Judges: t.builder.ages.judges[r.ID], Aged: t.builder.ages.byRun[r.ID],
			Dated: t.builder.ages.dated[r.ID], Place: site.Place{Title: r.ID, Path: t.model.RunPath(r.ID)}})
	}
	f.Open = append(f.Open, t.openData(f)...)
	return f
}

var entryLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func (t *Tree) entryFact(e *ledger.Entry) milestone.Entry {
	fact := milestone.Entry{ID: e.ID, Kind: e.Kind(), File: e.File, Line: e.Line, Status: e.Status(), Tests: e.Tests(), Fields: make(map[string]bool)}
	for _, key := range []string{"held", "why", "alert", "without_alert", "without_runbook"} {
		text, _ := e.Field(key)
		fact.Fields[key] = strings.TrimSpace(text) != ""
	}
	if place, ok := t.shown[e.ID]; ok {
		fact.Place = site.Place{Title: e.ID, Path: place.page.Path + "#" + place.Anchor}
	}
	pages := func(key string) (all []*site.Page, ids []string) {
		text, _ := e.Field(key)
		for _, m := range site.FindReferences([]byte(text)) {
			if def, ok := t.definitions[m.ID]; ok {
				all, ids = append(all, def.page), append(ids, m.ID)
			}
		}
		for _, m := range entryLink.FindAllStringSubmatch(text, -1) {
			if p := t.bySource[parseAddress(e.File, m[1]).file]; p != nil {
				all, ids = append(all, p), append(ids, m[1])
			}
		}
		return all, ids
	}
	_, fact.Alerts = pages("alert")
	runbooks, _ := pages("runbook")
	fact.Runbook = slices.ContainsFunc(runbooks, func(p *site.Page) bool {
		return p.Kind == site.KindRunbook || slices.Contains(p.Meta.Parts, "runbook")
	})
	return fact
}

// openData are the entries and assertions whose comment still holds the guidance of
// the skeleton.
func (t *Tree) openData(f *milestone.Facts) (open []milestone.Open) {
	files := make(map[string]bool)
	for _, e := range f.Entries {
		files[e.File] = true
	}
	for _, p := range f.Promises {
		files[p.File] = true
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		data, err := t.builder.ReadFile(file)
		if err != nil {
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "# "+guidance); ok {
				open = append(open, milestone.Open{File: file, Line: i + 1, Heading: path.Base(file), Says: strings.TrimSuffix(strings.TrimSpace(text), ".")})
			}
		}
	}
	return open
}
