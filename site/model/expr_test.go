package model

import (
	"errors"
	"math"
	"strings"
	"testing"
)

var operandValues = map[string]quantity{
	"a":      {6, dims{"msg": 1}},
	"b":      {2, dims{"msg": 1}},
	"rate":   {3, dims{"msg": 1, "s": -1}},
	"area":   {16, dims{"B": 2}},
	"plain":  {8, nil},
	"x.y.z":  {1.5, nil},
	"nearly": {3.0000000000001, dims{"node": 1}},
}

func operandOf(name string) (quantity, error) {
	if q, ok := operandValues[name]; ok {
		return q, nil
	}
	return quantity{}, errors.New("no " + name)
}

func TestExpr(t *testing.T) {
	for _, tt := range []struct {
		text string
		want float64
		dims string
	}{
		{"1 + 2*3", 7, "1"}, {"-(1 - 4) / 2", 1.5, "1"}, {"1e3 + 1_000", 2000, "1"},
		{"a + b", 8, "msg"}, {"a * b", 12, "msg^2"}, {"a / b", 3, "1"}, {"a / rate", 2, "s"},
		{"max(a, b, a - b)", 6, "msg"}, {"min(a, b)", 2, "msg"}, {"x.y.z * 2", 3, "1"},
		{"sqrt(area)", 4, "B"}, {"pow(a, 2)", 36, "msg^2"}, {"pow(plain, 0.5) * pow(plain, 0.5)", 8, "1"}, {"log2(plain)", 3, "1"},
		{"ceil(x.y.z)", 2, "1"}, {"floor(x.y.z)", 1, "1"}, {"round(2.4)", 2, "1"},
		{"ceil(nearly)", 3, "node"}, // a rounding error buys no machine
	} {
		e, err := parseExpr(tt.text)
		if err != nil {
			t.Errorf("parseExpr(%q): %v", tt.text, err)
			continue
		}
		q, err := e.eval(operandOf)
		if err != nil || math.Abs(q.value-tt.want) > 1e-9 || q.dims.String() != tt.dims {
			t.Errorf("%s = %v %s, %v, want %v %s", tt.text, q.value, q.dims, err, tt.want, tt.dims)
		}
	}
}

func TestExpr_refusals(t *testing.T) {
	for text, want := range map[string]string{
		"a + rate": "cannot add msg and msg/s", "a - 1": "cannot subtract msg and 1", "max(a, plain)": "max: cannot compare",
		"a / (b - b)": "not a finite number", "sqrt(a)": "no square", "log2(a)": "without unit", "pow(2, a)": "exponent has the unit", "pow(a, 0.5)": "whole exponent",
		"missing + 1": "no missing",
		"a +":         "parse formula", "a & b": "operator & is not known", "!a": "operator ! is not known", `"a"`: "no number",
		"exp(1)": `function "exp" is not known`, "pow(1)": "number of arguments", "a[0]": "not arithmetic", "func(){}": "not arithmetic", "f(x).y": "words joined by dots", "'a'": "no number",
	} {
		e, err := parseExpr(text)
		if err == nil {
			_, err = e.eval(operandOf)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", text, err, want)
		}
	}
}

// Whatever is typed, a formula is refused or evaluates without a panic.
func FuzzExpr(f *testing.F) {
	for _, seed := range []string{"a+b", "pow(a,-2)", "ceil(1/0)", "((", "a.b.c", "max()", "1e400", "a..b", "-", "sqrt(-1)"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if e, err := parseExpr(text); err == nil {
			_, _ = e.eval(func(string) (quantity, error) { return quantity{value: 2, dims: dims{"s": 1}}, nil })
		}
	})
}
