package model

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// steps are the words that scale a number. Larger ones are not in general use:
// 1,200 tn is clearer than a quadrillion.
var steps = []struct {
	word string
	size float64
}{{"tn", 1e12}, {"bn", 1e9}, {"M", 1e6}, {"k", 1e3}}

// exact is the number of digits that shows all of them.
const exact = 17

// formatNumber writes v by the rule of the package comment.
func formatNumber(v float64, digits int) string {
	whole := math.Abs(v-math.Round(v)) <= 1e-9*math.Abs(v)
	switch {
	case digits == exact && whole:
		return grouped(math.Round(v))
	case digits == exact:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case whole && math.Abs(v) < 1e4:
		return grouped(math.Round(v))
	}
	if math.Abs(v) >= 999.5 && math.Abs(v) < 9999.5 {
		return grouped(math.Round(v))
	}
	// Through decimal text, so that 999,950 becomes 1 M and not 1,000 k.
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	if math.Abs(r) >= 1e4 {
		for _, step := range steps {
			if math.Abs(r) >= step.size {
				return plain(r/step.size) + " " + step.word
			}
		}
	}
	return plain(r)
}

func plain(v float64) string {
	if math.Abs(v) >= 1000 && v == math.Trunc(v) {
		return grouped(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// grouped writes a whole number with a comma between thousands.
func grouped(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v < 0 {
		s = "-" + s
	}
	return s
}

var numberPattern = regexp.MustCompile(`^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?) ?(k|M|bn|tn)?$`)

// parseNumber reads what formatNumber writes, and what YAML calls a number.
func parseNumber(text string) (float64, error) {
	m := numberPattern.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, fmt.Errorf("parse number %q: want digits and perhaps k, M, bn or tn", text)
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, fmt.Errorf("parse number %q: not a finite number", text)
	}
	for _, step := range steps {
		if step.word == m[2] {
			v *= step.size
		}
	}
	return v, nil
}

// formatQuantity writes the number alone and the number with its unit.
func formatQuantity(v float64, digits int, u unit) (number, full string) {
	number = formatNumber(v/u.factor, digits)
	rest := u.text
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
