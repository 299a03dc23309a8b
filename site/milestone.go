package site

import "fmt"

// Milestone is one of the steps in which a design is made. It stands when each of
// its checks does.
type Milestone struct {
	ID     string // stable: "problem"
	Title  string
	Aim    string // what a design has that is past it
	Checks []Check
}

// Standing counts the checks that stand.
func (m Milestone) Standing() (n int) {
	for _, c := range m.Checks {
		if c.Stands() {
			n++
		}
	}
	return n
}

// Stands says whether nothing is left to do.
func (m Milestone) Stands() bool { return m.Standing() == len(m.Checks) }

// Check is a question about a design that its sources answer. Nobody sets a
// verdict: it follows from what was counted.
type Check struct {
	ID       string  `json:"id"` // stable: "failure-modes-tried"
	Question string  `json:"question"`
	Have     int     `json:"have"`
	Of       int     `json:"of"` // 0 where any number will do
	What     string  `json:"what"`
	Note     string  `json:"note,omitempty"`
	Answers  []Place `json:"answers,omitempty"`
	// Waits is the check that must stand before there is anything to ask.
	Waits    string    `json:"waits_for,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

// Stands says whether the answer is yes.
func (c Check) Stands() bool { return c.Waits == "" && len(c.Findings) == 0 }

// Verdict is the answer in a word.
func (c Check) Verdict() string {
	switch {
	case len(c.Findings) > 0:
		return "fails"
	case c.Waits != "":
		return "waits"
	}
	return "stands"
}

// Count is what was counted: "22 of 26 failure modes".
func (c Check) Count() string {
	text := fmt.Sprintf("%d %s", c.Have, c.What)
	if c.Of > 0 {
		text = fmt.Sprintf("%d of %d %s", c.Have, c.Of, c.What)
	}
	if c.Note != "" {
		text += ", " + c.Note
	}
	return text
}

// Place is where something stands on the site.
type Place struct {
	Title string `json:"title"`
	Path  string `json:"path"` // rooted, with the anchor
}
