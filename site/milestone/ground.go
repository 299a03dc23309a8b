package milestone

import (
	"fmt"
	"slices"
	"strconv"

	"lockstep/site"
)

func itoa(n int) string { return strconv.Itoa(n) }

// decisions asks each record in force; all but the first of these checks wait for a
// record.
func (a *answer) decisions(mend, wrong string, ask func(*site.Page) bool) {
	all := a.facts.holding()
	if len(all) == 0 {
		a.waits("decisions", "options-weighed")
		return
	}
	each(a, all, "decision", func(p *site.Page) bool {
		if ask(p) {
			return true
		}
		a.find(p.Source, 1, mend, "%s %s", p.Decision.ID, wrong)
		return false
	})
}

func optionsWeighed(f *Facts, a *answer) {
	a.at(site.Place{Title: "Decisions", Path: logPath(f)})
	for _, p := range f.Decisions {
		if p.Decision.Holds() {
			a.openIn(p.Source)
		}
	}
	a.decisions("list what else was considered under ## Considered Options", "weighs no alternative", func(p *site.Page) bool {
		return len(p.Decision.Options) >= 2
	})
	if a.Waits != "" {
		a.Waits = ""
		a.find(f.Config, 0, `record the first: lockstep new adr "Title", and accept it`, "no decision is recorded and accepted")
	}
}

func logPath(f *Facts) string {
	if len(f.Decisions) == 0 {
		return ""
	}
	return "/adr/"
}

func priceNamed(f *Facts, a *answer) {
	a.decisions("write a consequence that begins: Bad, because", "names nothing that it costs", func(p *site.Page) bool {
		return slices.ContainsFunc(p.Decision.Consequences, func(c site.Consequence) bool { return c.Effect == "bad" }) ||
			slices.ContainsFunc(p.Decision.Options, func(o site.Option) bool { return o.Chosen && len(o.Cons) > 0 })
	})
}

func revisitSaid(f *Facts, a *answer) {
	a.decisions("add revisit: to its front matter, with when: a comparison of values, and says:", "does not say when to take it up again", func(p *site.Page) bool {
		return len(p.Decision.Triggers) > 0
	})
}

func triggersAnswered(f *Facts, a *answer) {
	have, of := 0, 0
	for _, p := range f.holding() {
		for _, t := range p.Decision.Triggers {
			if of++; !t.Open() {
				have++
				continue
			}
			a.find(p.Source, t.Line, "take the decision up again, or add answered: with the day and what was decided", "%s is to be taken up again: %s", p.Decision.ID, t.Says)
		}
	}
	if of == 0 {
		a.waits("triggers", "revisit-said")
		return
	}
	a.count(have, of, plural(of, "trigger"))
}

func decisionsUsed(f *Facts, a *answer) {
	a.decisions("name it in the chapter that it decides, or supersede it", "is named by no text outside of the records", func(p *site.Page) bool {
		return f.Cited[p.Decision.ID]
	})
}

// riskNamed: a prototype that tries nothing in particular is a demonstration.
func riskNamed(f *Facts, a *answer) {
	chapters := a.part("prototype")
	n := named(chapters, "")
	a.count(n, 0, plural(n, "id")+" named")
	if len(chapters) > 0 && n == 0 {
		a.find(chapters[0].File, chapters[0].Line, "name the requirement, the failure mode or the decision that it could refute", "%s names nothing that the prototype could refute", chapters[0].Place.Title)
	}
}

func runsQuoted(f *Facts, a *answer) {
	n := 0
	for _, c := range f.chapters("prototype") {
		n += c.Recorded
	}
	a.count(n, 0, plural(n, "recorded figure"))
	switch chapters := f.chapters("prototype"); {
	case len(f.Runs) == 0:
		a.find(f.Config, 0, "let the prototype write a JSON file into the folder that evidence: names: experiment, commit, machine, seed, date, command, judges, and its figures", "no run is recorded")
	case len(chapters) == 0:
		a.waits("recorded figures", "risk-named")
	case n == 0:
		a.find(chapters[0].File, chapters[0].Line, "link the figure to its run: [0](evidence:"+f.Runs[0].ID+"#lost)", "%s quotes no recorded run", chapters[0].Place.Title)
	}
	for _, r := range f.Runs {
		a.at(r.Place)
	}
}

func (a *answer) runs(ask func(Run) bool) {
	if len(a.facts.Runs) == 0 {
		a.waits("runs", "runs-quoted")
		return
	}
	each(a, a.facts.Runs, "run", ask)
}

func runsRepeatable(f *Facts, a *answer) {
	a.runs(func(r Run) bool {
		if r.Command == "" {
			a.find(r.File, 1, `let the program that records it write "command"`, "the run %s does not say the command that records it", r.ID)
		}
		return r.Command != ""
	})
}

func runsCurrent(f *Facts, a *answer) {
	unknown := 0
	a.runs(func(r Run) bool {
		switch {
		case !r.Judges:
			a.find(r.File, 1, `let the program that records it write "judges": ["folder"], or name the folders under claims: evidence: in `+f.Config, "nobody says which code the run %s judges", r.ID)
			return false
		case r.Aged != "":
			a.find(r.File, 1, "record it again at the head", "the run %s is aged: %s", r.ID, r.Aged)
			return false
		case !r.Dated:
			unknown++
		}
		return true
	})
	if unknown > 0 {
		a.Note = fmt.Sprintf("the age of %d cannot be told without the history of the repository", unknown)
	}
}

func promiseMeasured(f *Facts, a *answer) {
	entries := f.entries("requirements", "promises", "failure-modes")
	if len(entries) == 0 {
		a.waits("entries of the ledger", "failures-tried")
		return
	}
	n := 0
	for _, e := range entries {
		if e.Status == "measured" {
			n++
			if n <= 5 {
				a.at(e.Place)
			}
		}
	}
	a.count(n, 0, fmt.Sprintf("of %d requirements and failure modes", len(entries)))
	if n == 0 {
		a.find(entries[0].File, entries[0].Line, "say status: measured, and quote the run under measured:", "no recorded run holds a requirement or a failure mode")
	}
}
