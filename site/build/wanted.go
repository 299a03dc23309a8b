package build

import (
	"slices"
	"strings"

	"lockstep/site"
)

// wanted says of a static file whether any page of the tree loads it. Servers have all
// files, and only their pages load the scripts that follow edits and what a service counts.
func (t *Tree) wanted() func(name string) bool {
	has := func(kind site.Kind) bool {
		return slices.ContainsFunc(t.Pages, func(p *site.Page) bool { return p.Kind == kind })
	}
	runs := slices.ContainsFunc(t.Pages, func(p *site.Page) bool { return p.Shows })
	lab, log, plays := has(site.KindLab), has(site.KindLog), t.sheet != nil
	program := lab && labProgram() != nil
	milestones, reviews := has(site.KindMilestones), len(t.reviews.exported) > 0
	bugs := has(site.KindBugs) && program
	changes, joined := len(t.Changes.Pages) > 0, t.hasEdition()
	return func(name string) bool {
		switch name {
		case "js/reload.js", "js/objectives.js":
			return false
		case wasmExec:
			return program || plays
		case modelWasm, "js/play.js", "css/play.css":
			return plays
		case bugsWasm:
			return bugs
		case "css/bugs.css":
			return has(site.KindBugs)
		case labWasm, "js/stream.js", "vendor/idiomorph.js":
			return program
		case "js/run.js":
			return runs && program
		case "css/run.css":
			return runs
		case "js/log.js", "css/log.css":
			return log
		case "js/review.js", "css/review.css":
			return reviews
		case "css/changes.css":
			return changes
		case "css/milestones.css":
			return milestones || joined
		case "css/edition.css":
			return joined
		}
		return (program || !strings.HasPrefix(name, "js/lab")) && (lab || !strings.HasPrefix(name, "css/lab"))
	}
}
