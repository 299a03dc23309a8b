package replica

import (
	"testing"

	"lockstep/prototype/node/folder"
)

// TestShard_reminded: a replica has forgotten something if a former leader was told of
// more than it came back with, unless it was filled with that since.
func TestShard_reminded(t *testing.T) {
	for name, tt := range map[string]struct {
		told   folder.Mark
		forgot bool
	}{
		"one more":            {folder.Mark{Term: 2, Index: 10}, true},
		"of a later term":     {folder.Mark{Term: 3, Index: 1}, true},
		"no more than it has": {folder.Mark{Term: 2, Index: 9}, false},
		"filled since":        {folder.Mark{Term: 1, Index: 20}, false},
	} {
		s := bare(t, 2, 9, 5)
		s.past.held = folder.Mark{Term: 1, Index: 4}
		if got := s.Reminded("n2", tt.told); got != tt.forgot {
			t.Errorf("%s: has forgotten %v", name, got)
		}
		if s.forgot.Load() != tt.forgot || s.transport.Admitted.Load() == tt.forgot {
			t.Errorf("%s: has forgotten %v, takes part %v", name, s.forgot.Load(), s.transport.Admitted.Load())
		}
	}
}
