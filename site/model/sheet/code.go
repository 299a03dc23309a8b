package sheet

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Code is a formula in the order in which it is computed: operands first, then what
// is done with them. As text it is words: "@3 0.5 * @4 + ceil".
type Code []Op

// Op is one step of a formula.
type Op struct {
	kind  kind
	n     int     // the cell that is taken, or how many operands a function has
	value float64 // of a number
}

type kind byte

const (
	number kind = iota
	cell
	add
	subtract
	multiply
	divide
	negate
	ceil
	floor
	round
	log2
	sqrt
	power
	least
	most
)

// words are how the kinds are written, but for numbers and cells.
var words = map[kind]string{add: "+", subtract: "-", multiply: "*", divide: "/", negate: "neg", ceil: "ceil", floor: "floor",
	round: "round", log2: "log2", sqrt: "sqrt", power: "pow", least: "min", most: "max"}

// kinds are the words the other way.
var kinds = func() map[string]kind {
	all := make(map[string]kind, len(words))
	for k, word := range words {
		all[word] = k
	}
	return all
}()

// Number is the step that gives a number.
func Number(v float64) Op { return Op{value: v} }

// Take is the step that gives the value of a cell.
func Take(i int) Op { return Op{kind: cell, n: i} }

// Call is the step that does what a word says with n operands. It is false for a
// word that is none.
func Call(word string, n int) (Op, bool) {
	k, ok := kinds[word]
	return Op{kind: k, n: n}, ok
}

// takes is how many operands a step has.
func (o Op) takes() int {
	switch o.kind {
	case number, cell:
		return 0
	case add, subtract, multiply, divide, power:
		return 2
	case least, most:
		return o.n
	}
	return 1
}

// deepest is how many values may wait for what is done with them.
const deepest = 32

// Check finds code that would take more than there is, or more than fits.
func (c Code) Check(cells int) error {
	depth := 0
	for _, o := range c {
		if o.kind == cell && (o.n < 0 || o.n >= cells) {
			return errors.New("it takes a cell that is not before it")
		}
		if n := o.takes(); n > depth || o.kind >= least && n < 1 {
			return errors.New("an operand is missing")
		}
		if depth += 1 - o.takes(); depth > deepest {
			return errors.New("it is nested too deeply")
		}
	}
	if depth != 1 {
		return errors.New("it gives no value, or several")
	}
	return nil
}

// Run computes the formula over the values of all cells. What it divides by nothing
// is no finite number.
func (c Code) Run(values []float64) float64 {
	var space [deepest]float64
	stack := space[:0]
	for _, o := range c {
		switch o.kind {
		case number:
			stack = append(stack, o.value)
			continue
		case cell:
			stack = append(stack, values[o.n])
			continue
		}
		from := len(stack) - o.takes()
		stack[from] = o.apply(stack[from:])
		stack = stack[:from+1]
	}
	return stack[0]
}

func (o Op) apply(x []float64) float64 {
	switch o.kind {
	case add:
		return x[0] + x[1]
	case subtract:
		return x[0] - x[1]
	case multiply:
		return x[0] * x[1]
	case divide:
		return x[0] / x[1]
	case negate:
		return -x[0]
	case ceil:
		return math.Ceil(Snap(x[0]))
	case floor:
		return math.Floor(Snap(x[0]))
	case round:
		return math.Round(Snap(x[0]))
	case log2:
		return math.Log2(x[0])
	case sqrt:
		return math.Sqrt(x[0])
	case power:
		return math.Pow(x[0], x[1])
	}
	best := x[0]
	for _, v := range x[1:] {
		if o.kind == least {
			best = math.Min(best, v)
		} else {
			best = math.Max(best, v)
		}
	}
	return best
}

// Snap makes an integer of what is one but for rounding errors, or a ceil would buy
// a machine for 1e-16.
func Snap(v float64) float64 {
	if r := math.Round(v); math.Abs(v-r) <= 1e-9*math.Abs(v) {
		return r
	}
	return v
}

func (c Code) String() string {
	var b strings.Builder
	for i, o := range c {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch o.kind {
		case number:
			b.WriteString(strconv.FormatFloat(o.value, 'g', -1, 64))
		case cell:
			b.WriteByte('@')
			b.WriteString(strconv.Itoa(o.n))
		case least, most:
			b.WriteString(words[o.kind] + ":" + strconv.Itoa(o.n))
		default:
			b.WriteString(words[o.kind])
		}
	}
	return b.String()
}

// parseCode reads what String writes, for a formula with so many cells before it.
func parseCode(text string, cells int) (Code, error) {
	var c Code
	for word := range strings.FieldsSeq(text) {
		name, count, _ := strings.Cut(word, ":")
		o := Op{kind: kinds[name]}
		var err error
		switch {
		case word[0] == '@':
			o.kind = cell
			o.n, err = strconv.Atoi(word[1:])
		case o.kind >= least:
			o.n, err = strconv.Atoi(count)
		case o.kind == number:
			o.value, err = strconv.ParseFloat(word, 64)
		}
		if err != nil {
			return nil, errors.New(strconv.Quote(word) + " is no step of a formula")
		}
		c = append(c, o)
	}
	return c, c.Check(cells)
}
