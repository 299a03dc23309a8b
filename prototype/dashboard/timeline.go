package dashboard

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/lab"
)

// bar is a piece of a drawing that is as wide as the page allows: positions are
// shares of the width.
type bar struct{ Class, X, Width string }

func percent(share float64) string { return fmt.Sprintf("%.2f%%", 100*share) }

func strip(f lab.Frame) []bar {
	var bars []bar
	at := 0
	for _, s := range f.Strip {
		if s.State != lab.SpanIdle {
			bars = append(bars, bar{string(s.State), percent(float64(at) / lab.Tenths), percent(float64(s.Tenths) / lab.Tenths)})
		}
		at += s.Tenths
	}
	return bars
}

func stripWords(f lab.Frame) string {
	var down, ok int
	for _, s := range f.Strip {
		switch s.State {
		case lab.SpanDown:
			down += s.Tenths
		case lab.SpanOK, lab.SpanMixed:
			ok += s.Tenths
		}
	}
	return fmt.Sprintf("In the last minute sends were acknowledged for %.1f seconds and not for %.1f seconds.", float64(ok)/10, float64(down)/10)
}

// mark is a failure on the strip. Of failures that are close together only the
// newest has a label.
type mark struct{ X, Top, Shift, Text, Anchor, Class string }

func marks(f lab.Frame) []mark {
	var marks []mark
	before := 2.0 // of the label to the right
	for i, h := range f.Failovers {
		share := h.Began.Sub(f.StripFrom).Seconds() / lab.Minute
		if share < 0 || share > 1 {
			continue
		}
		m := mark{X: percent(share), Top: "4", Anchor: "start", Shift: "5", Text: h.Cause}
		if h.Measured && !h.Open {
			m.Text = millis(h.Window)
		}
		if i > 0 {
			m.Class = "older" // there is no room for it on a phone
		}
		switch {
		case before-share < 0.09:
			m.Text, m.Top = "", "22"
		case share > 0.85:
			m.Anchor, m.Shift = "end", "-5"
			before = share - 0.09
		default:
			before = share
		}
		marks = append(marks, m)
	}
	return marks
}

// failure is a change of leader as a line of the list.
type failure struct {
	ID, Stamp, Time, Cause, Result, Window, Split string
	Parts                                         []bar
	Open                                          bool
}

func failovers(f lab.Frame) []failure {
	longest := 400 * time.Millisecond // so that one short failure does not fill the width
	for _, h := range f.Failovers {
		longest = max(longest, h.Window)
	}
	var list []failure
	for _, h := range f.Failovers {
		list = append(list, failure{
			ID: fmt.Sprintf("failure-%d", h.Began.UnixMilli()), Stamp: stamp(h.Began), Time: h.Began.Format("15:04:05"),
			Cause: h.Cause, Result: result(h), Window: window(h), Split: split(h), Parts: parts(h, longest), Open: h.Open,
		})
	}
	return list
}

func result(h lab.Failover) string {
	switch {
	case h.KeptTerm:
		return "kept its term"
	case h.To != "":
		return fmt.Sprintf("→ %s, term %s", h.To, count(h.Term))
	case h.Open:
		return "→ electing"
	}
	return "→ nobody, until the next failure"
}

func window(h lab.Failover) string {
	switch {
	case h.Measured && h.Open:
		return millis(h.Window) + " …"
	case h.Measured:
		return millis(h.Window)
	case h.Open:
		return "…"
	}
	return "–"
}

func split(h lab.Failover) string {
	switch {
	case !h.Open && !h.Measured && h.Elected > 0:
		return "elected after " + millis(h.Elected) + ", and there was no write to measure by"
	case !h.Split:
		return ""
	}
	return strings.Join([]string{
		"missed after " + millis(h.Notice), "elected after " + millis(h.Elect) + " more", "barrier " + millis(h.Barrier), "first write " + millis(h.FirstAck) + " later",
	}, ", ")
}

func parts(h lab.Failover, longest time.Duration) []bar {
	if !h.Measured || h.Open {
		return nil
	}
	scale := 1 / longest.Seconds()
	if !h.Split {
		return []bar{{"whole", "0%", percent(h.Window.Seconds() * scale)}}
	}
	var bars []bar
	at := time.Duration(0)
	for _, p := range []struct {
		class string
		d     time.Duration
	}{{"notice", h.Notice}, {"elect", h.Elect}, {"barrier", h.Barrier}, {"first", h.FirstAck}} {
		bars = append(bars, bar{p.class, percent(at.Seconds() * scale), percent(p.d.Seconds() * scale)})
		at += p.d
	}
	return bars
}
