package sheet

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Unit is how a cell is written: in parts of so many base units, with so many
// significant digits.
type Unit struct {
	Text   string
	Factor float64
	Digits int
}

// steps are the words that scale a number. Larger ones are not in general use:
// 1,200 tn is clearer than a quadrillion.
var steps = []struct {
	word string
	size float64
}{{"tn", 1e12}, {"bn", 1e9}, {"M", 1e6}, {"k", 1e3}}

// IsStep says whether a word scales a number.
func IsStep(word string) bool {
	for _, step := range steps {
		if step.word == word {
			return true
		}
	}
	return false
}

// Scale is the word that the number v would be written with and what it multiplies,
// "" and 1 for none.
func Scale(v float64) (word string, size float64) {
	for _, step := range steps {
		if math.Abs(v) >= step.size && math.Abs(v) >= 1e4 {
			return step.word, step.size
		}
	}
	return "", 1
}

// Exact is the number of digits that shows all of them.
const Exact = 17

// Format writes v by the rule of package model.
func Format(v float64, digits int) string {
	whole := math.Abs(v-math.Round(v)) <= 1e-9*math.Abs(v)
	switch {
	case digits == Exact && whole:
		return Grouped(math.Round(v))
	case digits == Exact:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case whole && math.Abs(v) < 1e4:
		return Grouped(math.Round(v))
	}
	if math.Abs(v) >= 999.5 && math.Abs(v) < 9999.5 {
		return Grouped(math.Round(v))
	}
	// Through decimal text, so that 999,950 becomes 1 M and not 1,000 k.
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	if word, size := Scale(r); word != "" {
		return plain(r/size) + " " + word
	}
	return plain(r)
}

func plain(v float64) string {
	if math.Abs(v) >= 1000 && v == math.Trunc(v) {
		return Grouped(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Grouped writes a whole number with a comma between thousands.
func Grouped(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v < 0 {
		s = "-" + s
	}
	return s
}

// Parse reads what Format writes, and what YAML calls a number: digits, perhaps
// with commas at the thousands, a fraction, an exponent, and k, M, bn or tn.
func Parse(text string) (float64, error) {
	digits, size := strings.TrimSpace(text), 1.
	for _, step := range steps {
		if rest, ok := strings.CutSuffix(digits, step.word); ok {
			digits, size = strings.TrimSuffix(rest, " "), step.size
			break
		}
	}
	if !isNumber(digits) {
		return 0, errors.New("parse number " + strconv.Quote(text) + ": want digits and perhaps k, M, bn or tn")
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(digits, ",", ""), 64)
	if err != nil || math.IsInf(v*size, 0) {
		return 0, errors.New("parse number " + strconv.Quote(text) + ": not a finite number")
	}
	return v * size, nil
}

// isNumber: strconv alone reads hexadecimal numbers and "inf" too, and no commas.
func isNumber(text string) bool {
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		text = text[1:]
	}
	mantissa := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent := text[i+1:]
		if strings.HasPrefix(exponent, "+") || strings.HasPrefix(exponent, "-") {
			exponent = exponent[1:]
		}
		if !allDigits(exponent) {
			return false
		}
		mantissa = text[:i]
	}
	whole, fraction, hasFraction := strings.Cut(mantissa, ".")
	if hasFraction && !allDigits(fraction) {
		return false
	}
	first, rest, hasCommas := strings.Cut(whole, ",")
	if !hasCommas {
		return whole == "" && hasFraction || allDigits(whole)
	}
	for group := range strings.SplitSeq(rest, ",") {
		if len(group) != 3 || !allDigits(group) {
			return false
		}
	}
	return len(first) <= 3 && allDigits(first)
}

func allDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// Write gives the number alone and the number with its unit.
func (u Unit) Write(v float64) (number, full string) {
	number = Format(v/u.Factor, u.Digits)
	rest := u.Text
	if after, ok := strings.CutPrefix(rest, "USD"); ok && (after == "" || after[0] == '/') {
		number, rest = "$"+number, after
		if strings.HasPrefix(number, "$-") {
			number = "-$" + number[2:]
		}
		return number, number + rest
	}
	switch {
	case rest == "" || rest == "1":
		return number, number
	case rest == "%":
		return number + " %", number + " %"
	case strings.HasPrefix(rest, "1/"):
		return number, number + rest[1:]
	}
	return number, number + " " + rest
}
