package view

import "lockstep/site"

// More than these of one kind are a list that nobody reads.
const (
	maxAnswers  = 7
	maxFindings = 5
)

func shown(all []site.Finding) []site.Finding { return all[:min(len(all), maxFindings)] }

func checkClass(c site.Check) string {
	return map[string]string{"stands": "ok", "fails": "bad", "waits": "warn"}[c.Verdict()]
}

func standingClass(m site.Milestone) string {
	if m.Stands() {
		return "ok"
	}
	return "warn"
}
