package sheet

import "strings"

// Lines answers each destination, one on a line, by a line of its own: the value
// alone and with its unit, the same two without the scenario, the difference, and the
// value in base units. What cannot be computed is "!" and the reason.
func (st *State) Lines(dests string) string {
	var b strings.Builder
	for dest := range strings.SplitSeq(dests, "\n") {
		a, err := st.Answer(dest)
		if err != nil {
			line(&b, "!", err.Error())
			continue
		}
		line(&b, a.Number, a.Full, a.BaseNumber, a.BaseFull, a.Difference, float(a.Value))
	}
	return b.String()
}

// asked is what a comparison asks of its left side, in words.
var asked = map[string]string{"<=": "at most", "<": "below", ">=": "at least", ">": "above", "==": "exactly"}

// VerdictLines writes each verdict on a line: its kind, the record of a trigger, what
// is said of it, its place, what is compared, its value, what is asked of it, and
// "before" where it is so without the scenario.
func (st *State) VerdictLines() string {
	var b strings.Builder
	for _, v := range st.Verdicts() {
		before := ""
		if v.Before {
			before = "before"
		}
		line(&b, v.Kind, v.Of, v.Says, v.Place, v.Subject, v.LeftText, asked[v.Op]+" "+v.RightText, before)
	}
	return b.String()
}

// ScenarioLines writes each changed input on a line: its name, and its value in its
// own unit, as a number and as in prose.
func (s *Sheet) ScenarioLines(scenario Scenario) string {
	var b strings.Builder
	for i, c := range s.Cells {
		if v, ok := scenario[i]; ok {
			_, full := c.Unit.Write(v)
			line(&b, c.Name, float(v/c.Unit.Factor), full)
		}
	}
	return b.String()
}
