package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// The load. Eight senders with one message each under way: as a sender waits
// for the answer before it sends the next, the order of its messages is exact
// and can be checked. Each sender is there once for each lane, and sends the same
// messages at the same moments in all of them.
const (
	attemptTimeout = 400 * time.Millisecond // after which an attempt counts as unknown
	retryPause     = 30 * time.Millisecond  // at least, between two attempts; twice that at most
	quickRetries   = 10                     // attempts after which a sender waits longer, so as not to be a load on what struggles
	slowPause      = 5 * retryPause
	maxBacklog     = 2 * time.Second // a sender that is later than this leaves messages out
)

var senderNames = []string{"ada", "ben", "cleo", "dina", "emre", "fay", "gus", "hana"}

// sender is one client in one lane. It belongs to one goroutine at a time.
type sender struct {
	name    string
	lane    frame.Lane
	index   int
	number  uint64 // of the newest message
	pending *api.Message
	doubt   bool // an attempt to send pending ended unknown
	target  int  // index of the node that it talks to
}

// next is the message to send: the one that was left over, or a new one.
func (s *sender) next(prefix string) api.Message {
	if s.pending == nil {
		s.number++
		s.pending = &api.Message{ID: judging.MessageID(time.Now(), prefix, s.index, s.number), Sender: s.name, Body: fmt.Sprintf("%s %d", s.name, s.number)}
		s.doubt = false
	}
	return *s.pending
}

// send runs one sender until ctx ends. What is not acknowledged by then stays
// pending, with its id, for the next time.
func (l *Lab) send(ctx context.Context, s *sender, rate int) {
	interval := time.Second * time.Duration(len(senderNames)) / time.Duration(rate)
	due := time.Now().Add(interval * time.Duration(s.index) / time.Duration(len(senderNames)))
	for wait(ctx, time.Until(due)) {
		l.home(s)
		m := s.next(l.prefix)
		for try := 1; !l.attempt(ctx, s, m, due); try++ {
			pause := retryPause
			if try > quickRetries {
				pause = slowPause
			}
			if !wait(ctx, pause+rand.N(pause)) {
				return
			}
		}
		s.pending = nil
		due = due.Add(interval)
		if late := time.Since(due); late > maxBacklog {
			due = due.Add(late.Truncate(interval))
		}
	}
}

// home lets a sender talk to its own node again, as soon as that is well. Otherwise
// all of them would gather, failure by failure, at a node that was spared, and the
// lanes would no longer be tried at all nodes.
func (l *Lab) home(s *sender) {
	l.mu.Lock()
	defer l.mu.Unlock()
	nodes := l.record.nodes
	if n := nodes[s.index%len(nodes)]; n.well() {
		s.target = s.index
	}
}

// attempt sends once and says whether the message was acknowledged.
func (l *Lab) attempt(ctx context.Context, s *sender, m api.Message, due time.Time) bool {
	try, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	l.mu.Lock()
	target := l.record.nodes[s.target%len(l.record.nodes)].member.ID
	op := l.record.exact.Sends(time.Now(), s.lane, target, m)
	l.mu.Unlock()
	answer := l.cluster.Send(try, target, s.lane, l.cfg.Conversation, m)
	gaveUp := answer.Outcome != api.OK && ctx.Err() != nil // the sender itself: no failure of the cluster
	l.mu.Lock()
	now := time.Now()
	l.record.exact.Sent(now, s.lane, op, answer)
	switch {
	case gaveUp:
	case s.lane == frame.LaneQuorum:
		l.record.answered(now, due, m, s.doubt, answer)
	default:
		l.record.lane(s.lane).Answered(now, due, m, s.doubt, answer)
	}
	l.mu.Unlock()
	if gaveUp {
		s.doubt = s.doubt || answer.Outcome == api.Unknown
		return false
	}
	switch answer.Outcome {
	case api.OK:
		return true
	case api.Unknown:
		s.doubt = true
	}
	s.target++
	return false
}

// wait is false if ctx ended before d was over.
func wait(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
