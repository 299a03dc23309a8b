package slo

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// tests writes tests of the rules for promtool, from the same definition. Each pair of
// windows of each ratio is tried with time series of its own: an outage fires by the
// time that the pair promises, and not before; the alert ends within the short window
// after a recovery; failures at half the budget fire nothing, ever; and where few
// send, all of them may fail without waking anybody. Events, invariants and pulses are
// tried from both sides of their bound.
//
// Rules is the name of the file with the objective's rules, as promtool finds it. There
// is a file of tests for each pair, since all tests of a file are evaluated at one
// interval, and days by the minute would take minutes; what has no pair is under "".
func (d *Definition) tests(o *Objective, rules string) map[string]testFile {
	all := make(map[string]testFile)
	named := make(map[string]int)
	for _, i := range o.Indicators {
		for _, a := range d.alerts(i) {
			named[a.rule.Alert]++
		}
	}
	add := func(pair string, step Span, tries ...ruleTry) {
		file, ok := all[pair]
		if !ok {
			file = testFile{RuleFiles: []string{rules}, Interval: step.String()}
		}
		file.Tests = append(file.Tests, tries...)
		all[pair] = file
	}
	for _, i := range o.Indicators {
		for _, a := range d.alerts(i) {
			alone := func(tries ...ruleTry) []ruleTry {
				for n := range tries {
					if named[a.rule.Alert] > 1 {
						tries[n] = tries[n].alone(i)
					}
				}
				return tries
			}
			switch i.Kind {
			case Ratio:
				add(a.window.Name, a.window.step(), alone(d.ratioTests(a)...)...)
			case Event:
				add("", minute, alone(eventTest(a))...)
			case Cause:
				add("", minute, alone(causeTest(a))...)
			case Invariant:
				add("", minute, alone(d.invariantTest(a))...)
			case Pulse:
				add("", minute, alone(d.pulseTest(a))...)
			}
		}
	}
	return all
}

// step is the time between two samples of a test: some lie in the short window.
func (w Window) step() Span { return max(w.Short/6/minute*minute, minute) }

type (
	testFile struct {
		RuleFiles []string  `yaml:"rule_files"`
		Interval  string    `yaml:"evaluation_interval"`
		Tests     []ruleTry `yaml:"tests"`
	}
	ruleTry struct {
		Name     string      `yaml:"name"`
		Interval string      `yaml:"interval"`
		Series   []input     `yaml:"input_series"`
		Alerts   []alertTest `yaml:"alert_rule_test,omitempty"`
		Queries  []queryTest `yaml:"promql_expr_test,omitempty"`
	}
	input struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	alertTest struct {
		At    string  `yaml:"eval_time"`
		Alert string  `yaml:"alertname"`
		Fires []fired `yaml:"exp_alerts"`
	}
	fired struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	}
)

type (
	queryTest struct {
		Query   string   `yaml:"expr"`
		At      string   `yaml:"eval_time"`
		Samples []sample `yaml:"exp_samples"`
	}
	sample struct {
		Labels string `yaml:"labels"`
		Value  int    `yaml:"value"`
	}
)

// alone asks for the alerts of one indicator only. A test of alerts sees all of a name,
// and another indicator of the objective may fire under it on the same series.
func (t ruleTry) alone(i *Indicator) ruleTry {
	for _, a := range t.Alerts {
		own := Selector{"ALERTS", []Matcher{{"alertname", "=", a.Alert}, {"alertstate", "=", "firing"}, {"sli", "=", i.Name}}}
		q := queryTest{Query: own.String(), At: a.At, Samples: []sample{}}
		for _, f := range a.Fires {
			s := Selector{"ALERTS", own.Matchers[:2:2]}
			for _, label := range slices.Sorted(maps.Keys(f.Labels)) {
				s.Matchers = append(s.Matchers, Matcher{label, "=", f.Labels[label]})
			}
			q.Samples = append(q.Samples, sample{s.String(), 1})
		}
		t.Queries = append(t.Queries, q)
	}
	t.Alerts = nil
	return t
}

const minute = Span(60_000)

// stretch is a time in which counters grow evenly: a step's requests, and what share of
// them fails.
type stretch struct {
	steps    int64
	requests int64
	bad      *big.Rat
}

