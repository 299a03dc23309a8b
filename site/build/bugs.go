package build

import (
	"fmt"
	"slices"

	"lockstep/site"
	"lockstep/site/run"
)

// RecordedBugs is what was recorded of the deliberate bugs in stories of the laboratory,
// and the file that it stands in, or would: "" if the configuration names no folder of
// evidence.
func (t *Tree) RecordedBugs() (run.Bugs, string) { return t.builder.bugs, t.builder.bugsFile }

// readBugs reads what was recorded of bugs.
func (b *Builder) readBugs() (findings []site.Finding) {
	unread := func(file, mend string, err error) {
		if err != nil {
			findings = append(findings, site.Finding{File: file, Rule: "run", Message: "what was recorded of bugs cannot be read: " + err.Error(), Mend: mend})
		}
	}
	var file string
	var err error
	b.bugs, b.bugsFile, err = run.LoadBugs(b.root.FS(), b.config.Evidence)
	unread(b.bugsFile, "run: lockstep lab bugs --record", err)
	b.hunted, file, err = run.LoadHunted(b.root.FS(), b.config.Evidence)
	unread(file, "record the hunt again, or remove the file", err)
	return findings
}

// BugsPath is the page that lists the deliberate bugs.
const BugsPath = "/bugs/"

// addBugs makes their page where a laboratory can switch them on and the repository has
// recorded what became of that.
func (t *Tree) addBugs() {
	l := t.builder.options.Lab
	if l == nil || len(t.builder.bugs.Bugs) == 0 || t.byPath[BugsPath] != nil {
		return
	}
	i := slices.IndexFunc(t.Pages, func(p *site.Page) bool { return p.Kind == site.KindLab })
	if i < 0 {
		return
	}
	lab := t.Pages[i]
	var all []site.Bug
	inLab, hunted := 0, 0
	for _, b := range l.Bugs {
		bug := site.Bug{Name: b.Name, Words: b.Words, Tried: len(t.builder.bugs.Tried)}
		if c, _ := t.builder.bugs.Of(b.Name); c.Scenario != "" {
			title := c.Scenario
			if s, ok := l.Scenario(c.Scenario); ok {
				title = s.Title
			}
			bug.Run = &site.BugRun{Story: title, Seed: c.Seed, Promise: c.Promise, Proof: c.Proof, With: lab.Path + "#" + c.Address().Fragment(), Without: lab.Path + "#" + c.Without().Fragment()}
			inLab++
		}
		if j := slices.IndexFunc(t.builder.hunted.Hunts, func(h run.Hunt) bool { return h.Bug == b.Name && h.Caught > 0 }); j >= 0 {
			h := t.builder.hunted.Hunts[j]
			bug.Hunt = &site.BugHunt{Scenario: h.Scenario, Promise: h.Property, Proof: h.Proof, Seeds: h.Seeds, Caught: h.Caught, Tried: h.Tried}
			hunted++
		}
		all = append(all, bug)
	}
	lab.Bugs = all
	summary := fmt.Sprintf("%d deliberate bugs of the cluster. Switch one on and watch the exact judge catch it: stories of the laboratory show %d, and the hunt in virtual time catches %d.", len(all), inLab, hunted)
	t.add(&site.Page{Kind: site.KindBugs, Section: "bugs", Path: BugsPath, Title: t.sectionTitle("bugs", "Bugs to switch on"), Summary: summary, Bugs: all, Meta: site.Meta{Summary: summary}}, nil)
}
