package dashboard

import (
	"fmt"
	"math"
	"strings"
	"time"

	"lockstep/prototype/lab"
)

// column is a second in the chart of rates.
type column struct{ Class, X, Y, Height string }

// rateTop is the upper end of the scale: a round number above everything.
func rateTop(f lab.Frame) int {
	top := f.Load.Rate
	for _, s := range f.Seconds {
		top = max(top, s.Acked)
	}
	step := 10
	for step*10 < top {
		step *= 10
	}
	return (top + step - 1) / step * step
}

func rateBars(f lab.Frame) []column {
	top := float64(max(rateTop(f), 1))
	var bars []column
	for i, s := range f.Seconds {
		if s.Acked == 0 {
			continue
		}
		h := 100 * float64(s.Acked) / top
		bars = append(bars, column{"acked", fmt.Sprintf("%.1f", float64(i)+0.1), fmt.Sprintf("%.1f", 100-h), fmt.Sprintf("%.1f", h)})
	}
	return bars
}

func rateWords(f lab.Frame) string {
	if !f.Load.On {
		return "No load at the moment."
	}
	return fmt.Sprintf("%.0f a second now, %d are due.", f.Load.Acked, f.Load.Rate)
}

func p50(s lab.Second) time.Duration { return s.P50 }

func p99(s lab.Second) time.Duration { return s.P99 }

// latencyLines are the paths of one percentile: one path for each stretch of
// seconds in which something was acknowledged, so that a stall is a hole.
func latencyLines(f lab.Frame, of func(lab.Second) time.Duration) []string {
	var lines []string
	var points []string
	end := func() {
		if len(points) == 1 {
			points = append(points, "h0.6")
		}
		if len(points) > 0 {
			lines = append(lines, "M"+strings.Join(points, " "))
		}
		points = nil
	}
	for i, s := range f.Seconds {
		if s.Acked == 0 {
			end()
			continue
		}
		points = append(points, fmt.Sprintf("%.1f,%.1f", float64(i)+0.5, height(of(s))))
	}
	end()
	return lines
}

// height puts 1 ms at the bottom and 10 s at the top, a decade every 25 units.
func height(d time.Duration) float64 {
	ms := max(float64(d)/float64(time.Millisecond), 1)
	return min(max(100-25*math.Log10(ms), 1), 99)
}

func latencyWords(f lab.Frame) string {
	if f.P50 == 0 {
		return "Nothing was acknowledged in the last minute."
	}
	return fmt.Sprintf("Over the last minute: median %s, 99th percentile %s.", millis(f.P50), millis(f.P99))
}
