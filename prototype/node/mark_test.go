package node

import "testing"

// TestMark_before: of two logs the later term is the newer, whatever their length.
func TestMark_before(t *testing.T) {
	for _, tt := range []struct {
		a, b mark
		want bool
	}{
		{mark{}, mark{}, false},
		{mark{}, mark{1, 1}, true},
		{mark{1, 5}, mark{1, 5}, false},
		{mark{1, 4}, mark{1, 5}, true},
		{mark{1, 6}, mark{1, 5}, false},
		{mark{1, 9}, mark{2, 3}, true},
		{mark{2, 3}, mark{1, 9}, false},
	} {
		if got := tt.a.before(tt.b); got != tt.want {
			t.Errorf("%v before %v: %v", tt.a, tt.b, got)
		}
	}
}
