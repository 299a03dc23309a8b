package model

import (
	"fmt"
	"math"
	"slices"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// flip asks at which value of one input a decision would be taken in another way:
// where a comparison, which holds for the decision as it is, changes its answer
// while all other inputs stay. It is a value like others, in the unit of the input.
type flip struct {
	name, file string
	line       int
	what, note string
	input      string
	test       *comparison
	group      *group

	found bool
	value float64
}

func (r *reader) flip(m yamlfile.Member) {
	if !namePattern.MatchString(m.Key) || hasKeyword(m.Key) {
		r.find(m.Line, "model-name", "use lower-case words joined by dots, none of them a Go keyword", "%q is no name", m.Key)
		return
	}
	if other := r.m.flips[m.Key]; other != nil {
		r.find(m.Line, "model-name", "rename one of the two", "the flip %s is in %s:%d as well", m.Key, other.file, other.line)
		return
	}
	f := &flip{name: m.Key, file: r.g.file, line: m.Line, group: r.g}
	for _, field := range m.Members {
		switch {
		case field.IsMap:
			r.find(field.Line, "model-key", "write its value on the same line", "%s of %s is a mapping", field.Key, m.Key)
		case field.Key == "what":
			f.what = field.Text
		case field.Key == "note":
			f.note = field.Text
		case field.Key == "input":
			f.input = field.Text
		case field.Key == "while":
			var err error
			if f.test, err = parseComparison(field.Text); err != nil {
				r.find(field.Line, "model-flip", "compare two formulas: cost.exact.share <= 10", "%s: %v", m.Key, err)
				return
			}
		default:
			r.find(field.Line, "model-key", "the keys of a flip are what, input, while and note", "%q is not a key of %s", field.Key, m.Key)
		}
	}
	if f.what == "" {
		r.find(m.Line, "model-what", "add \"what:\" with a few words: the decision that flips", "%s does not say what it is", m.Key)
	}
	if f.test == nil || f.input == "" {
		r.find(m.Line, "model-flip", "add input: the input that moves, and while: the comparison that holds for the decision as it is", "%s lacks one of the two", m.Key)
		return
	}
	r.m.flips[f.name] = f
	r.g.flips = append(r.g.flips, f)
}

// flipTries is how finely each direction is searched, and flipReach how far: an
// input is multiplied and divided by up to a thousand.
const (
	flipTries = 300
	flipReach = 1000
)

// flips finds every flip, after the formulas that they rest on.
func (l *linker) flips() {
	for _, g := range l.m.groups {
		for _, f := range g.flips {
			at := &entry{name: f.name, file: f.file, line: f.line}
			names := append(f.test.names(), f.input)
			broken := false
			for _, name := range names {
				if err := l.m.known(name); err != nil {
					l.find(at, "model-unknown-name", "define it as an input or a formula, or correct the name", "the flip %s: %v", f.name, err)
					broken = true
				}
				broken = broken || l.state[name] == linkBroken
			}
			if broken {
				continue
			}
			in := l.m.entries[f.input]
			if in == nil || in.expr != nil || in.value <= 0 {
				l.find(at, "model-flip", "name an input that is above nothing", "the flip %s: %s is no such input", f.name, f.input)
				continue
			}
			judgement, err := l.m.judge(f.test, l.m.evaluator(nil))
			switch {
			case err != nil:
				l.find(at, "model-flip", "compare values of one unit", "the flip %s: %v", f.name, err)
			case !judgement.Holds:
				l.find(at, "model-flip", "write the comparison that holds for the decision as it is, or take the decision up again",
					"the flip %s: %s does not hold now: %s against %s", f.name, f.test.text, judgement.Left, judgement.Right)
			case !slices.Contains(l.m.inputsOf(f.test.names()), f.input):
				l.find(at, "model-flip", "name an input that the comparison rests on", "the flip %s: %s does not move %s", f.name, f.input, f.test.text)
			default:
				f.find(l.m, in)
			}
		}
	}
}

// find looks in both directions and keeps the nearer place.
func (f *flip) find(m *Model, in *entry) {
	p, runs, err := m.compile(f.test.left, f.test.right)
	if err != nil {
		return
	}
	leftScale, rightScale := m.scales(f.test)
	slot := p.inputs[f.input]
	holdsAt := func(factor float64) bool {
		values := slices.Clone(p.base)
		values[slot] = in.value * factor
		p.compute(values)
		return holds(f.test.op, runs[0](values)*leftScale, runs[1](values)*rightScale)
	}
	best := math.Inf(1)
	for _, direction := range []float64{1, -1} {
		far := math.Log(flipReach) * direction
		if in.unit.text == "%" && direction > 0 {
			far = math.Log(max(1, 1/in.value)) // of a share there is no more than all
		}
		for i := 1; i <= flipTries; i++ {
			inside, outside := far*float64(i-1)/flipTries, far*float64(i)/flipTries
			if holdsAt(math.Exp(outside)) {
				continue
			}
			for range 60 {
				if middle := (inside + outside) / 2; holdsAt(math.Exp(middle)) {
					inside = middle
				} else {
					outside = middle
				}
			}
			if math.Abs(outside) < best {
				best, f.found, f.value = math.Abs(outside), true, in.value*math.Exp(outside)
			}
			break
		}
	}
}

// scales are what the sides of a comparison are multiplied with where one is a
// number alone, which is read in the unit of the other: see judge.
func (m *Model) scales(c *comparison) (left, right float64) {
	left, right = 1, 1
	value := func(x *expr) quantity {
		q, _ := x.eval(m.evaluator(nil).value)
		return q
	}
	if l, r := value(c.left), value(c.right); len(c.right.names) == 0 && len(r.dims) == 0 {
		u, _ := m.written(c.left, l)
		right = u.factor
	} else if len(c.left.names) == 0 && len(l.dims) == 0 {
		u, _ := m.written(c.right, r)
		left = u.factor
	}
	return left, right
}

// forms writes the value as in prose.
func (f *flip) forms(m *Model) (number, full string, ok bool) {
	in := m.entries[f.input]
	if in == nil || !f.found {
		return "", "", false
	}
	number, full = formatQuantity(f.value, 3, in.unit)
	return number, full, true
}

type flipView struct {
	ID, What, Note, Input, Href string
	While                       []piece
	WhileRight                  []piece
	Op                          string
	Now, Value, Where           string
}

func (m *Model) flipView(at string, f *flip) flipView {
	v := flipView{ID: f.name, What: f.what, Note: f.note, While: m.pieces(at, f.test.left), WhileRight: m.pieces(at, f.test.right), Op: comparators[f.test.op], Input: f.input}
	in := m.entries[f.input]
	if in == nil {
		return v
	}
	v.Input, v.Href = in.what, site.Rel(at, m.place(in.name))
	_, now := formatQuantity(in.value, in.show, in.unit)
	v.Now = unbroken(now)
	_, value, ok := f.forms(m)
	switch {
	case !ok:
		v.Value, v.Where = "never", fmt.Sprintf("not between a thousandth and %s times its value", grouped(flipReach))
		if in.unit.text == "%" {
			v.Where = "at no share"
		}
	case !in.ranged:
		v.Value = unbroken(value)
	case f.value < in.low || f.value > in.high:
		v.Value, v.Where = unbroken(value), "outside its range"
	default:
		v.Value, v.Where = unbroken(value), "within its range"
	}
	return v
}
