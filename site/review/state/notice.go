package state

import (
	"lockstep/site/review/event"
)

// Notice is what a stream tells of an event: enough to know whether to look.
type Notice struct {
	N       uint64     `json:"n"`
	Type    event.Type `json:"type"`
	Thread  string     `json:"thread,omitempty"`
	Comment string     `json:"comment,omitempty"`
	Actor   string     `json:"actor"`
}

func noticeOf(n uint64, e event.Event) Notice {
	thread, comment := e.Thread, e.Comment
	switch e.Type {
	case event.ThreadOpened:
		thread, comment = e.ID, e.ID
	case event.CommentAdded:
		comment = e.ID
	}
	return Notice{n, e.Type, thread, comment, e.Actor.Name}
}

// Since lists accepted events above a number.
func (s *State) Since(after uint64, limit int) []Notice {
	for i := len(s.notices); i > 0; i-- {
		if s.notices[i-1].N <= after {
			return s.notices[i:min(len(s.notices), i+limit)]
		}
	}
	return s.notices[:min(len(s.notices), limit)]
}
