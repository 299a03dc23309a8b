package dashboard

import (
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/lab/frame"
)

// bar is a piece of a drawing that is as wide as the page allows: positions are
// shares of the width.
type bar struct{ Name, X, Width string }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + "%" }

// stretches is a path over all stretches of a strip that are in one state. A unit
// is a tenth of a second.
type stretches struct{ Name, D string }

func stripPaths(spans []frame.Span) []stretches {
	var paths []stretches
	for _, state := range []frame.SpanState{frame.SpanOK, frame.SpanMixed, frame.SpanDown} {
		var d []byte
		at := 0
		for _, s := range spans {
			if s.State == state {
				d = append(strconv.AppendInt(append(d, 'M'), int64(at), 10), " 5h"...)
				d = strconv.AppendInt(d, int64(s.Tenths), 10)
			}
			at += s.Tenths
		}
		if len(d) > 0 {
			paths = append(paths, stretches{string(state), string(d)})
		}
	}
	return paths
}

func stripWords(spans []frame.Span) string {
	var down, ok int
	for _, s := range spans {
		switch s.State {
		case frame.SpanDown:
			down += s.Tenths
		case frame.SpanOK, frame.SpanMixed:
			ok += s.Tenths
		}
	}
	return "In the last minute sends were acknowledged for " + tenths(ok) + " seconds and not for " + tenths(down) + " seconds."
}

func tenths(n int) string { return integer(n/10) + "." + integer(n%10) }

// failure is a change of leader as a line of the list.
type failure struct {
	ID, Stamp, Time, Cause, Result, Window, Split string
	Parts                                         []bar
	Open, Planned                                 bool
}

func failovers(f frame.Frame) []failure {
	longest := 400 * time.Millisecond // so that one short failure does not fill the width
	for _, h := range f.Failovers {
		longest = max(longest, h.Window)
	}
	var list []failure
	for _, h := range f.Failovers {
		list = append(list, failure{
			ID: "failure-" + strconv.FormatInt(h.Began.UnixMilli(), 10), Stamp: stamp(h.Began), Time: h.Began.Format("15:04:05"),
			Cause: h.Cause, Result: result(h), Window: window(h), Split: split(h), Parts: parts(h, longest), Open: h.Open, Planned: h.Planned,
		})
	}
	return list
}

func result(h frame.Failover) string {
	switch {
	case h.KeptTerm:
		return "kept its term"
	case h.To != "":
		return "→ " + h.To + ", term " + count(h.Term)
	case h.Open:
		return "→ electing"
	}
	return "→ nobody, until the next failure"
}

func window(h frame.Failover) string {
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

func split(h frame.Failover) string {
	switch {
	case !h.Open && !h.Measured && h.Elected > 0:
		return "elected after " + millis(h.Elected) + ", and there was no write to measure by"
	case !h.Split:
		return ""
	}
	var words []string
	for _, p := range windowParts(h) {
		words = append(words, p.Said)
	}
	return strings.Join(words, ", ")
}

// windowPart is a stretch of a window, in the order of time.
type windowPart struct {
	Name, Until, Said string
	Lasts             time.Duration
}

func windowParts(h frame.Failover) []windowPart {
	return []windowPart{
		{"notice", "until a follower misses the leader", "missed after " + millis(h.Notice), h.Notice},
		{"elect", "until another is elected", "elected after " + millis(h.Elect) + " more", h.Elect},
		{"barrier", "until it knows what was committed", "barrier " + millis(h.Barrier), h.Barrier},
		{"first", "until a write is acknowledged", "first write " + millis(h.FirstAck) + " later", h.FirstAck},
	}
}

func parts(h frame.Failover, longest time.Duration) []bar {
	if !h.Measured || h.Open {
		return nil
	}
	scale := 1 / longest.Seconds()
	if !h.Split {
		return []bar{{"whole", "0%", percent(h.Window.Seconds() * scale)}}
	}
	var bars []bar
	at := time.Duration(0)
	for _, p := range windowParts(h) {
		bars = append(bars, bar{p.Name, percent(at.Seconds() * scale), percent(p.Lasts.Seconds() * scale)})
		at += p.Lasts
	}
	return bars
}

// failureWords are the failures of the last minute, as sentences.
func failureWords(f frame.Frame) string {
	var b strings.Builder
	for _, h := range f.Failovers {
		if f.Time.Sub(h.Began) <= frame.Minute*time.Second {
			b.WriteString(h.Cause + " " + result(h) + ", window " + window(h) + ". ")
		}
	}
	return b.String()
}
