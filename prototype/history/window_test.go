package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWindows: a window goes from the last acknowledgement of one leader to the first
// of the next. Duplicates, and late answers of an older leader, are neither.
func TestWindows(t *testing.T) {
	ms := func(n int) time.Time { return time.UnixMilli(int64(n)) }
	var w Windows
	for _, a := range []struct {
		at        int
		epoch     uint64
		duplicate bool
	}{{10, 3, false}, {20, 3, false}, {25, 4, true}, {90, 5, false}, {95, 3, false}, {100, 5, false}, {130, 6, false}} {
		w.Acknowledged(ms(a.at), a.epoch, a.duplicate)
	}
	want := Windows{Epoch: 6, Last: ms(130), All: []Window{{5, ms(20), ms(90)}, {6, ms(100), ms(130)}}}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if length, ok := w.All[0].Length(); length != 70*time.Millisecond || !ok {
		t.Errorf("length %s, %t", length, ok)
	}
	if _, ok := (Window{First: ms(1)}).Length(); ok {
		t.Error("a window without a beginning has a length")
	}
	notice, elect, serve, ok := w.All[0].Split(ms(50), ms(60))
	if notice != 30*time.Millisecond || elect != 10*time.Millisecond || serve != 30*time.Millisecond || !ok {
		t.Errorf("split into %s, %s, %s, %t", notice, elect, serve, ok)
	}
	for _, x := range [][2]int{{15, 60}, {50, 40}, {50, 95}} {
		if _, _, _, ok := w.All[0].Split(ms(x[0]), ms(x[1])); ok {
			t.Errorf("split at %v", x)
		}
	}
}
