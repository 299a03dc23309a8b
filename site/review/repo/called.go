package repo

import (
	"strings"

	"lockstep/site/review/entry"
	"lockstep/site/review/state"
)

// ThreadsCalled are the threads of a page that are meant by an id or by the beginning of
// one. An id that is the beginning of another means itself alone.
func ThreadsCalled(log []entry.Line, name string) (meant []*state.Thread, err error) {
	s, err := state.Of(log)
	if err != nil {
		return nil, err
	}
	if t := s.Thread(name); t != nil {
		return []*state.Thread{t}, nil
	}
	for _, t := range s.Threads() {
		if strings.HasPrefix(t.ID, name) {
			meant = append(meant, t)
		}
	}
	return meant, nil
}
