package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// assertion is a comparison that must hold: what the design says of itself in
// numbers, so that a change of one input cannot make it false in silence.
type assertion struct {
	name string
	file string
	line int
	what string // what it means that it holds
	note string
	test *comparison

	verdict Judgement
	broken  bool // its operands cannot be computed
}

func (a *assertion) anchor() string { return "assert." + a.name }

func (r *reader) assertion(m yamlfile.Member) {
	if !namePattern.MatchString(m.Key) || hasKeyword(m.Key) {
		r.find(m.Line, "model-name", "use lower-case words joined by dots, none of them a Go keyword", "%q is no name", m.Key)
		return
	}
	for _, g := range r.m.groups {
		for _, other := range g.asserts {
			if other.name == m.Key {
				r.find(m.Line, "model-name", "rename one of the two", "the assertion %s is in %s:%d as well", m.Key, other.file, other.line)
				return
			}
		}
	}
	a := &assertion{name: m.Key, file: r.g.file, line: m.Line}
	for _, field := range m.Members {
		switch {
		case field.Key == "what" && !field.IsMap:
			a.what = field.Text
		case field.Key == "note" && !field.IsMap:
			a.note = field.Text
		case field.Key == "assert" && !field.IsMap:
			var err error
			if a.test, err = parseComparison(field.Text); err != nil {
				r.find(field.Line, "model-assert", "compare two formulas: zones.lost_utilisation <= 100", "%s: %v", m.Key, err)
				return
			}
			a.line = field.Line
		default:
			r.find(field.Line, "model-key", "the keys of an assertion are what, assert and note", "%q is not a key of %s", field.Key, m.Key)
		}
	}
	if a.what == "" {
		r.find(m.Line, "model-what", "add \"what:\" with a sentence: what the design promises by it", "%s does not say what it means", m.Key)
	}
	if a.test == nil {
		r.find(m.Line, "model-assert", "add assert: with a comparison", "%s asserts nothing", m.Key)
		return
	}
	r.g.asserts = append(r.g.asserts, a)
}

// asserts judges every assertion, after the formulas that it rests on. One whose
// operands have a fault is not judged: the fault is a finding already.
func (l *linker) asserts() {
	for _, g := range l.m.groups {
		for _, a := range g.asserts {
			at := &entry{name: a.name, file: a.file, line: a.line}
			for _, name := range a.test.names() {
				if err := l.m.known(name); err != nil {
					l.find(at, "model-unknown-name", "define it as an input or a formula, or correct the name", "the assertion %s: %v", a.name, err)
					a.broken = true
					continue
				}
				if operand := l.m.entries[name]; operand != nil {
					operand.users = append(operand.users, a.anchor())
					a.broken = a.broken || l.state[name] == linkBroken
				}
			}
			if a.broken {
				continue
			}
			var err error
			if a.verdict, err = l.m.judge(a.test, l.m.evaluator(nil)); err != nil {
				l.find(at, "model-assert", "compare values of one unit", "the assertion %s: %v", a.name, err)
				a.broken = true
			} else if !a.verdict.Holds {
				l.find(at, "assertion-broken", a.mend(l.m), "%s is not so: %s, and should be %s %s",
					strings.TrimSuffix(a.what, "."), said(a.test.left, a.verdict.Left), a.verdict.Op, said(a.test.right, a.verdict.Right))
			}
		}
	}
}

// said is a side with its value; a number alone is its value.
func said(side *expr, value string) string {
	if len(side.names) == 0 {
		return value
	}
	return side.text + " is " + value
}

// mend names the inputs that the two sides rest on, first what moves them most: one
// of them was changed, or the promise has to be.
func (a *assertion) mend(m *Model) string {
	inputs := m.inputsOf(a.test.names())
	if p, runs, err := m.compile(a.test.left, a.test.right); err == nil {
		ratio := func(values []float64) float64 {
			p.compute(values)
			return runs[0](values) / runs[1](values)
		}
		base, moves := ratio(slices.Clone(p.base)), map[string]float64{}
		for name, slot := range p.inputs {
			// A tenth, since whole machines do not answer to less.
			values := slices.Clone(p.base)
			values[slot] *= 1.1
			moves[name] = math.Abs(ratio(values) - base)
		}
		slices.SortStableFunc(inputs, func(x, y string) int { return cmp.Compare(moves[y], moves[x]) })
	}
	const most = 6
	if len(inputs) > most {
		inputs = append(inputs[:most], fmt.Sprintf("%d more", len(inputs)-most))
	}
	return "change one of the inputs that it rests on (" + strings.Join(inputs, ", ") + ") or the design, or assert what is true"
}

// inputsOf are the inputs below the named values, by name.
func (m *Model) inputsOf(names []string) (inputs []string) {
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		e := m.entries[name]
		if seen[name] || e == nil {
			return
		}
		seen[name] = true
		if e.expr == nil {
			inputs = append(inputs, name)
			return
		}
		for _, operand := range e.expr.names {
			visit(operand)
		}
	}
	for _, name := range names {
		visit(name)
	}
	slices.Sort(inputs)
	return inputs
}

// Assertions counts those that were judged.
func (m *Model) Assertions() (n int) {
	for _, g := range m.groups {
		for _, a := range g.asserts {
			if !a.broken {
				n++
			}
		}
	}
	return n
}

// assertView is an assertion on the model's page.
type assertView struct {
	ID, Href, What, Note      string
	Left, Right               []piece
	LeftValue, Op, RightValue string
	Distance                  string
	Holds                     bool
}

func (m *Model) assertView(at string, a *assertion) assertView {
	v := assertView{ID: a.anchor(), Href: site.Rel(at, m.place(a.anchor())), What: a.what, Note: a.note, Left: m.pieces(at, a.test.left), Right: m.pieces(at, a.test.right), Op: comparators[a.test.op], Holds: a.verdict.Holds,
		LeftValue: unbroken(a.verdict.Left), RightValue: unbroken(a.verdict.Right), Distance: a.margin()}
	if a.broken {
		v.LeftValue, v.RightValue, v.Distance = "", "", "it cannot be computed"
	}
	return v
}

// margin is the distance of the two sides in words.
func (a *assertion) margin() string {
	switch {
	case a.verdict.Way == 0:
		return ""
	case a.verdict.Way >= 1-1e-9:
		return "the two are equal"
	case a.verdict.Holds:
		return formatNumber(100*(1-a.verdict.Way), 2) + " % to spare"
	}
	return formatNumber(100*(1/a.verdict.Way-1), 2) + " % beyond"
}
