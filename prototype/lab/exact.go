package lab

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/history"
)

// judge is what a lab needs of a [check.Judge].
type judge interface {
	Add(*history.Event)
	Report() check.Report
	Fold(lane, conversation string, upto uint64) uint64
	Held() int
}

// exact keeps what clients asked and were told, for the exact judge: sends of all
// lanes, and reads of the strong one. There is a judge for each lane, so that each
// has a verdict of its own. A judge keeps some 250 bytes an operation until it folds
// them, so there is a limit; beyond it the run can no longer be judged exactly.
type exact struct {
	conversation string
	limit        int // operations
	began        time.Time
	operations   int
	judges       map[Lane]judge        // nil beyond the limit
	young        int                   // operations that could not be forgotten at the last fold
	last         map[Lane]uint64       // of the order, when the lane was read last
	behind       map[Lane]int          // messages that may stand behind what was folded
	folded       map[Lane]uint64       // the seq up to which the judge has forgotten the lane
	marks        map[Lane][]api.Digest // of replicas up to there, and up to where it was before, in order
	readFrom     map[Lane]uint64       // the seq behind which replicas were read last
	settled      map[Lane]uint64       // the seq up to which messages were old when the lane was read last
	acknowledged map[Lane]uint64       // the highest seq that a sender was told
}

func newExact(conversation string, limit int) *exact {
	e := &exact{conversation: conversation, limit: limit, began: time.Now(), judges: map[Lane]judge{},
		folded: map[Lane]uint64{}, marks: map[Lane][]api.Digest{}, readFrom: map[Lane]uint64{}, settled: map[Lane]uint64{}, last: map[Lane]uint64{}, behind: map[Lane]int{}, acknowledged: map[Lane]uint64{}}
	for _, lane := range Lanes {
		e.judges[lane] = check.NewJudge()
	}
	return e
}

// held is how many operations the judges keep.
func (e *exact) held() (n int) {
	for _, j := range e.judges {
		n += j.Held()
	}
	return n
}

// full says whether there is as much as may be kept, in all or in one lane: what nodes
// retain must reach back to what was folded.
func (e *exact) full(held int) bool {
	for _, n := range e.behind {
		if n >= held/len(Lanes) {
			return true
		}
	}
	return e.held() >= held
}

// begin notes what is asked and gives the number of the operation.
func (e *exact) begin(now time.Time, lane Lane, event history.Event) int {
	e.operations++
	if e.held() >= e.limit {
		e.judges = nil // what was kept is of no use any more
	}
	event.Type, event.Op, event.Lane, event.Conversation = history.Invoke, e.operations, string(lane), e.conversation
	e.add(now, lane, event)
	return event.Op
}

// end notes what became of an operation.
func (e *exact) end(now time.Time, lane Lane, op int, event history.Event) {
	event.Op = op
	e.add(now, lane, event)
}

func (e *exact) add(now time.Time, lane Lane, event history.Event) {
	if j := e.judges[lane]; j != nil {
		event.Time = now.Sub(e.began).Nanoseconds()
		j.Add(&event)
	}
}

func (e *exact) sends(now time.Time, lane Lane, node string, m api.Message) int {
	return e.begin(now, lane, history.Event{Kind: history.Send, Node: node, ID: m.ID, Sender: m.Sender, Body: m.Body})
}

func (e *exact) sent(now time.Time, lane Lane, op int, a Answer) {
	event := history.Event{Type: history.Info}
	switch a.Outcome {
	case api.OK:
		e.acknowledged[lane] = max(e.acknowledged[lane], a.Seq)
		event = history.Event{Type: history.OK, Seq: a.Seq, Epoch: a.Epoch, Duplicate: a.Duplicate}
	case api.Fail:
		event.Type = history.Fail
	}
	if a.Outcome != api.Fail {
		e.behind[lane]++
	}
	if a.Err != nil {
		event.Error = a.Err.Error()
	}
	e.end(now, lane, op, event)
}

// reads notes a read of a lane. Reads at level session are those of one session.
func (e *exact) reads(now time.Time, node string, lane Lane, r api.ReadRequest, final bool) int {
	event := history.Event{Kind: history.Read, Node: node, Level: string(r.Level), After: r.After, Limit: r.Limit, MinSeq: r.MinSeq, Final: final}
	if r.Level == api.LevelSession {
		event.Sender = "reader"
	}
	return e.begin(now, lane, event)
}

func (e *exact) read(now time.Time, lane Lane, op int, r api.View, err error) {
	if err != nil {
		e.end(now, lane, op, history.Event{Type: history.Fail, Error: err.Error()})
		return
	}
	if e.judges[lane] == nil {
		return // nobody listens any more
	}
	e.end(now, lane, op, r.Noted())
}
