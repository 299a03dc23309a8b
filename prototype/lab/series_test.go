package lab

import (
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
)

// TestSeries_found: what is found broken counts in the second in which it is found,
// once, even if the judge takes it back in between.
func TestSeries_found(t *testing.T) {
	var s series
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, found := range []struct {
		at    time.Duration
		lost  uint64
		moved uint64
	}{{0, 0, 0}, {time.Second, 3, 1}, {1100 * time.Millisecond, 2, 1}, {2 * time.Second, 5, 1}, {3 * time.Second, 5, 2}} {
		s.found(now.Add(found.at), found.lost, found.moved)
	}
	seconds, _, _, _ := s.read(now.Add(4 * time.Second))
	newest := seconds[len(seconds)-4:]
	for i, want := range []Second{{}, {Lost: 3, Moved: 1}, {Lost: 2}, {Moved: 1}} {
		if newest[i] != want {
			t.Errorf("second %d: %+v, want %+v", i, newest[i], want)
		}
	}
}

// TestWeak_chat_twice: a message that a replica shows again is marked at its second
// place, also if the first has left the screen.
func TestWeak_chat_twice(t *testing.T) {
	w := newWeak(LaneLeader, time.Time{})
	var shown []api.Placed
	for seq := uint64(1); seq <= ChatLines+2; seq++ {
		shown = append(shown, api.Placed{Seq: seq, ID: string(rune('a' + seq)), Sender: "ada"})
	}
	shown[ChatLines].ID = shown[1].ID // of one that has left the screen
	w.shown(time.Now(), "n1", 0, shown)
	chat := w.chat(&observed{member: cluster.Member{ID: "n1"}})
	for _, line := range chat.Lines {
		want := Plain
		if line.Seq == ChatLines+1 {
			want = Twice
		}
		if line.Mark != want {
			t.Errorf("seq %d is marked %q, want %q", line.Seq, line.Mark, want)
		}
	}
}
