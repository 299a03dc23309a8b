package door

import "testing"

func TestEnter(t *testing.T) {
	if Enter(3) == nil || Enter(40) != nil {
		t.Error("a child may enter, or a grown-up may not")
	}
}
