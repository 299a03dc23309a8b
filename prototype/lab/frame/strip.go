package frame

import (
	"time"

	"lockstep/prototype/api"
)

// Tenths is the length of the availability strip.
const Tenths = Minute * 10

// tenth is what happened in a tenth of a second.
type tenth struct {
	acked, missed int
	due           bool // the load was on during all of it
}

// Strip is the availability of the last minute in tenths of a second.
type Strip struct {
	newest  int64 // tenths of a second since 1970
	tenths  [Tenths]tenth
	running bool // whether the load is on
	dense   bool // sends are due so often that a tenth without an answer is a stall
}

func (s *Strip) at(i int64) *tenth { return &s.tenths[((i%Tenths)+Tenths)%Tenths] }

func (s *Strip) advance(now time.Time) {
	i := now.UnixMilli() / 100
	if s.newest == 0 || i-s.newest > Tenths {
		s.newest = i - Tenths
	}
	for s.newest < i {
		s.newest++
		*s.at(s.newest) = tenth{due: s.running && s.dense}
	}
}

// Load says that the load was switched, or changed to messages a second.
func (s *Strip) Load(now time.Time, on bool, rate int) {
	s.advance(now)
	s.running, s.dense = on, rate >= 20
	if !on {
		s.at(s.newest).due = false
	}
}

// Count takes what an attempt to send came to.
func (s *Strip) Count(now time.Time, o api.Outcome) {
	s.advance(now)
	if o == api.OK {
		s.at(s.newest).acked++
	} else {
		s.at(s.newest).missed++
	}
}

// Spans gives the full tenths before now, joined where neighbours are alike.
func (s *Strip) Spans(now time.Time) (spans []Span, from time.Time) {
	s.advance(now)
	first := s.newest - Tenths + 1
	for i := first; i < s.newest; i++ {
		state := s.at(i).state()
		if n := len(spans); n > 0 && spans[n-1].State == state {
			spans[n-1].Tenths++
		} else {
			spans = append(spans, Span{state, 1})
		}
	}
	return spans, time.UnixMilli(first * 100)
}

func (t tenth) state() SpanState {
	switch {
	case t.acked > 0 && t.missed > 0:
		return SpanMixed
	case t.acked > 0:
		return SpanOK
	case t.missed > 0 || t.due:
		return SpanDown
	}
	return SpanIdle
}
