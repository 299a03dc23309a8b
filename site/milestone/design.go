package milestone

import (
	"slices"
	"strings"

	"lockstep/site"
)

// sideTaken: a tension that no decision answers is a complaint.
func sideTaken(f *Facts, a *answer) {
	chapters := a.part("tension")
	n := named(chapters, "ADR-")
	a.count(n, 0, plural(n, "decision")+" named")
	if len(chapters) > 0 && n == 0 {
		a.find(chapters[0].File, chapters[0].Line, "name the record that takes a side: ADR-0001", "%q names no decision", chapters[0].Place.Title)
	}
}

// named counts the different ids in chapters that begin alike.
func named(chapters []Chapter, prefix string) int {
	ids := make(map[string]bool)
	for _, c := range chapters {
		for _, id := range c.Refers {
			if strings.HasPrefix(id, prefix) {
				ids[id] = true
			}
		}
	}
	return len(ids)
}

func requirementsHeld(f *Facts, a *answer) {
	chapters := a.part("requirements")
	entries := f.entries("requirements", "promises")
	have, of := 0, len(entries)
	for _, e := range entries {
		a.openIn(e.File)
		if e.Tests > 0 || e.Fields["held"] || e.Fields["why"] {
			have++
			continue
		}
		a.find(e.File, e.Line, "name an objective under held: or a test under tests:, or the reason under why:", "nothing would show that %s is missed", e.ID)
	}
	for _, c := range chapters {
		for _, row := range c.Rows {
			if row.ID == "" || slices.ContainsFunc(entries, func(e Entry) bool { return e.ID == row.ID }) {
				continue
			}
			of++
			if row.Grounded {
				have++
				continue
			}
			a.find(c.File, row.Line, "name the objective or the test that would show it", "nothing would show that %s is missed", row.ID)
		}
	}
	if len(chapters) > 0 && of == 0 {
		a.find(chapters[0].File, chapters[0].Line, "give each an id in the first cell of a table (R-1), or an entry of the ledger", "%s has no requirement with an id", chapters[0].Place.Title)
	}
	a.once()
	a.count(have, of, plural(of, "requirement"))
}

// pathsPromise: a path whose cell is empty promises what its reader hopes for.
func pathsPromise(f *Facts, a *answer) {
	chapters := a.part("consistency")
	a.whole(chapters, "path", func(Row) bool { return true })
	if len(chapters) > 0 && a.Of == 0 {
		a.find(chapters[0].File, chapters[0].Line, "add a table: path, promise, and what happens in a failure", "%s lists no path", chapters[0].Place.Title)
	}
}

func objectivesWhole(f *Facts, a *answer) {
	chapters := a.part("objectives")
	a.whole(chapters, "objective", func(r Row) bool { return r.ID != "" })
	if len(chapters) > 0 && a.Of == 0 {
		a.find(chapters[0].File, chapters[0].Line, "add a table: an id such as SLO-1, the objective, what is good, the target, where it is counted", "%s defines no objective", chapters[0].Place.Title)
	}
}

// whole counts the rows without an empty cell.
func (a *answer) whole(chapters []Chapter, what string, of func(Row) bool) {
	have, all := 0, 0
	for _, c := range chapters {
		for _, row := range c.Rows {
			if !of(row) {
				continue
			}
			all++
			if empty := slices.IndexFunc(row.Cells, func(cell string) bool { return strings.TrimSpace(cell) == "" }); empty >= 0 {
				a.find(c.File, row.Line, "fill it; write – where there is nothing to promise", "cell %d of the %s %q is empty", empty+1, what, row.Cells[0])
				continue
			}
			have++
		}
	}
	a.count(have, all, plural(all, what))
}

// failureModes are what three checks ask about; the first of them says where there
// are none.
func (a *answer) failureModes() []Entry {
	modes := a.facts.entries("failure-modes")
	if len(modes) == 0 {
		a.waits("failure modes", "failures-tried")
	}
	return modes
}

func failuresTried(f *Facts, a *answer) {
	chapters := a.part("failure-modes")
	modes := f.entries("failure-modes")
	if len(modes) == 0 {
		file, line := f.Config, 0
		if len(chapters) > 0 {
			file, line = chapters[0].File, chapters[0].Line
		}
		a.find(file, line, "list them in a folder of YAML that ledger: in "+f.Config+" names; lockstep init --design DIR writes a first one", "no failure mode is in the ledger")
	}
	reasons := 0
	each(a, modes, "failure mode", func(e Entry) bool {
		a.openIn(e.File)
		switch {
		case e.Tests > 0:
			return true
		case e.Fields["why"]:
			reasons++
			return true
		}
		a.find(e.File, e.Line, "name the test under tests:, or write under why: what it waits for", "nothing has tried %s, and no reason is given", e.ID)
		return false
	})
	a.once()
	if reasons > 0 && len(a.Findings) == 0 {
		a.Note = itoa(reasons) + " of them with a reason and no test"
	}
}

func failuresSeen(f *Facts, a *answer) {
	for _, c := range f.chapters("objectives") {
		a.at(c.Place)
	}
	each(a, a.failureModes(), "failure mode", func(e Entry) bool {
		if len(e.Alerts) > 0 || e.Fields["without_alert"] {
			return true
		}
		if e.Fields["alert"] {
			a.find(e.File, e.Line, "define it in the chapter of objectives, or name another", "the alert of %s is defined nowhere", e.ID)
			return false
		}
		a.find(e.File, e.Line, "name an objective under alert:, or the reason under without_alert:", "%s wakes nobody, and no reason is given", e.ID)
		return false
	})
}

func failuresHandled(f *Facts, a *answer) {
	a.part("runbook")
	each(a, a.failureModes(), "failure mode", func(e Entry) bool {
		if e.Runbook || e.Fields["without_runbook"] {
			return true
		}
		a.find(e.File, e.Line, "link to an entry of the runbook under runbook:, or write the reason under without_runbook:", "%s leads to no page of the runbook, and no reason is given", e.ID)
		return false
	})
}

func promisesKept(f *Facts, a *answer) {
	if len(f.Promises) == 0 {
		a.find(f.Config, 0, "write under asserts: in the model what the design promises: assert: cost.total <= 1000", "the model asserts nothing")
	}
	each(a, f.Promises, "assertion", func(p Promise) bool {
		a.openIn(p.File)
		a.at(p.Place)
		if p.Holds {
			return true
		}
		a.find(p.File, p.Line, "change an input or the design, or assert what is true", "the assertion %s does not hold", p.Name)
		return false
	})
	a.once()
}

// once leaves out what two entries of one file have said alike.
func (a *answer) once() {
	var seen []site.Finding
	for _, f := range a.Findings {
		if !slices.Contains(seen, f) {
			seen = append(seen, f)
		}
	}
	a.Findings = seen
}
