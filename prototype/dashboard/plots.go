package dashboard

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"lockstep/prototype/lab/frame"
)

// rateTop is the upper end of the scale: a round number above everything.
func rateTop(f frame.Frame) int {
	top := f.Load.Rate
	for _, l := range f.Lanes {
		for _, s := range l.Seconds {
			top = max(top, s.Acked)
		}
	}
	step := 10
	for step*10 < top {
		step *= 10
	}
	return (top + step - 1) / step * step
}

// rateLine is what was acknowledged in each second; the height is 100.
func rateLine(seconds []frame.Second, top int) string {
	d := make([]byte, 0, 8*len(seconds))
	for i, s := range seconds {
		d = point(d, i, 99-98*s.Acked/max(top, 1), i == 0)
	}
	return string(d)
}

func rateWords(f frame.Frame) string {
	if !f.Load.On {
		return "No load at the moment."
	}
	return fmt.Sprintf("%.0f a second now, %d are due.", f.Load.Acked, f.Load.Rate)
}

// latencyLine is the 99th percentile of each second. A second in which nothing was
// acknowledged is a hole.
func latencyLine(seconds []frame.Second) string {
	d := make([]byte, 0, 8*len(seconds))
	hole := true
	for i, s := range seconds {
		if s.Acked > 0 {
			d = point(d, i, height(s.P99), hole)
			if hole && (i+1 == len(seconds) || seconds[i+1].Acked == 0) {
				d = append(d, "h.6"...)
			}
		}
		hole = s.Acked == 0
	}
	return string(d)
}

func point(d []byte, x, y int, first bool) []byte {
	switch {
	case first:
		d = append(d, 'M')
	default:
		d = append(d, 'L')
	}
	return strconv.AppendInt(append(strconv.AppendInt(d, int64(x), 10), ' '), int64(y), 10)
}

// height puts 1 ms at the bottom and 10 s at the top, a decade every 25 units.
func height(d time.Duration) int {
	ms := max(float64(d)/float64(time.Millisecond), 1)
	return int(min(max(100-25*math.Log10(ms), 1), 99))
}

func latencyWords(f frame.Frame) string {
	if f.P50 == 0 {
		return "Nothing was acknowledged in the last minute."
	}
	return "Over the last minute with this round trip and flush: median " + millis(f.P50) + ", 99th percentile " + millis(f.P99) + "."
}

func loadSentence(f frame.Frame) string { return rateWords(f) + " " + latencyWords(f) }
