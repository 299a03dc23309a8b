package dashboard

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/lab"
)

// share is a moment's place on the axis, from 0 to 1.
func share(f lab.Frame, at time.Time) float64 {
	return min(max(1-f.Time.Sub(at).Seconds()/lab.Minute, 0), 1)
}

// end is the end of a band; one that lasts ends now.
func end(f lab.Frame, b lab.Band) time.Time {
	if b.To.IsZero() {
		return f.Time
	}
	return b.To
}

func bands(f lab.Frame) []bar {
	var bars []bar
	for _, b := range f.Bands {
		from, to := share(f, b.From), share(f, end(f, b))
		bars = append(bars, bar{"band", percent(from), percent(max(to-from, 0.003))})
	}
	return bars
}

func bandWords(f lab.Frame) string {
	if len(f.Bands) == 0 {
		return "Nothing was broken in the last minute."
	}
	var words []string
	for _, b := range f.Bands {
		words = append(words, fmt.Sprintf("%s %s from %.0f to %.0f seconds ago", b.Node, b.What, f.Time.Sub(b.From).Seconds(), f.Time.Sub(end(f, b)).Seconds()))
	}
	return "Broken: " + strings.Join(words, "; ") + "."
}

// elections are those of the shard's leader, whom two of the lanes have in common.
func elections(f lab.Frame, lane lab.Lane) (at []string) {
	if lane == lab.Clocked {
		return nil
	}
	for _, h := range f.Failovers {
		if x := share(f, h.Began.Add(h.Elected)); h.To != "" && x > 0 {
			at = append(at, percent(x))
		}
	}
	return at
}

// instants is what there is to say of each second, as JSON for the cursor: an
// array of texts, the oldest second first.
func instants(f lab.Frame) string {
	if len(f.Lanes) == 0 {
		return "[]"
	}
	count := len(f.Lanes[0].Seconds)
	texts := make([]string, count)
	for i := range count {
		var words []string
		for _, l := range f.Lanes {
			if i < len(l.Seconds) {
				s := l.Seconds[i]
				words = append(words, fmt.Sprintf("%s %d a second, p99 %s", l.Lane, s.Acked, latency(s.P99)))
			}
		}
		at := f.Time.Add(-time.Duration(count-i) * time.Second)
		for _, b := range f.Bands {
			if !b.From.After(at.Add(time.Second)) && !end(f, b).Before(at) {
				words = append(words, b.Node+" "+b.What)
			}
		}
		for _, e := range f.Events {
			if e.Important && !e.Time.Before(at) && e.Time.Before(at.Add(time.Second)) {
				words = append(words, e.Text)
			}
		}
		texts[i] = strings.Join(words, "; ")
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return "[]"
	}
	return string(data)
}
