package slo

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// Rules writes the recording and alerting rules of the definition, as Prometheus reads
// them. An alert carries the labels severity, slo, sli and service, and leads to its
// runbook.
//
// Names of recording rules are level:metric:operation, as Prometheus' practice has it.
func (d *Definition) Rules() []byte {
	file := ruleFile{}
	for _, o := range d.Objectives {
		file.add(d.group(o))
	}
	file.add(d.heartbeat())
	return d.yaml("rules", file)
}

// group are the rules of one objective.
func (d *Definition) group(o *Objective) ruleGroup {
	group := ruleGroup{Name: d.Service + " " + o.ID}
	for _, i := range o.Indicators {
		if i.Kind == Ratio {
			group.Rules = append(group.Rules, d.recordings(i)...)
		}
	}
	for _, i := range o.Indicators {
		for _, a := range d.alerts(i) {
			group.Rules = append(group.Rules, a.rule)
		}
	}
	return group
}

func (d *Definition) heartbeat() (group ruleGroup) {
	if d.Heartbeat == "" {
		return group
	}
	return ruleGroup{Name: d.Service + " heartbeat", Rules: []rule{{Alert: d.Heartbeat, Expr: "vector(1)",
		Labels:      map[string]string{"severity": "heartbeat", "service": d.Service},
		Annotations: map[string]string{"summary": "Always fires: whoever stops hearing it knows that the alerts do not work."}}}}
}

func (f *ruleFile) add(group ruleGroup) {
	if len(group.Rules) > 0 {
		f.Groups = append(f.Groups, group)
	}
}

type (
	ruleFile struct {
		Groups []ruleGroup `yaml:"groups"`
	}
	ruleGroup struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	}
	rule struct {
		Record      string            `yaml:"record,omitempty"`
		Alert       string            `yaml:"alert,omitempty"`
		Expr        string            `yaml:"expr"`
		For         string            `yaml:"for,omitempty"`
		Labels      map[string]string `yaml:"labels,omitempty"`
		Annotations map[string]string `yaml:"annotations,omitempty"`
	}
)

// yaml writes a file that says where it comes from.
func (d *Definition) yaml(what string, content any) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Made from %s by: lockstep slo %s\n", d.File, what)
	if err := yaml.NewEncoder(&out, yaml.UseLiteralStyleIfMultiline(true)).Encode(content); err != nil {
		panic(err) // texts, numbers and lists of them are always YAML
	}
	return out.Bytes()
}

// of are the labels of an indicator's series.
func (d *Definition) of(i *Indicator) map[string]string {
	return map[string]string{"slo": i.objective.ID, "sli": i.Name, "service": d.Service}
}

func chosen(labels map[string]string) string {
	return fmt.Sprintf("{slo=%q,sli=%q}", labels["slo"], labels["sli"])
}

// sum adds what a function of a window makes of series, apart by the labels of the
// indicator.
func (i *Indicator) sum(function, series string, window Span) string {
	return fmt.Sprintf("sum%s (%s(%s[%s]))", i.by(), function, series, window)
}

// by keeps the labels of the indicator in a sum.
func (i *Indicator) by() string {
	if len(i.Per) == 0 {
		return ""
	}
	return " by (" + strings.Join(i.Per, ", ") + ")"
}

// parts are the requests of a window that were not good, and all of them. A counter
// that has no series is as one that stands still.
func (i *Indicator) parts(function string, window Span) (bad, all string) {
	if i.Histogram.Metric != "" {
		all = i.sum(function, i.Histogram.suffixed("_count").String(), window)
		return fmt.Sprintf("(%s - %s)", all, i.sum(function, i.Histogram.suffixed("_bucket").with(i.le()), window)), all
	}
	good, bad := i.sum(function, i.Good.String(), window), i.sum(function, i.Bad.String(), window)
	bad = fmt.Sprintf("(%s or 0 * %s)", bad, good)
	return bad, fmt.Sprintf("(%s + (%s or 0 * %s))", bad, good, bad)
}

// le chooses the bucket of a bound. Prometheus 3 writes whole numbers as 1.0.
func (i *Indicator) le() Matcher {
	if i.Bound.IsInt() {
		return Matcher{"le", "=~", decimal(i.Bound) + `(\.0)?`}
	}
	return Matcher{"le", "=", decimal(i.Bound)}
}

func (d *Definition) recordings(i *Indicator) (all []rule) {
	done := make(map[Span]bool)
	ratio := func(window Span) {
		if done[window] {
			return
		}
		done[window] = true
		bad, total := i.parts("rate", window)
		all = append(all, rule{Record: "slo:bad:ratio_rate" + window.String(), Expr: bad + "\n/\n" + total, Labels: d.of(i)})
	}
	for _, w := range d.pairs(i.objective) {
		ratio(w.Short)
		ratio(w.Long)
		_, total := i.parts("increase", w.Long)
		all = append(all, rule{Record: "slo:requests:increase" + w.Long.String(), Expr: total, Labels: d.of(i)})
	}
	ratio(d.Period)
	return append(all, rule{Record: "slo:budget_left:ratio", Labels: d.of(i),
		Expr: fmt.Sprintf("1 - slo:bad:ratio_rate%s%s / %s", d.Period, chosen(d.of(i)), decimal(i.budget()))})
}

// burns says when a pair of a ratio fires.
func (d *Definition) burns(w Window, i *Indicator, requests string) string {
	return fmt.Sprintf("more than %s of at least %s%s %s within %s, and within %s", percent(d.threshold(w, i)), d.requests(w, i), requests, i.fails(), w.Long.words(), w.Short.words())
}

// fails says what a request does that is not good.
func (i *Indicator) fails() string {
	if i.Histogram.Metric != "" {
		return "take longer than " + value(i.bound.text)
	}
	return "fail"
}

