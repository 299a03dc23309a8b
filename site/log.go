package site

// Log is the decision log: every decision of the site, in order, with the
// relations between them known from both sides.
type Log struct {
	Decisions []*Page // KindDecision, by number, then date, then source
}
