package order

import "math/bits"

// session is the memory that makes retries safe beyond a message's id: it knows
// how far its sender has come, and where the last few messages went.
//
// Invariant: last counts the messages that were ordered in this session, and
// places[n%Window] is where number n went, for last-Window < n <= last.
type session struct {
	sender string
	last   uint64
	places [Window]place
	used   int64  // milliseconds, by the log's clock
	touch  uint64 // index of the entry that used it last
}

type place struct {
	seq, epoch uint64
	label      uint64 // of the message, see labelOf; 0 if it was ordered under the first rules
}

// labelOf tells the messages apart that a sender gives the same number. It is
// never 0.
func labelOf(k key, content uint64) uint64 { return (k[0] ^ bits.RotateLeft64(content, 32)) | 1 }

// lookup says what is known of a number: ok if the message is the next one, or
// else the result. label is that of the message, or 0 under the first rules.
func (s *session) lookup(number, label uint64) (r Result, ok bool) {
	switch {
	case number == s.last+1:
		return Result{}, true
	case number > s.last:
		return Result{Rejected: OutOfOrder}, false
	case number+Window <= s.last || number == 0:
		return Result{Rejected: TooOld}, false
	}
	p := s.places[number%Window]
	if p.label != 0 && label != 0 && p.label != label {
		return Result{Seq: p.seq, Epoch: p.epoch, Rejected: Conflict}, false
	}
	return Result{Seq: p.seq, Epoch: p.epoch, Duplicate: true}, false
}

func (s *session) note(number, label uint64, r Result) {
	s.last = number
	s.places[number%Window] = place{r.Seq, r.Epoch, label}
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
			if o == nil || s.touch < o.touch || s.touch == o.touch && other < oldest {
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
	c.sessions[id] = &session{sender: sender, used: now, touch: index}
}
