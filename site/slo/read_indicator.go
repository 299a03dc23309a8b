package slo

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"lockstep/site/yamlfile"
)

func (r *reader) indicator(o *Objective, m yamlfile.Member) {
	i := &Indicator{Name: m.Key, Line: m.Line, objective: o}
	before := len(r.findings)
	has := make(map[string]bool)
	for _, f := range m.Members {
		if !r.known("an indicator", f, indicatorKeys...) {
			continue
		}
		has[f.Key] = true
		var err error
		switch f.Key {
		case "per":
			i.Per = strings.Fields(strings.ReplaceAll(f.Text, ",", " "))
			err = separable(i.Per)
		case "target":
			i.Target, err = parseShare(f.Text)
			i.target = field{f.Text, f.At}
		case "under", "above", "below":
			i.Bound, err = parseBound(f.Text)
			i.bound, i.Below = field{f.Text, f.At}, f.Key == "below"
		case "good":
			i.Good, err = parseSelector(f.Text)
		case "bad":
			i.Bad, err = parseSelector(f.Text)
		case "histogram":
			i.Histogram, err = parseSelector(f.Text)
		case "gauge":
			i.Gauge, err = parseSelector(f.Text)
		case "breach", "pulse":
			i.Counter, err = parseSelector(f.Text)
		case "cause":
			if i.Alert = f.Text; !alertName.MatchString(f.Text) {
				err = fmt.Errorf("%q is no name of an alert: write letters, as DiskFills", f.Text)
			}
		case "ahead":
			i.Ahead, err = parseMinutes(f.Text)
		case "over":
			i.Over, err = parseMinutes(f.Text)
		case "for":
			i.For, err = parseMinutes(f.Text)
		}
		r.wrong(f, err)
	}
	if len(r.findings) > before {
		return
	}
	may := []string{"per"}
	if has["cause"] {
		may = append(may, "for")
	}
	only := func(keys ...string) bool {
		for key := range has {
			if !slices.Contains(may, key) && !slices.Contains(keys, key) {
				return false
			}
		}
		for _, key := range keys {
			if !has[key] {
				return false
			}
		}
		return true
	}
	switch {
	case only("target", "good", "bad"), only("target", "histogram", "under"):
		i.Kind = Ratio
		if len(o.windows) == 0 {
			r.find(m.Line, "objective", "write windows: in "+o.ID+" and the names of pairs", "%s of %s is a ratio, and %s has no windows", i.Name, o.ID, o.ID)
		}
		for _, w := range r.d.pairs(o) {
			if x := r.d.threshold(w, i); x.Cmp(big.NewRat(1, 1)) >= 0 {
				r.find(m.Line, "objective", "give it windows with a smaller share, or a longer one", "%s of %s can never fire over %s: more than all requests would have to fail, %s", i.Name, o.ID, w.Long, percent(x))
				return
			}
		}
	case only("gauge", "above"), only("gauge", "below"):
		i.Kind = Event
	case only("cause", "gauge", "above"), only("cause", "gauge", "below"), only("cause", "gauge", "above", "ahead", "over"), only("cause", "gauge", "below", "ahead", "over"):
		i.Kind = Cause
	case only("breach"):
		i.Kind = Invariant
	case only("pulse"):
		i.Kind = Pulse
	default:
		r.find(m.Line, "objective", "a ratio has target with good and bad, or with histogram and under; an event has gauge with above or below, and a cause the same with cause, with or without for, or ahead with over; an invariant has breach; a pulse has pulse", "%s of %s is no kind of indicator", i.Name, o.ID)
		return
	}
	for _, s := range i.selectors() {
		if _, err := s.example(); err != nil {
			r.find(m.Line, "objective", "correct the matchers", "%s of %s: %v", i.Name, o.ID, err)
			return
		}
	}
	if has["good"] {
		r.apart(o, i)
	}
	o.Indicators = append(o.Indicators, i)
}

// alertName keeps names of alerts to what Prometheus' query language takes for one.
var alertName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// separable says why labels cannot be kept apart.
func separable(labels []string) error {
	for _, l := range labels {
		switch {
		case !labelName.MatchString(l):
			return fmt.Errorf("%q is no name of a label", l)
		case slices.Contains([]string{"slo", "sli", "service", "severity"}, l):
			return fmt.Errorf("the rules set the label %s themselves, and a series' own would be lost", l)
		}
	}
	return nil
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// apart reports counters that count the same thing as good and as bad.
func (r *reader) apart(o *Objective, i *Indicator) {
	for _, pair := range [][2]Selector{{i.Good, i.Bad}, {i.Bad, i.Good}} {
		e, _ := pair[0].example()
		labels := make(map[string]string)
		for _, m := range e.Matchers {
			labels[m.Label] = m.Value
		}
		if e.Metric == pair[1].Metric && pair[1].Matches(labels) {
			r.find(i.Line, "objective", "give them labels that exclude one another", "%s of %s counts %s as good and as bad", i.Name, o.ID, e)
			return
		}
	}
}
