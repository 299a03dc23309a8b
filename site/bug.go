package site

// Bug is a deliberate one, and what was recorded of it.
type Bug struct {
	Name, Words string
	Run         *BugRun  // nil where no story of the laboratory that was tried catches it
	Tried       int      // how many runs of stories were tried in vain, where none caught it
	Hunt        *BugHunt // nil where no hunt is recorded
}

// BugRun is the run of a story in which the exact judge caught a bug.
type BugRun struct {
	Story          string // its title
	Seed           int
	Promise, Proof string
	With, Without  string // where the laboratory's page shows it, with the bug on and without it
}

// BugHunt is what a hunt in virtual time found: within how many seeds a scenario caught
// the bug first, and how often of how many.
type BugHunt struct {
	Scenario, Promise, Proof string
	Seeds, Caught, Tried     int
}
