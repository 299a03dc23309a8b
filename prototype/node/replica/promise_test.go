package replica

import (
	"testing"

	"lockstep/prototype/node/folder"
)

// TestShard_promise: what is promised is what is on disk and what was applied; a
// replica that waits to be filled again promises nothing new, and forgets nothing.
func TestShard_promise(t *testing.T) {
	was := folder.Promise{Log: folder.Mark{Term: 1, Index: 3}, Applied: 2}
	for name, tt := range map[string]struct {
		last, applied uint64
		snapshots     []folder.Mark
		forgot, open  bool
		want          folder.Promise
	}{
		"a log":                   {9, 5, nil, false, true, folder.Promise{Log: folder.Mark{Term: 2, Index: 9}, Applied: 5}},
		"applied less than ever":  {9, 1, nil, false, true, folder.Promise{Log: folder.Mark{Term: 2, Index: 9}, Applied: 2}},
		"snapshots and no log":    {0, 7, []folder.Mark{{Term: 2, Index: 8}, {Term: 2, Index: 4}}, false, true, folder.Promise{Log: folder.Mark{Term: 2, Index: 8}, Applied: 7}},
		"a log and a snapshot":    {9, 5, []folder.Mark{{Term: 2, Index: 4}}, false, true, folder.Promise{Log: folder.Mark{Term: 2, Index: 9}, Applied: 5}},
		"nothing":                 {0, 0, nil, false, true, was},
		"forgotten":               {9, 5, nil, true, false, folder.Promise{Log: folder.Mark{Term: 1, Index: 3}, Applied: 5}},
		"forgotten, filled again": {9, 5, nil, true, true, folder.Promise{Log: folder.Mark{Term: 2, Index: 9}, Applied: 5}},
		"stopped":                 {9, 5, nil, false, false, folder.Promise{Log: folder.Mark{Term: 2, Index: 9}, Applied: 5}},
	} {
		s := bare(t, 2, tt.last, tt.applied)
		s.snapshots = listed(tt.snapshots)
		s.forgot.Store(tt.forgot)
		s.transport.Admitted.Store(tt.open)
		if got := s.promise(was); got.Log != tt.want.Log || got.Applied != tt.want.Applied {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