// counters writes stretches as series of an indicator.
func (i *Indicator) counters(all ...stretch) []input {
	good, bad := newCounter(), newCounter()
	for _, s := range all {
		failing := new(big.Rat).Mul(s.bad, big.NewRat(s.requests, 1))
		bad.grow(failing, s.steps)
		good.grow(new(big.Rat).Sub(big.NewRat(s.requests, 1), failing), s.steps)
	}
	if i.Histogram.Metric == "" {
		return []input{{i.example(i.Good).String(), good.String()}, {i.example(i.Bad).String(), bad.String()}}
	}
	total := newCounter()
	for _, s := range all {
		total.grow(big.NewRat(s.requests, 1), s.steps)
	}
	h := i.example(i.Histogram)
	return []input{{h.suffixed("_bucket").with(Matcher{"le", "=", decimal(i.Bound)}), good.String()}, {h.suffixed("_count").String(), total.String()}}
}

// apart gives a value to the labels that are kept apart, as far as a series has none.
func (i *Indicator) apart(s Selector) Selector {
	for _, label := range i.Per {
		if !slices.ContainsFunc(s.Matchers, func(m Matcher) bool { return m.Label == label }) {
			s.Matchers = append(slices.Clone(s.Matchers), Matcher{label, "=", "a"})
		}
	}
	return s
}

// example is a series of a selector, with the labels that are kept apart.
func (i *Indicator) example(s Selector) Selector {
	e, err := s.example()
	if err != nil {
		panic(err) // Read has refused it
	}
	return i.apart(e)
}

// labels are those of an alert in a test that follow from its series.
func (i *Indicator) labels() (all []Matcher) {
	for _, m := range i.example(i.selectors()[0]).Matchers { // those of what is good, in a ratio
		if slices.Contains(i.Per, m.Label) {
			all = append(all, m)
		}
	}
	return all
}

// counter is a series in promtool's notation.
type counter struct {
	at   *big.Rat
	text []string
}

func newCounter() *counter { return &counter{new(big.Rat), []string{"0"}} }

func (c *counter) grow(by *big.Rat, steps int64) {
	if steps <= 0 {
		return
	}
	sign, size := "+", new(big.Rat).Abs(by)
	if by.Sign() < 0 {
		sign = "-"
	}
	c.text = append(c.text, fmt.Sprintf("%s%s%sx%d", decimal(new(big.Rat).Add(c.at, by)), sign, decimal(size), steps-1))
	c.at.Add(c.at, new(big.Rat).Mul(by, big.NewRat(steps, 1)))
}

func (c *counter) String() string { return strings.Join(c.text, " ") }

// ratioTests try one pair of windows.
func (d *Definition) ratioTests(a alert) []ruleTry {
	i, w, step := a.indicator, a.window, a.window.step()
	threshold := d.threshold(w, i)
	long, short := int64(w.Long/step), int64(max(w.Short/step, 1))
	enough := new(big.Int).Quo(d.requests(w, i), big.NewInt(long)).Int64()*4 + 100 // a step, well above the least
	none, one := new(big.Rat), big.NewRat(1, 1)
	half := new(big.Rat).Quo(i.budget(), big.NewRat(2, 1))
	at := func(fires bool, steps int64) alertTest { return expect(a, fires, steps*int64(step/minute)) }

	// After a clean long window a total outage reaches the threshold after that share of
	// it; two steps more are the first sample and the evaluation.
	by := ceil(new(big.Rat).Mul(threshold, big.NewRat(long, 1))).Int64() + 2
	name, interval := a.rule.Alert+", "+i.Name+": ", step.String()
	tries := []ruleTry{{
		Name: name + "an outage fires, and a recovery ends it", Interval: interval,
		Series: i.counters(stretch{long, enough, none}, stretch{by, enough, one}, stretch{short + 4, enough, none}),
		Alerts: []alertTest{at(false, long), at(true, long+by), at(false, long+by+short+2)},
	}, {
		Name: name + "half the budget fires nothing", Interval: interval,
		Series: i.counters(stretch{long + 5, enough, half}),
		Alerts: []alertTest{at(false, short), at(false, long), at(false, long+5)},
	}}
	if least := d.requests(w, i).Int64(); least > long+1 { // one a step is too few
		tries = append(tries, ruleTry{
			Name: name + "where few send, all may fail", Interval: interval,
			Series: i.counters(stretch{long, 1, one}),
			Alerts: []alertTest{at(false, short), at(false, long)},
		})
	}
	return tries
}

