package folder

import "testing"

// TestMark_before: of two logs the later term is the newer, whatever their length.
func TestMark_before(t *testing.T) {
	for _, tt := range []struct {
		a, b Mark
		want bool
	}{
		{Mark{}, Mark{}, false},
		{Mark{}, Mark{1, 1}, true},
		{Mark{1, 5}, Mark{1, 5}, false},
		{Mark{1, 4}, Mark{1, 5}, true},
		{Mark{1, 6}, Mark{1, 5}, false},
		{Mark{1, 9}, Mark{2, 3}, true},
		{Mark{2, 3}, Mark{1, 9}, false},
	} {
		if got := tt.a.Before(tt.b); got != tt.want {
			t.Errorf("%v before %v: %v", tt.a, tt.b, got)
		}
	}
}
