package check

import "lockstep/prototype/history"

// Check judges a history that is in memory. It does not change the events.
func Check(events []history.Event) Report {
	j := NewJudge()
	for i := range events {
		j.Add(&events[i])
	}
	return j.Report()
}

// Judge takes the events of a history one by one, in their order. It keeps what
// it needs of them in a compact form, about 250 bytes an operation; what a read
// shows is compared at once and not kept, unless it differs. A Judge belongs to
// one goroutine.
type Judge struct {
	held          int // operations
	place         int // of the newest event in the history
	names         names
	conversations []*conversation // in the order in which they appear
	byKey         map[key]*conversation
	open          map[int]*operation // by number: those without a completion
	operations    arena[operation]
	messages      arena[message]
	reads         arena[read]
	report        Report
	scratch       history.Message // what an acknowledgement shows, while it is compared
}

// key is what sets one order apart from another: each lane has its own.
type key struct{ lane, conversation string }

// NewJudge makes a judge that has seen nothing.
func NewJudge() *Judge {
	return &Judge{
		names: names{index: map[string]name{}},
		byKey: map[key]*conversation{},
		open:  map[int]*operation{},
		report: Report{
			Verdicts: map[Property]Verdict{}, Missing: map[Property][]string{},
			Broken: map[Property]int{}, Witness: map[Property]Proof{},
		},
	}
}

// Add takes the next event. It keeps no pointer to it. A completion without an
// invoke is ignored; package history refuses such a file.
func (j *Judge) Add(e *history.Event) {
	j.place++
	if e.Type == history.Invoke {
		j.begin(e)
		return
	}
	o := j.open[e.Op]
	if o == nil {
		return
	}
	delete(j.open, e.Op)
	o.to, o.ended, o.outcome = j.place, e.Time, outcomeOf(e.Type)
	o.seq, o.epoch, o.duplicate = e.Seq, e.Epoch, e.Duplicate
	o.error, o.digest = j.names.of(e.Error), j.names.of(e.Digest)
	switch {
	case o.message != nil:
		j.answered(o)
	case o.read != nil:
		j.shown(o, e)
	case o.outcome == ok:
		j.digested(o)
	}
}

// Report judges what was added so far. It may be called again when more was added;
// of the final reads of a replica those count that began last.
func (j *Judge) Report() Report {
	before := j.report.clone()
	defer func() { j.report = before }()
	r := &j.report
	for _, c := range j.conversations {
		for _, f := range c.finals {
			f.assemble()
		}
		j.stability(c)
		moved := j.settledLoss(c)
		j.stale(c)
		j.senderFIFO(c)
		j.once(c)
		j.realTime(c)
		if c.lostOfFolded() && r.Broken[Once] > 0 {
			r.Counts.AtLeast = true
			r.Counts.Reordered -= moved // some of them may be lost instead
		}
	}
	r.Counts.Conversations = len(j.conversations)
	r.Counts.Unknown = r.Counts.Attempts - r.Counts.Refused - r.Counts.Answered
	j.enough()
	r.conclude()
	return *r
}