func (d *Definition) invariantTest(a alert) ruleTry {
	long := minutes(d.pageWindow(func(w Window) Span { return w.Long }))
	fire, quiet := tells(a)
	series := a.indicator.example(a.indicator.Counter).String()
	return ruleTry{Name: a.rule.Alert + ", " + a.indicator.Name + ": one breach pages, and is shown for the whole window", Interval: "1m",
		Series: []input{{series, fmt.Sprintf("0x10 1x%d", 2*long)}},
		Alerts: []alertTest{quiet(10), fire(12), fire(10 + long - 1), quiet(10 + long + 2)}}
}

func (d *Definition) pulseTest(a alert) ruleTry {
	short := minutes(d.pageWindow(func(w Window) Span { return w.Short }))
	fire, quiet := tells(a)
	series := a.indicator.example(a.indicator.Counter).String()
	return ruleTry{Name: a.rule.Alert + ", " + a.indicator.Name + ": whoever watches may not sleep", Interval: "1m",
		Series: []input{{series, fmt.Sprintf("0+5x30 150x%d 151+5x30", 4*short)}},
		Alerts: []alertTest{quiet(29), quiet(30 + short), fire(30 + 2*short + 2), quiet(30 + 4*short + 5)}}
}

func eventTest(a alert) ruleTry {
	i := a.indicator
	step := big.NewRat(1, 1000)
	beyond, within := new(big.Rat).Add(i.Bound, step), new(big.Rat).Set(i.Bound)
	if i.Below {
		beyond.Sub(i.Bound, step)
	}
	series := i.example(i.Gauge).String()
	fire, quiet := tells(a)
	return ruleTry{Name: a.rule.Alert + ", " + i.Name + ": beyond its bound, and no longer", Interval: "1m",
		Series: []input{{series, fmt.Sprintf("%sx5 %sx5 %sx5", decimal(within), decimal(beyond), decimal(within))}},
		Alerts: []alertTest{quiet(4), fire(7), quiet(13)}}
}

// causeTest tries a cause beyond its bound for as long as it waits, and a minute less. One
// that looks ahead is tried by a gauge that goes to its bound for a while and stands still
// before it has come there; when exactly its line meets the bound is not tried.
func causeTest(a alert) ruleTry {
	i := a.indicator
	wait, ahead, over := int64(i.For/minute), int64(i.Ahead/minute), int64(i.Over/minute)
	fire, quiet := tells(a)
	away := big.NewRat(1, 1) // from what the bound allows
	if i.Below {
		away.Neg(away)
	}
	try := ruleTry{Name: a.rule.Alert + ", " + i.Name + ": when it has lasted, and no longer", Interval: "1m"}
	series := i.example(i.Gauge).String()
	if ahead == 0 {
		beyond := new(big.Rat).Add(i.Bound, new(big.Rat).Mul(away, big.NewRat(1, 1000)))
		within := decimal(i.Bound)
		try.Series = []input{{series, fmt.Sprintf("%sx5 %sx%d %sx5", within, decimal(beyond), wait+4, within)}}
		try.Alerts = []alertTest{quiet(5 + wait), fire(5 + wait + 2), quiet(5 + wait + 4 + 4)}
		return try
	}
	// A line of one a minute reaches the bound within ahead from here on.
	start := new(big.Rat).Sub(i.Bound, new(big.Rat).Mul(away, big.NewRat(ahead, 1)))
	course := newCounter()
	course.at, course.text = start, []string{fmt.Sprintf("%sx%d", decimal(start), over)}
	course.grow(away, over+wait+2)
	course.text = append(course.text, fmt.Sprintf("%sx%d", decimal(course.at), over+2))
	try.Series = []input{{series, course.String()}}
	try.Alerts = []alertTest{quiet(over), fire(2*over + wait + 2), quiet(3*over + wait + 4)}
	return try
}

// expect is what promtool must see of an alert at a minute.
func expect(a alert, fires bool, at int64) alertTest {
	t := alertTest{At: strconv.FormatInt(at, 10) + "m", Alert: a.rule.Alert, Fires: []fired{}}
	if !fires {
		return t
	}
	labels := maps.Clone(a.rule.Labels)
	for _, m := range a.indicator.labels() {
		labels[m.Label] = m.Value
	}
	t.Fires = append(t.Fires, fired{labels, a.rule.Annotations})
	return t
}

func tells(a alert) (fire, quiet func(minute int64) alertTest) {
	return func(at int64) alertTest { return expect(a, true, at) }, func(at int64) alertTest { return expect(a, false, at) }
}

func minutes(s Span) int64 { return int64(max(s/minute, 1)) }
