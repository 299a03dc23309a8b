package history

import "time"

// Window is the time without service around a change of leader, as those felt it who
// sent: from the last acknowledgement of one leader to the first of the next.
//
//	last ack      fault       noticed      elected     first ack
//	────┴───────────┴───────────┴────────────┴────────────┴────▶
//	    ├──────── notice ───────┼── elect ───┼── serve ───┤
//	    ├──────────────────── window ─────────────────────┤
type Window struct {
	Epoch       uint64 // the term of the new leader
	Last, First time.Time
}

// Length is that of the window; false if one of its ends is not known.
func (w Window) Length() (time.Duration, bool) {
	if w.Last.IsZero() || w.First.IsZero() {
		return 0, false
	}
	return w.First.Sub(w.Last), true
}

// Split gives the parts of a window; false if the moments are not known, or not in
// their order.
func (w Window) Split(noticed, elected time.Time) (notice, elect, serve time.Duration, ok bool) {
	if noticed.IsZero() || noticed.Before(w.Last) || elected.Before(noticed) || w.First.Before(elected) {
		return 0, 0, 0, false
	}
	return noticed.Sub(w.Last), elected.Sub(noticed), w.First.Sub(elected), true
}

// Windows finds the windows of a shard among its acknowledgements. It belongs to one
// goroutine.
type Windows struct {
	Epoch uint64    // of the newest acknowledgement
	Last  time.Time // the newest acknowledgement
	All   []Window  // oldest first
}

// Acknowledged notes an acknowledgement. A duplicate names the epoch of its first
// copy, and any leader may give it, so it shows nothing; neither does an answer of
// an older leader that comes late.
func (w *Windows) Acknowledged(at time.Time, epoch uint64, duplicate bool) {
	switch {
	case duplicate || epoch < w.Epoch:
		return
	case epoch > w.Epoch && w.Epoch > 0:
		w.All = append(w.All, Window{epoch, w.Last, at})
	}
	w.Epoch, w.Last = epoch, at
}
