package replica

import (
	"testing"
	"time"
)

// TestSinceOwn: the newest lead counts, another one's or this replica's own, and none where
// the end of the newest is not known: a stall must not begin in the middle of a lead.
func TestSinceOwn(t *testing.T) {
	at := func(seconds int64) time.Time {
		if seconds == 0 {
			return time.Time{}
		}
		return time.Unix(seconds, 0)
	}
	for _, tt := range []struct {
		what                    string
		led, served, lost, want int64
	}{
		{"it has only followed", 5, 0, 0, 5},
		{"it has heard of nobody", 0, 0, 0, 0},
		{"it has led before the other one", 9, 3, 6, 9},
		{"it has led after the other one", 5, 7, 9, 9},
		{"the first lead of all was its own", 0, 7, 9, 9},
		{"it has lost a lead unnoticed", 5, 7, 0, 0},
		{"it has lost the second of two leads unnoticed", 5, 12, 9, 0},
		{"it has lost a lead in the moment of its first commit", 5, 8, 8, 8},
	} {
		if got := sinceOwn(at(tt.led), at(tt.served), at(tt.lost)); !got.Equal(at(tt.want)) {
			t.Errorf("%s: %v, want %v", tt.what, got, at(tt.want))
		}
	}
}

// TestLead_lose: only a lead that has committed something can be the one that a stall
// follows, and it cannot have ended before it began.
func TestLead_lose(t *testing.T) {
	var l lead
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
	own := func(what string, served, lost int64) {
		t.Helper()
		gotServed, gotLost := l.own()
		if gotServed.Unix() != served || gotLost.Unix() != lost {
			t.Errorf("%s: it served from %d and until %d, want %d and %d", what, gotServed.Unix(), gotLost.Unix(), served, lost)
		}
	}
	l.won(at(10))
	l.knows(at(11))
	l.lose(at(20))
	own("one lead", 11, 20)
	l.won(at(30))
	l.lose(at(31))
	own("one more that committed nothing", 11, 20)
	l.won(at(40))
	l.knows(at(41))
	own("the third goes on", 41, 20)
	l.lose(at(39))
	own("it was short", 41, 41)
}
