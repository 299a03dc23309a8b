package build

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/run"
)

// ShownRun is a run that a text shows, and where.
type ShownRun struct {
	run.Fence
	Page *site.Page
	File string // with Line, where it is written: beside the page for an entry of the ledger
	Line int
}

// Runs are those that texts show and the laboratory can play, in reading order.
func (t *Tree) Runs() (all []ShownRun) {
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil && t.labPage != nil && t.builder.options.Lab != nil {
			for _, r := range d.Runs {
				if len(r.Judge(t.builder.options.Lab)) == 0 {
					file, line := d.Place(r.Line)
					all = append(all, ShownRun{r.Fence, p, file, line})
				}
			}
		}
	}
	return all
}

// Recording is what was recorded of runs, and the file that it stands in, or would: ""
// if the configuration names no folder of evidence.
func (t *Tree) Recording() (r *run.Recording, file string) {
	return t.builder.recording, t.builder.recorded
}

// readRecording reads what was recorded of runs.
func (b *Builder) readRecording() (findings []site.Finding) {
	var err error
	if b.recording, b.recorded, err = run.Load(b.root.FS(), b.config.Evidence); err != nil {
		findings = append(findings, site.Finding{File: b.recorded, Rule: "run", Message: "the recording of runs cannot be read: " + err.Error(), Mend: recordRuns})
	}
	return findings
}

const recordRuns = "run: lockstep lab record"

// joinRuns judges the runs that texts show, and tells the laboratory's page of them.
func (t *Tree) joinRuns() {
	for _, p := range t.Pages {
		if p.Kind == site.KindLab && t.labPage == nil {
			t.labPage = p
		}
	}
	for _, p := range t.Pages {
		d := t.documents[p]
		if d == nil {
			continue
		}
		p.Shows = len(d.Runs) > 0 && t.labPage != nil // what figures need is written where there is a laboratory
		for i, r := range d.Runs {
			t.judgeRun(p, r, slices.ContainsFunc(d.Runs[:i], func(other markdown.Run) bool { return other.ID() == r.ID() }))
			if t.labPage != nil && t.labPage != p {
				title := r.Scenario
				if s, ok := t.scenario(r.Fence); ok {
					title = s.Title
				}
				t.labPage.Runs = append(t.labPage.Runs, site.RunUse{Scenario: r.Scenario, Title: title, From: p, Anchor: r.ID(), Heading: d.labels[r.Heading], Caption: r.Words()})
			}
		}
	}
	if t.labPage != nil {
		t.orderRuns(t.labPage.Runs)
	}
}

// orderRuns puts uses of one scenario together, in the order of the laboratory.
func (t *Tree) orderRuns(uses []site.RunUse) {
	place := func(u site.RunUse) int {
		if t.builder.options.Lab == nil {
			return 0
		}
		return slices.IndexFunc(t.builder.options.Lab.Scenarios, func(s run.Scenario) bool { return s.Name == u.Scenario })
	}
	slices.SortStableFunc(uses, func(a, b site.RunUse) int { return cmp.Compare(place(a), place(b)) })
}

func (t *Tree) scenario(f run.Fence) (run.Scenario, bool) {
	if t.builder.options.Lab == nil {
		return run.Scenario{}, false
	}
	return t.builder.options.Lab.Scenario(f.Scenario)
}

func (t *Tree) judgeRun(p *site.Page, r markdown.Run, again bool) {
	if t.labPage == nil || t.builder.options.Lab == nil {
		t.find(p, r.Line, "run", "add a page of the kind lab, as lab.md with kind: lab in its front matter, or describe in words what happens", "the run cannot be shown: this site has no page of the laboratory")
		return
	}
	wrong := r.Judge(t.builder.options.Lab)
	for _, m := range wrong {
		t.find(p, r.Line, "run", m.Mend, "the run cannot be shown: %s", m.Says)
	}
	if len(wrong) > 0 {
		return
	}
	if again {
		t.find(p, r.Line, "run", "show another moment, or remove one of the two", "the page shows this moment of the run %s twice", r.Run())
	}
	result, _, ok := t.builder.recording.Find(r.Fence)
	switch {
	case t.builder.recorded == "":
		t.find(p, r.Line, "run", "name a folder for it in "+ConfigName+", as evidence: [docs/evidence], and "+recordRuns, "the run %s at %s has no place to be recorded in", r.Run(), r.At)
	case !ok:
		t.find(p, r.Line, "run", recordRuns, "%s has nothing of the run %s at %s in the lanes %s", t.builder.recorded, r.Run(), r.At, strings.Join(r.Lanes, ", "))
	default:
		for _, denied := range r.Denies(result) {
			t.find(p, r.Line, "run", "say what happens, or choose another scenario or seed", "the run %s does not bear it out: %s", r.Run(), denied)
		}
	}
}

// Run shows a run with what was recorded of it.
func (r resolver) Run(f run.Fence) (site.HTML, bool) {
	t := r.tree
	scenario, known := t.scenario(f)
	if t.labPage == nil || !known || len(f.Judge(t.builder.options.Lab)) > 0 {
		return "", false
	}
	result, still, ok := t.builder.recording.Find(f)
	if !ok {
		return "", false
	}
	alone := t.alone[r.page.Path+"#"+f.ID()]
	if alone != "" {
		alone = site.Rel(r.page.Path, alone)
	}
	return run.Draw(f, result, still, run.Place{Alone: alone, Plays: labProgram() != nil, Lab: site.Rel(r.page.Path, t.labPage.Path), Title: scenario.Title, Value: func(dest string) string {
		href, _ := r.Value(dest)
		return href
	}}), true
}

// Run is what was recorded of a run.
func (s shown) Run(f run.Fence) string {
	result, still, ok := s.tree.builder.recording.Find(f)
	return fmt.Sprint(result, still, ok)
}

// runLink says why the laboratory could not follow the end of an address, "" if it can
// or if the address names no run.
func (t *Tree) runLink(p *site.Page, fragment string) (wrong string, isRun bool) {
	if p.Kind != site.KindLab || !strings.HasPrefix(fragment, run.Scheme) {
		return "", false
	}
	if err := run.CheckFragment(fragment, t.builder.options.Lab); err != nil {
		return "names no run that the laboratory could repeat: " + err.Error(), true
	}
	return "", true
}
