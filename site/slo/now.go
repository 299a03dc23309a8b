package slo

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// Now is what the counters of a running service say of one indicator, since its
// processes started. It is no verdict over a period: that is for the rules.
type Now struct {
	Indicator string `json:"indicator"` // as the table of alerts names it: "SLO-4, node"
	Text      string `json:"text"`
	Holds     bool   `json:"holds"` // what was counted is within the target
	Known     bool   `json:"known"` // something was counted
}

// Now judges the answers that processes of the service gave at /metrics, all together,
// and gives one entry an indicator, in the order of the file.
func (d *Definition) Now(answers []*Metrics) []Now {
	all := make([]Now, 0, len(d.indicators()))
	for _, i := range d.indicators() {
		n := Now{Indicator: i.watched()}
		switch i.Kind {
		case Ratio:
			n.ratio(i, answers)
		case Event, Cause:
			n.event(i, answers)
		case Invariant, Pulse:
			sum, known := 0.0, false
			for value := range series(answers, i.Counter) {
				sum, known = sum+value, true
			}
			switch {
			case !known:
				n.Text = nobody
			case i.Kind == Invariant:
				n.Text, n.Holds, n.Known = fmt.Sprintf("%.0f breaches", sum), sum == 0, true
			default:
				n.Text, n.Holds, n.Known = fmt.Sprintf("%.0f seen", sum), sum > 0, sum > 0
			}
		}
		all = append(all, n)
	}
	return all
}

// What is said where no process that was asked counts what an indicator needs, and where
// all that do have counted nothing.
const nobody, nothing = "not counted here", "nothing yet"

// watched is an indicator as the table of alerts names it.
func (i *Indicator) watched() string { return i.objective.ID + ", " + i.Name }

// counted are the good requests and all of them. There says whether anybody counts.
func (i *Indicator) counted(answers []*Metrics) (good, total float64, there bool) {
	if i.Histogram.Metric == "" {
		for value := range series(answers, i.Good) {
			good, there = good+value, true
		}
		total = good
		for value := range series(answers, i.Bad) {
			total, there = total+value, true
		}
		return good, total, there
	}
	bound, _ := i.Bound.Float64()
	for m := range selected(answers, i.Histogram) {
		total, there = total+float64(m.GetHistogram().GetSampleCount()), true
		for _, b := range m.GetHistogram().GetBucket() {
			if b.GetUpperBound() == bound {
				good += float64(b.GetCumulativeCount())
			}
		}
	}
	return good, total, there
}

func (n *Now) ratio(i *Indicator, answers []*Metrics) {
	good, total, there := i.counted(answers)
	if total == 0 {
		if n.Text = nobody; there {
			n.Text = nothing
		}
		return
	}
	// Rounded down: what lacks one of a million is not all of it.
	share := math.Floor(good/total*100_000) / 1000
	n.Text, n.Known = fmt.Sprintf("%g %% of %.0f", share, total), true
	n.Holds = new(big.Rat).SetFloat64(good/total).Cmp(i.Target) >= 0
}

func (n *Now) event(i *Indicator, answers []*Metrics) {
	bound, _ := i.Bound.Float64()
	worst := math.NaN()
	for value := range series(answers, i.Gauge) {
		if n.Known = true; math.IsNaN(worst) || value > worst != i.Below {
			worst = value
		}
	}
	if !n.Known {
		n.Text = nobody
		return
	}
	n.Text = strconv.FormatFloat(worst, 'f', -1, 64)
	if math.Abs(worst) < 1000 {
		n.Text = fmt.Sprintf("%.3g", worst)
	}
	if strings.HasSuffix(i.Gauge.Metric, "_seconds") {
		n.Text += " s"
	}
	n.Holds = worst <= bound && !i.Below || worst >= bound && i.Below
}

// selected are the series of a selector in all answers.
func selected(answers []*Metrics, s Selector) func(yield func(*dto.Metric) bool) {
	return func(yield func(*dto.Metric) bool) {
		for _, a := range answers {
			for _, m := range a.families[s.Metric].GetMetric() {
				labels := make(map[string]string, len(m.GetLabel()))
				for _, l := range m.GetLabel() {
					labels[l.GetName()] = l.GetValue()
				}
				if s.Matches(labels) && !yield(m) {
					return
				}
			}
		}
	}
}

// series are the values of the counters or gauges of a selector.
func series(answers []*Metrics, s Selector) func(yield func(float64) bool) {
	return func(yield func(float64) bool) {
		for m := range selected(answers, s) {
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue()
			if !yield(value) {
				return
			}
		}
	}
}
