package site

// Trigger is a condition under which a decision should be taken up again. With
// When it is a comparison over the model and the evidence, and the build knows how
// far away it is; without, it is a sentence that people have to remember, and
// Because says why no number stands for it.
//
// A trigger that is crossed is a [Finding] until its record answers: Answered says
// on what day it was looked at and what came of it, or another record supersedes
// this one.
type Trigger struct {
	Line    int    // in the record's file
	When    string // "shards.count > 1024", "" for a sentence alone
	Says    string
	Because string

	Answered string // what was decided when it was crossed
	Date     string // and on which day: 2006-01-02

	// What the build finds out. Now and Limit are the two sides as in prose, Op
	// the sign between them. Known is false where there is nothing to compute.
	Known          bool
	Crossed        bool
	Now, Op, Limit string
	Ground         string  // rooted path of the place that derives Now
	Way            float64 // the smaller side as a share of the larger; 0 if that says nothing
}

// Open says whether the trigger is crossed and nobody has answered.
func (t Trigger) Open() bool { return t.Crossed && t.Answered == "" }

// Holds says whether a record's triggers ask for anything: what is superseded,
// rejected or deprecated is past that.
func (d *Decision) Holds() bool {
	return d.Status != StatusSuperseded && d.Status != StatusRejected && d.Status != StatusDeprecated
}

// Nearest is the trigger that is crossed without an answer, or else the one that
// has the shortest way to go; nil if there is none that can be computed.
func (d *Decision) Nearest() *Trigger {
	var nearest *Trigger
	for i := range d.Triggers {
		t := &d.Triggers[i]
		switch {
		case !t.Known:
		case nearest == nil, t.Open() && !nearest.Open(), t.Open() == nearest.Open() && t.Way > nearest.Way:
			nearest = t
		}
	}
	return nearest
}
