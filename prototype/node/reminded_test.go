package node

import "testing"

// TestShard_reminded: a replica has forgotten something if a former leader was told of
// more than it came back with, unless it was filled with that since.
func TestShard_reminded(t *testing.T) {
	for name, tt := range map[string]struct {
		told   mark
		forgot bool
	}{
		"one more":            {mark{2, 10}, true},
		"of a later term":     {mark{3, 1}, true},
		"no more than it has": {mark{2, 9}, false},
		"filled since":        {mark{1, 20}, false},
	} {
		s := bare(t, 2, 9, 5)
		s.past.held = mark{1, 4}
		if got := s.reminded("n2", tt.told); got != tt.forgot {
			t.Errorf("%s: has forgotten %v", name, got)
		}
		if s.forgot.Load() != tt.forgot || s.transport.open.Load() == tt.forgot {
			t.Errorf("%s: has forgotten %v, takes part %v", name, s.forgot.Load(), s.transport.open.Load())
		}
	}
}
