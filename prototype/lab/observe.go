package lab

import (
	"context"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

const (
	// SlowPoll is how often a node is asked while nobody looks.
	SlowPoll = time.Second
	// Poll is how often a node is asked while somebody looks.
	Poll = 100 * time.Millisecond
	// FastPoll is how often during a handover: its moments are known as exactly
	// as this.
	FastPoll = 15 * time.Millisecond
	fastFor  = 10 * time.Second // an election that takes longer is no matter of milliseconds

	askTimeout = 250 * time.Millisecond // a frozen node must not delay its own picture by more
	readLimit  = 500
	auditPause = 200 * time.Millisecond
	auditLimit = 1000
	auditWait  = time.Second
)

// observe asks one node, again and again, how it is and what it holds.
func (l *Lab) observe(ctx context.Context, id string) {
	for ctx.Err() == nil {
		wake := l.woken()
		l.ask(ctx, id)
		timer := time.NewTimer(l.pace())
		select {
		case <-timer.C:
		case <-wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// pace is how long to wait before the next question.
func (l *Lab) pace() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.active(now) {
		return SlowPoll
	}
	if h := l.record.handovers.newest(); h != nil && (!h.closed || h.to == "") && now.Sub(h.began) < fastFor {
		return FastPoll
	}
	return Poll
}

func (l *Lab) ask(ctx context.Context, id string) {
	try, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	status, err := l.cluster.Status(try, id)
	now := time.Now()
	l.mu.Lock()
	l.record.members(now, l.cluster.Members())
	if err != nil {
		l.record.silent(id)
	} else {
		l.record.heard(now, id, status)
	}
	due := err == nil && now.Sub(l.read[id]) >= Poll*9/10
	if due {
		l.read[id] = now
	}
	after := l.record.node(id).replica.cursor()
	l.mu.Unlock()
	if err == nil {
		l.placeAgain(ctx, id)
	}
	if !due {
		return
	}
	reading, err := l.cluster.Read(try, id, frame.LaneQuorum, api.ReadRequest{Conversation: l.cfg.Conversation, Level: api.LevelLocal, After: after, Limit: readLimit})
	if err != nil {
		return // the next question will say why
	}
	l.mu.Lock()
	l.record.shown(id, reading)
	l.mu.Unlock()
}

// weakEvery is how often the weak lanes are read; all of the window each time, as
// it may have changed anywhere. In quick motion it is once a frame.
const weakEvery = 250 * time.Millisecond

// readWeak reads a weak lane at all nodes and judges it.
func (l *Lab) readWeak(ctx context.Context, lane frame.Lane) {
	for every := weakEvery; wait(ctx, every); {
		l.mu.Lock()
		every = max(weakEvery, l.every)
		w, on := l.record.lane(lane), l.record.load.On
		from := w.From()
		ids := l.record.reachable()
		w.Only(ids)
		l.mu.Unlock()
		if !on && !l.watched() {
			continue
		}
		for _, id := range ids {
			try, cancel := context.WithTimeout(ctx, askTimeout)
			began := time.Now()
			messages, err := l.readOn(try, lane, id, from)
			cancel()
			l.mu.Lock()
			if err != nil {
				w.Gone(id)
			} else {
				w.Shown(began, id, from, messages)
			}
			l.mu.Unlock()
		}
		l.mu.Lock()
		now := time.Now()
		w.Judge(now, l.record.leads(lane), !l.record.troubled(now))
		l.mu.Unlock()
	}
}

// weakPages bounds what is read of a weak lane at once. A replica that has come back may
// acknowledge seqs that are far below the newest ones, and the window spans them all.
const weakPages = 16

// readOn reads from a seq to the end of what a replica shows. What has more pages is
// taken as not shown: its end would look lost.
func (l *Lab) readOn(ctx context.Context, lane frame.Lane, id string, from uint64) (messages []api.Placed, err error) {
	for range weakPages {
		page, err := l.cluster.Read(ctx, id, lane, api.ReadRequest{Conversation: l.cfg.Conversation, After: from, Limit: readLimit})
		if err != nil {
			return nil, err
		}
		messages = append(messages, page.Messages...)
		if len(page.Messages) < readLimit {
			return messages, nil
		}
		from = messages[len(messages)-1].Seq
	}
	return nil, action.Refuse("%s shows more than %d messages of lane %s behind seq %d", id, len(messages), lane, from)
}

// watched says whether somebody looks.
func (l *Lab) watched() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.watchers) > 0
}

// readBack reads, linearizably, what was acknowledged, through whichever node
// answers.
func (l *Lab) readBack(ctx context.Context) {
	target := 0
	for wait(ctx, auditPause) {
		l.mu.Lock()
		after, newest := l.record.audit.End(), l.record.audit.Newest
		nothing := after >= newest && l.record.unchecked == nil
		ids := l.record.reachable()
		l.mu.Unlock()
		if nothing || len(ids) == 0 {
			continue
		}
		request := api.ReadRequest{Conversation: l.cfg.Conversation, Level: api.LevelLinearizable, After: after, Limit: auditLimit}
		id := ids[target%len(ids)]
		l.mu.Lock()
		op := l.record.exact.Reads(time.Now(), id, frame.LaneQuorum, request, false)
		l.mu.Unlock()
		try, cancel := context.WithTimeout(ctx, auditWait)
		reading, err := l.cluster.Read(try, id, frame.LaneQuorum, request)
		cancel()
		l.mu.Lock()
		l.record.exact.Read(time.Now(), frame.LaneQuorum, op, reading, err)
		l.mu.Unlock()
		if err != nil {
			target++
			continue
		}
		l.mu.Lock()
		l.record.readBack(time.Now(), newest, reading)
		l.mu.Unlock()
	}
}
