package node

import "testing"

// TestShard_promise: what is promised is what is on disk and what was applied; a
// replica that waits to be filled again promises nothing new, and forgets nothing.
func TestShard_promise(t *testing.T) {
	was := promise{Log: mark{1, 3}, Applied: 2}
	for name, tt := range map[string]struct {
		last, applied uint64
		snapshots     []mark
		forgot, open  bool
		want          promise
	}{
		"a log":                   {9, 5, nil, false, true, promise{Log: mark{2, 9}, Applied: 5}},
		"applied less than ever":  {9, 1, nil, false, true, promise{Log: mark{2, 9}, Applied: 2}},
		"snapshots and no log":    {0, 7, []mark{{2, 8}, {2, 4}}, false, true, promise{Log: mark{2, 8}, Applied: 7}},
		"a log and a snapshot":    {9, 5, []mark{{2, 4}}, false, true, promise{Log: mark{2, 9}, Applied: 5}},
		"nothing":                 {0, 0, nil, false, true, was},
		"forgotten":               {9, 5, nil, true, false, promise{Log: mark{1, 3}, Applied: 5}},
		"forgotten, filled again": {9, 5, nil, true, true, promise{Log: mark{2, 9}, Applied: 5}},
		"stopped":                 {9, 5, nil, false, false, promise{Log: mark{2, 9}, Applied: 5}},
	} {
		s := bare(t, 2, tt.last, tt.applied)
		s.snapshots = listed(tt.snapshots)
		s.forgot.Store(tt.forgot)
		s.transport.open.Store(tt.open)
		if got := s.promise(was); got.Log != tt.want.Log || got.Applied != tt.want.Applied {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
