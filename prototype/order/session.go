package order

import (
	"math/bits"
	"strings"
)

// session is the memory that makes retries safe beyond a message's id: it knows
// how far its sender has come, and where the last few messages went.
//
// Invariant: last counts the messages that were ordered in this session, and
// places[n%Window] is where number n went, for last-Window < n <= last.
type session struct {
	sender        string
	last          uint64
	places        [Window]place
	used          int64  // milliseconds, by the log's clock
	lastUsedIndex uint64 // of the entry that used it last
}

type place struct {
	seq, epoch uint64
	message    uint64 // tells it from others of the sender; 0 if it was ordered under the first rules
}

// short is 64 bits of a label, and never 0 unless the label is.
func (l label) short() uint64 {
	if l == (label{}) {
		return 0
	}
	return (l.key[0] ^ bits.RotateLeft64(l.content, 32)) | 1
}

// lookup says what is known of a number: ok if the message is the next one, or
// else the result. The label is zero under the first rules.
func (s *session) lookup(number uint64, of label) (r Result, ok bool) {
	switch {
	case number == s.last+1:
		return Result{}, true
	case number > s.last:
		return Result{Rejected: OutOfOrder}, false
	case number+Window <= s.last || number == 0:
		return Result{Rejected: TooOld}, false
	}
	p := s.places[number%Window]
	if p.message != 0 && of != (label{}) && p.message != of.short() {
		return Result{Seq: p.seq, Epoch: p.epoch, Rejected: Conflict}, false
	}
	return Result{Seq: p.seq, Epoch: p.epoch, Duplicate: true}, false
}

func (s *session) note(number uint64, of label, r Result) {
	s.last = number
	s.places[number%Window] = place{r.Seq, r.Epoch, of.short()}
}

// session finds an open session, unless it was idle for too long.
func (c *conversation) session(id uint64, now int64, idle int64) *session {
	s := c.sessions[id]
	if s == nil || now-s.used > idle {
		return nil
	}
	return s
}

// open makes room for a session and opens it.
func (c *conversation) open(id uint64, sender string, now int64, index uint64, l limits) {
	if c.sessions == nil {
		c.sessions = make(map[uint64]*session)
	}
	if len(c.sessions) >= l.sessions {
		// Both passes come to the same in whatever order the map is walked.
		var oldest uint64
		for other, s := range c.sessions {
			o := c.sessions[oldest]
			if o == nil || s.lastUsedIndex < o.lastUsedIndex || s.lastUsedIndex == o.lastUsedIndex && other < oldest {
				oldest = other
			}
		}
		for other, s := range c.sessions {
			if now-s.used > l.idle.Milliseconds() {
				delete(c.sessions, other)
			}
		}
		if len(c.sessions) >= l.sessions {
			delete(c.sessions, oldest)
		}
	}
	c.sessions[id] = &session{sender: strings.Clone(sender), used: now, lastUsedIndex: index}
}
