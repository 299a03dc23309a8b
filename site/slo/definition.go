package slo

import (
	"cmp"
	"crypto/sha256"
	"math/big"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Definition is a file of objectives. It does not change after Read.
type Definition struct {
	File       string
	Service    string
	Period     Span
	Heartbeat  string // the alert that always fires, "" for none
	Least      int    // failures below which a ratio fires nothing
	Metrics    string // file of what the service exports, "" if it names none
	Windows    []Window
	Objectives []*Objective
	Panels     []Panel

	address       func(runbook string) string // of a runbook on the web, or nil
	least, period field
	flawed        bool              // something was left out
	faster        bool              // its windows are too short for tests by the minute
	sum           [sha256.Size]byte // of the files
}

// Same says whether two definitions were read from the same files.
func (d *Definition) Same(other *Definition) bool {
	return d == other || d != nil && other != nil && d.sum == other.sum
}

// Place is the file of a runbook, below the root, and the heading in it: "" for none.
func (d *Definition) Place(runbook string) (file, heading string) {
	file, heading, _ = strings.Cut(runbook, "#")
	return path.Join(path.Dir(d.File), file), heading
}

// WithRunbooks is the definition with alerts that lead to addresses on the web, in the
// annotation runbook_url, and not to files.
func (d *Definition) WithRunbooks(address func(runbook string) string) *Definition {
	linked := *d
	linked.address = address
	return &linked
}

// Linked is a value of the definition that is a link, as [99.95 %](model:slo.target).
type Linked struct {
	Text, Dest string
	Line       int
}

// Links are all values that lead to somewhere. That their texts are right is for
// whoever knows what the links mean.
func (d *Definition) Links() (all []Linked) {
	fields := []field{d.least, d.period}
	for _, w := range d.Windows {
		fields = append(fields, w.share, w.long, w.short)
	}
	for _, i := range d.indicators() {
		fields = append(fields, i.target, i.bound)
	}
	for _, f := range fields {
		if m := linked.FindStringSubmatch(f.text); m != nil {
			all = append(all, Linked{m[1], m[2], f.line})
		}
	}
	return all
}

// Window is a pair of windows over which a budget must burn before somebody is told.
type Window struct {
	Name, Severity string
	Share          *big.Rat // of the budget, used up in the long window
	Long, Short    Span
	line           int
	share          field
	long, short    field
}

// Objective is what is promised.
type Objective struct {
	ID, Name string
	Line     int
	Runbook  string // file and anchor, relative to the definition
	Alert    string // the name that its alerts begin with
	Why      string // why nothing measures it, "" if something does

	Indicators []*Indicator
	windows    []string
	texts      map[string]field
}

// Kind is how an indicator is judged.
type Kind string

// The kinds of indicators.
const (
	Ratio     Kind = "ratio"
	Event     Kind = "event"
	Invariant Kind = "invariant"
	Pulse     Kind = "pulse"
	Cause     Kind = "cause"
)

// Indicator is one measurement of an objective.
type Indicator struct {
	Name string
	Line int
	Kind Kind
	Per  []string // labels that are kept apart

	Target    *big.Rat // of a ratio: the share that must be good
	Good, Bad Selector // counters of a ratio
	Histogram Selector // of a ratio: observations, good at or under Bound
	Gauge     Selector // of an event or a cause
	Below     bool     // of these: it is one below Bound rather than above
	Ahead     Span     // of a cause: judged is what the gauge comes to so much later
	Over      Span     // of such a cause: by its course over so long
	For       Span     // of a cause: it must have lasted so long
	Bound     *big.Rat // in the unit of the metric: seconds, bytes
	Counter   Selector // of an invariant or a pulse
	Alert     string   // of a cause

	objective *Objective
	target    field
	bound     field
}

// Panel is a picture of the dashboard beside those that follow from the objectives.
type Panel struct {
	Title, Unit string
	Queries     []string
	line        int
}

// field is a text of the file as it was written, and where.
type field struct {
	text string
	line int
}

// Window is a pair by its name.
func (d *Definition) window(name string) (Window, bool) {
	i := slices.IndexFunc(d.Windows, func(w Window) bool { return w.Name == name })
	if i < 0 {
		return Window{}, false
	}
	return d.Windows[i], true
}

// Burn is how many times as fast as evenly the budget is used when the pair fires.
func (d *Definition) Burn(w Window) *big.Rat {
	return new(big.Rat).Quo(new(big.Rat).Mul(w.Share, d.Period.Rat()), w.Long.Rat())
}

// threshold is the share of requests that fail when a pair fires.
func (d *Definition) threshold(w Window, i *Indicator) *big.Rat {
	return new(big.Rat).Mul(d.Burn(w), i.budget())
}

// selectors are those that it has.
func (i *Indicator) selectors() []Selector {
	return slices.DeleteFunc([]Selector{i.Good, i.Bad, i.Histogram, i.Gauge, i.Counter}, func(s Selector) bool { return s.Metric == "" })
}

// budget is the share of requests of a ratio that may fail.
func (i *Indicator) budget() *big.Rat { return new(big.Rat).Sub(big.NewRat(1, 1), i.Target) }

// requests is how many there must be in the long window.
func (d *Definition) requests(w Window, i *Indicator) *big.Int {
	return ceil(new(big.Rat).Quo(new(big.Rat).SetInt64(int64(d.Least)), d.threshold(w, i)))
}

// indicators are those of all objectives, in the order of the file.
func (d *Definition) indicators() (all []*Indicator) {
	for _, o := range d.Objectives {
		all = append(all, o.Indicators...)
	}
	return all
}

// pairs are the windows of an objective, in the order of the file.
func (d *Definition) pairs(o *Objective) (all []Window) {
	for _, w := range d.Windows {
		if slices.Contains(o.windows, w.Name) {
			all = append(all, w)
		}
	}
	return all
}

// Pages says whether an objective wakes somebody.
func (d *Definition) Pages(o *Objective) bool {
	for _, i := range o.Indicators {
		if i.Kind != Ratio && i.Kind != Cause {
			return true
		}
	}
	return slices.ContainsFunc(d.pairs(o), func(w Window) bool { return w.Severity == "page" })
}

// alert is the name of an alert of an indicator.
func (i *Indicator) alert(w Window) string {
	name := cmp.Or(i.objective.Alert, camel(i.objective.Name))
	switch i.Kind {
	case Ratio:
		return name + "Burns" + camel(w.Name)
	case Invariant:
		return cmp.Or(i.objective.Alert, name+"Broken")
	case Pulse:
		return name + "Unwatched"
	case Cause:
		return i.Alert
	}
	return name
}

// camel joins words: "Send success" becomes SendSuccess.
func camel(s string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r := []rune(word)
		out.WriteString(strings.ToUpper(string(r[:1])) + string(r[1:]))
	}
	return out.String()
}
