package ledger

import (
	"slices"
	"strings"
)

var statuses = []string{"designed", "built", "measured"}

// judge says what an entry owes to its status and its kind.
func (r *reader) judge(e *Entry) {
	k := kinds[e.kind]
	for _, key := range append([]string{"name"}, k.needs...) {
		if !e.has(key) {
			r.find(e.Line, "ledger-missing", "add "+key+":", "%s does not say its %s", e.ID, key)
		}
	}
	if !k.asked {
		r.judgeStatus(e)
	}
	for _, t := range e.tests {
		if t.IsMap || t.Text == "" {
			r.find(t.Line, "ledger-test", "write what it tries after its name", "%s does not say what %s tries", e.ID, t.Key)
		}
	}
	for _, key := range k.owes {
		switch present, reason := e.has(key), e.has(without(key)); {
		case !present && !reason:
			r.find(e.Line, "ledger-reason", "name it under "+key+":, or write under "+without(key)+": why there is none",
				"the %s %s has no %s and no reason why", k.singular, e.ID, owed[key])
		case present && reason:
			r.find(e.fields[without(key)].Line, "ledger-reason", "remove one of the two", "%s has its %s and a reason why it has none", e.ID, owed[key])
		case present && key != "answer" && !refers(e.fields[key].Text):
			r.find(e.fields[key].Line, "ledger-reference", "write an id such as SLO-10, or a link", "the %s of %s refers to nothing", owed[key], e.ID)
		}
	}
}

var owed = map[string]string{"alert": "alert", "runbook": "runbook entry", "shown": "scenario or experiment", "answer": "answer"}

// refers: a text with a link, or with something like an id.
func refers(text string) bool {
	return strings.Contains(text, "](") || idIn.MatchString(text)
}

func (r *reader) judgeStatus(e *Entry) {
	status, line := e.fields["status"].Text, e.fields["status"].Line
	if !slices.Contains(statuses, status) {
		if line == 0 {
			line = e.Line
		}
		r.find(line, "ledger-status", "write status: designed, built or measured", "%s has the status %q", e.ID, status)
		return
	}
	if status == "designed" {
		if !e.has("why") {
			r.find(line, "ledger-reason", "name the test under tests: and say built, or write under why: what it waits for",
				"the %s %s has no test and no reason why", kinds[e.kind].singular, e.ID)
		}
		for _, key := range []string{"tests", "measured", "open"} {
			if f, ok := e.fields[key]; ok {
				r.find(f.Line, "ledger-status", "say status: built, with what is missing under open:, or remove "+key+":", "%s is designed and has %s", e.ID, key)
			}
		}
		return
	}
	if !e.has("tests") {
		r.find(line, "ledger-test", "name it under tests:, or say status: designed, and why:", "%s is %s and names no test", e.ID, status)
	}
	if f, ok := e.fields["why"]; ok {
		r.find(f.Line, "ledger-status", "write what is missing under open:, or say status: designed", "%s is %s and says why it is only designed", e.ID, status)
	}
	if recorded := strings.Contains(e.fields["measured"].Text, "](evidence:"); status == "measured" && !recorded {
		r.find(line, "ledger-status", "link to the recorded figures under measured:, or say status: built", "%s is measured and refers to no recorded run", e.ID)
	} else if f, ok := e.fields["measured"]; ok && status != "measured" {
		r.find(f.Line, "ledger-status", "say status: measured", "%s is %s and has figures under measured", e.ID, status)
	}
}