// Alert is a rule that tells somebody, in words.
type Alert struct{ Name, Severity, Objective, Indicator, Fires, Runbook string }

// Alerts are all of them, in the order of the file.
func (d *Definition) Alerts() (all []Alert) {
	for _, i := range d.indicators() {
		for _, a := range d.alerts(i) {
			all = append(all, Alert{a.rule.Alert, a.rule.Labels["severity"], i.objective.ID, i.Name, a.fires, i.objective.Runbook})
		}
	}
	return all
}

// alert is a rule that tells somebody, and what it was made of.
type alert struct {
	rule      rule
	window    Window // of a ratio
	indicator *Indicator
	fires     string // when, in words
}

func (d *Definition) alerts(i *Indicator) (all []alert) {
	o := i.objective
	add := func(w Window, severity, expr, wait, fires string) {
		r := rule{Alert: i.alert(w), Expr: expr, For: wait, Labels: d.of(i), Annotations: map[string]string{"summary": fmt.Sprintf("%s (%s, %s): %s.", o.Name, o.ID, i.Name, fires)}}
		r.Labels["severity"] = severity
		if o.Runbook != "" {
			if d.address != nil {
				r.Annotations["runbook_url"] = d.address(o.Runbook)
			} else {
				r.Annotations["runbook"] = o.Runbook
			}
		}
		all = append(all, alert{r, w, i, fires})
	}
	switch i.Kind {
	case Ratio:
		for _, w := range d.pairs(i.objective) {
			x, series := decimal(d.threshold(w, i)), chosen(d.of(i))
			expr := fmt.Sprintf("slo:bad:ratio_rate%s%s > %s\nand slo:bad:ratio_rate%s%s > %s\nand slo:requests:increase%s%s >= %s", w.Long, series, x, w.Short, series, x, w.Long, series, d.requests(w, i))
			add(w, w.Severity, expr, "", d.burns(w, i, " requests"))
		}
	case Event:
		add(Window{}, "page", i.beyond(), "", fmt.Sprintf("%s is %s %s", i.Gauge, i.side(), value(i.bound.text)))
	case Cause:
		fires := fmt.Sprintf("%s is %s %s", i.Gauge, i.side(), value(i.bound.text))
		if i.Ahead > 0 {
			fires = fmt.Sprintf("%s will be %s %s in %s, as it went for %s", i.Gauge, i.side(), value(i.bound.text), i.Ahead.words(), i.Over.words())
		}
		wait := ""
		if i.For > 0 {
			wait, fires = i.For.String(), fires+", and that for "+i.For.words()
		}
		add(Window{}, "ticket", i.beyond(), wait, fires)
	case Invariant:
		long := d.pageWindow(func(w Window) Span { return w.Long })
		add(Window{}, "page", i.sum("increase", i.Counter.String(), long)+" > 0", "", fmt.Sprintf("%s has grown within %s", i.Counter, long.words()))
	case Pulse:
		short := d.pageWindow(func(w Window) Span { return w.Short })
		absent := "vector(0)" // where there is no series at all
		if len(i.Per) > 0 {   // beside series with labels, a vector without them would always stand still
			absent = fmt.Sprintf("0 * sum (absent_over_time(%s[%s]))", i.Counter, short)
		}
		add(Window{}, "page", fmt.Sprintf("(%s or %s) == 0", i.sum("increase", i.Counter.String(), short), absent), short.String(), fmt.Sprintf("%s has stood still for %s, and for %s more", i.Counter, short.words(), short.words()))
	}
	return all
}

// side is where a gauge must not be.
func (i *Indicator) side() string {
	if i.Below {
		return "below"
	}
	return "above"
}

// worst is the value of a gauge that is nearest to its bound or furthest beyond it: now,
// or as far ahead as a cause looks.
func (i *Indicator) worst() string {
	function, series := "max", i.Gauge.String()
	if i.Below {
		function = "min"
	}
	if i.Ahead > 0 {
		series = fmt.Sprintf("predict_linear(%s[%s], %d)", series, i.Over, int64(i.Ahead)/1000)
	}
	return fmt.Sprintf("%s%s (%s)", function, i.by(), series)
}

// beyond is true of a gauge beyond its bound.
func (i *Indicator) beyond() string {
	op := ">"
	if i.Below {
		op = "<"
	}
	return fmt.Sprintf("%s %s %s", i.worst(), op, decimal(i.Bound))
}

// pageWindow is a window of the first pair that pages: an hour or five minutes, if
// there is none.
func (d *Definition) pageWindow(of func(Window) Span) Span {
	for _, w := range d.Windows {
		if w.Severity == "page" {
			return of(w)
		}
	}
	return of(Window{Long: 3_600_000, Short: 300_000})
}

// Faster is the definition with all windows, the waits of causes and the period divided:
// rules for a rehearsal, in which an hour takes a minute. Bounds stay what they are.
func (d *Definition) Faster(by int64) *Definition {
	quick := *d
	quick.faster = true
	quick.Period /= Span(by)
	quick.Windows = make([]Window, len(d.Windows))
	for i, w := range d.Windows {
		w.Long, w.Short = w.Long/Span(by), w.Short/Span(by)
		quick.Windows[i] = w
	}
	quick.Objectives = make([]*Objective, len(d.Objectives))
	for n, o := range d.Objectives {
		objective := *o
		objective.Indicators = make([]*Indicator, len(o.Indicators))
		for m, i := range o.Indicators {
			indicator := *i
			indicator.objective = &objective
			indicator.Ahead, indicator.Over, indicator.For = i.Ahead/Span(by), i.Over/Span(by), i.For/Span(by)
			objective.Indicators[m] = &indicator
		}
		quick.Objectives[n] = &objective
	}
	return &quick
}
