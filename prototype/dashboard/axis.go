package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/lab/frame"
)

// share is a moment's place on the axis, from 0 to 1.
func share(f frame.Frame, at time.Time) float64 {
	return min(max(1-f.Time.Sub(at).Seconds()/frame.Minute, 0), 1)
}

// end is the end of a band; one that lasts ends now.
func end(f frame.Frame, b frame.Band) time.Time {
	if b.To.IsZero() {
		return f.Time
	}
	return b.To
}

func bands(f frame.Frame) []bar {
	var bars []bar
	for _, b := range f.Bands {
		from, to := share(f, b.From), share(f, end(f, b))
		bars = append(bars, bar{"", percent(from), percent(max(to-from, 0.003))})
	}
	return bars
}

func bandWords(f frame.Frame) string {
	if len(f.Bands) == 0 {
		return "Nothing was broken in the last minute."
	}
	var words []string
	for _, b := range f.Bands {
		words = append(words, fmt.Sprintf("%s %s from %.0f to %.0f seconds ago", b.Node, b.What, f.Time.Sub(b.From).Seconds(), f.Time.Sub(end(f, b)).Seconds()))
	}
	return "Broken: " + strings.Join(words, "; ") + "."
}

// elections are those of the shard's leader, whom all lanes but the one by clocks
// have in common: after a failure, or as planned. A unit is a tenth of a second.
func elections(f frame.Frame, lane frame.Lane, planned bool) string {
	if lane == frame.LaneClock {
		return ""
	}
	var d []byte
	for _, h := range f.Failovers {
		if x := share(f, h.Began.Add(h.Elected)); h.To != "" && h.Planned == planned && h.Elected > 0 && x > 0 {
			d = append(strconv.AppendInt(append(d, 'M'), int64(x*frame.Tenths), 10), " 0v10"...)
		}
	}
	return string(d)
}

func lost(s frame.Second) int { return s.Lost }

func moved(s frame.Second) int { return s.Moved }

// anomalies marks the seconds in which acknowledged messages turned out to be
// broken: the more, the higher.
func anomalies(seconds []frame.Second, of func(frame.Second) int) string {
	var d []byte
	for i, s := range seconds {
		if n := of(s); n > 0 {
			d = append(strconv.AppendInt(append(d, 'M'), int64(10*i+5), 10), " 10v-"...)
			d = strconv.AppendInt(d, int64(min(4+n/2, 10)), 10)
		}
	}
	return string(d)
}

// instantWords are what there is to say of the frame's instant, for those who move
// along the axis without seeing it.
func instantWords(f frame.Frame) string {
	if f.Phase != frame.PhaseRunning {
		return ""
	}
	b := []byte(stateWords(f))
	for _, l := range f.Lanes {
		b = append(append(b, ' '), l.Lane...)
		if n := len(l.Seconds); n > 0 {
			s := l.Seconds[n-1]
			b = append(strconv.AppendInt(append(b, ' '), int64(s.Acked), 10), " a second, p99 "...)
			b = append(b, latency(s.P99)...)
		}
		b = append(append(append(b, ", "...), counted(l, l.Findings.Lost)...), " lost, "...)
		b = append(append(b, counted(l, l.Findings.Moved)...), " moved."...)
	}
	for _, n := range f.Nodes {
		if n.Condition != frame.ConditionUp || len(n.Ails) > 0 {
			b = append(append(append(append(append(b, ' '), n.ID...), ": "...), brokenWords(n)...), '.')
		}
	}
	return string(b)
}
