package judging

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
)

// Judge is what is needed of a [check.Judge].
type Judge interface {
	Add(*history.Event)
	Report() check.Report
	Fold(lane, conversation string, upto uint64) uint64
	Held() int
}

// Exact keeps what clients asked and were told, for the exact judge: sends of all
// lanes, and reads of the strong one. There is a judge for each lane, so that each
// has a verdict of its own. A judge keeps some 250 bytes an operation until it folds
// them, so there is a limit; beyond it the run can no longer be judged exactly.
type Exact struct {
	conversation string
	Limit        int       // operations
	Began        time.Time // when the run did
	operations   int
	Judges       map[frame.Lane]Judge        // nil beyond the limit
	young        int                         // operations that could not be forgotten at the last fold
	last         map[frame.Lane]uint64       // of the order, when the lane was read last
	behind       map[frame.Lane]int          // messages that may stand behind what was folded
	folded       map[frame.Lane]uint64       // the seq up to which the judge has forgotten the lane
	marks        map[frame.Lane][]api.Digest // of replicas up to there, and up to where it was before, in order
	readFrom     map[frame.Lane]uint64       // the seq behind which replicas were read last
	settled      map[frame.Lane]uint64       // the seq up to which messages were old when the lane was read last
	acknowledged map[frame.Lane]uint64       // the highest seq that a sender was told
}

// NewExact begins to keep a conversation, with an exact judge for each lane.
func NewExact(conversation string, limit int) *Exact {
	e := &Exact{conversation: conversation, Limit: limit, Began: time.Now(), Judges: map[frame.Lane]Judge{},
		folded: map[frame.Lane]uint64{}, marks: map[frame.Lane][]api.Digest{}, readFrom: map[frame.Lane]uint64{}, settled: map[frame.Lane]uint64{}, last: map[frame.Lane]uint64{}, behind: map[frame.Lane]int{}, acknowledged: map[frame.Lane]uint64{}}
	for _, lane := range frame.Lanes {
		e.Judges[lane] = check.NewJudge()
	}
	return e
}

// Held is how many operations the judges keep.
func (e *Exact) Held() (n int) {
	for _, j := range e.Judges {
		n += j.Held()
	}
	return n
}

// Due says whether much has gathered, beside what was too young the last time, or as
// much as may be kept.
func (e *Exact) Due(fold, held int) bool { return e.Held() >= max(fold, 2*e.young) || e.Full(held) }

// Full says whether there is as much as may be kept, in all or in one lane: what nodes
// retain must reach back to what was folded.
func (e *Exact) Full(held int) bool {
	for _, n := range e.behind {
		if n >= held/len(frame.Lanes) {
			return true
		}
	}
	return e.Held() >= held
}

// begin notes what is asked and gives the number of the operation.
func (e *Exact) begin(now time.Time, lane frame.Lane, event history.Event) int {
	e.operations++
	if e.Held() >= e.Limit {
		e.Judges = nil // what was kept is of no use any more
	}
	event.Type, event.Op, event.Lane, event.Conversation = history.Invoke, e.operations, string(lane), e.conversation
	e.add(now, lane, event)
	return event.Op
}

// end notes what became of an operation.
func (e *Exact) end(now time.Time, lane frame.Lane, op int, event history.Event) {
	event.Op = op
	e.add(now, lane, event)
}

func (e *Exact) add(now time.Time, lane frame.Lane, event history.Event) {
	if j := e.Judges[lane]; j != nil {
		event.Time = now.Sub(e.Began).Nanoseconds()
		j.Add(&event)
	}
}

// Sends notes an attempt to send and gives the number of the operation.
func (e *Exact) Sends(now time.Time, lane frame.Lane, node string, m api.Message) int {
	return e.begin(now, lane, history.Event{Kind: history.Send, Node: node, ID: m.ID, Sender: m.Sender, Body: m.Body})
}

// Sent notes what it came to.
func (e *Exact) Sent(now time.Time, lane frame.Lane, op int, a Answer) {
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

// Reads notes a read of a lane. Reads at level session are those of one session.
func (e *Exact) Reads(now time.Time, node string, lane frame.Lane, r api.ReadRequest, final bool) int {
	event := history.Event{Kind: history.Read, Node: node, Level: string(r.Level), After: r.After, Limit: r.Limit, MinSeq: r.MinSeq, Final: final}
	if r.Level == api.LevelSession {
		event.Sender = "reader"
	}
	return e.begin(now, lane, event)
}

// Read notes what the reading came to.
func (e *Exact) Read(now time.Time, lane frame.Lane, op int, r api.View, err error) {
	if err != nil {
		e.end(now, lane, op, history.Event{Type: history.Fail, Error: err.Error()})
		return
	}
	if e.Judges[lane] == nil {
		return // nobody listens any more
	}
	e.end(now, lane, op, r.Noted())
}

// Digests notes that a replica is asked for its digest up to a seq, or to its end if that is 0.
func (e *Exact) Digests(now time.Time, lane frame.Lane, node string, upto uint64) int {
	return e.begin(now, lane, history.Event{Kind: history.Digest, Node: node, Upto: upto})
}

// Digest notes the answer.
func (e *Exact) Digest(now time.Time, lane frame.Lane, op int, d api.Digest, err error) {
	event := history.Event{Type: history.OK, Seq: d.Seq, Digest: d.Digest}
	if err != nil {
		event = history.Event{Type: history.Fail, Error: err.Error()}
	}
	e.end(now, lane, op, event)
}

// Acknowledged is the highest seq that a sender was told in a lane.
func (e *Exact) Acknowledged(lane frame.Lane) uint64 { return e.acknowledged[lane] }

// Verdict is that on a lane so far; not ok if there is none any more, beyond the limit.
func (e *Exact) Verdict(lane frame.Lane) (judged frame.LaneJudgement, ok bool) {
	j := e.Judges[lane]
	if j == nil {
		return judged, false
	}
	report := j.Report()
	return frame.LaneJudgement{Lane: lane, Report: report, Witnesses: witnesses(report), Folded: e.folded[lane]}, true
}
