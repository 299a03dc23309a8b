package slo

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Span is a length of time, in exact milliseconds.
type Span int64

// Rat is the span in seconds.
func (s Span) Rat() *big.Rat { return big.NewRat(int64(s), 1000) }

var spanUnits = []struct {
	prometheus string
	texts      []string
	ms         int64
}{
	{"d", []string{"d", "day", "days"}, 86_400_000},
	{"h", []string{"h", "hour", "hours"}, 3_600_000},
	{"m", []string{"min", "minute", "minutes", "m"}, 60_000},
	{"s", []string{"s", "second", "seconds"}, 1000},
	{"ms", []string{"ms"}, 1},
}

// String is the span as Prometheus reads it.
func (s Span) String() string {
	for _, u := range spanUnits {
		if int64(s)%u.ms == 0 && s != 0 {
			return fmt.Sprint(int64(s)/u.ms, u.prometheus)
		}
	}
	return "0s"
}

// words is the span as a text says it.
func (s Span) words() string {
	for _, u := range spanUnits {
		if int64(s)%u.ms == 0 && s != 0 {
			return fmt.Sprint(int64(s)/u.ms, " ", u.texts[0])
		}
	}
	return "0 s"
}

var (
	linked   = regexp.MustCompile(`^\[([^\]]+)\]\(([^)\s]+)\)$`)
	quantity = regexp.MustCompile(`^(\d+(?:[.,]\d+)?)\s*([%A-Za-z]*)$`)
)

// value is a quantity as it was written: the text of a link, or the text.
func value(text string) string {
	if m := linked.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

func split(text string) (number *big.Rat, unit string, err error) {
	m := quantity.FindStringSubmatch(strings.ReplaceAll(value(text), "\u00a0", " "))
	if m == nil {
		return nil, "", fmt.Errorf("%q is no number with a unit", text)
	}
	if strings.Contains(m[1], ",") { // 1,000 is a thousand to one reader and one to another
		return nil, "", fmt.Errorf("%q has a comma: write a point before decimals, and nothing between thousands", text)
	}
	number, ok := new(big.Rat).SetString(m[1])
	if !ok {
		return nil, "", fmt.Errorf("%q is no number", m[1])
	}
	return number, m[2], nil
}

// parseSpan reads "30 d", "5 min", "250 ms".
func parseSpan(text string) (Span, error) {
	n, unit, err := split(text)
	if err != nil {
		return 0, fmt.Errorf("%w: write it like 30 d, 1 h, 5 min, 2 s or 250 ms", err)
	}
	for _, u := range spanUnits {
		for _, name := range u.texts {
			if name == unit {
				ms := new(big.Rat).Mul(n, new(big.Rat).SetInt64(u.ms))
				if !ms.IsInt() || !ms.Num().IsInt64() || ms.Sign() <= 0 || ms.Num().Int64() > 3650*86_400_000 {
					return 0, fmt.Errorf("%q is not between a millisecond and ten years", text)
				}
				return Span(ms.Num().Int64()), nil
			}
		}
	}
	return 0, fmt.Errorf("%q has no unit of time: write d, h, min, s or ms", text)
}

// parseMinutes reads a span of whole minutes.
func parseMinutes(text string) (Span, error) {
	s, err := parseSpan(text)
	if err == nil && s%minute != 0 {
		err = fmt.Errorf("%q is not of whole minutes, and so shorter than what is scraped can say", text)
	}
	return s, err
}

// parseShare reads "99.95 %".
func parseShare(text string) (*big.Rat, error) {
	n, unit, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("%w: write a share like 99.9 %%", err)
	}
	if unit != "%" {
		return nil, fmt.Errorf("%q is no share: write it like 99.9 %%", text)
	}
	share := n.Quo(n, big.NewRat(100, 1))
	if share.Sign() <= 0 || share.Cmp(big.NewRat(1, 1)) >= 0 {
		return nil, fmt.Errorf("%q leaves no room: a share lies between 0 and 100 %%", text)
	}
	if digits, _ := share.FloatPrec(); digits > shareDigits {
		return nil, fmt.Errorf("%q is finer than a rule can say: at most %d digits after the point", text, shareDigits-2)
	}
	return share, nil
}

// shareDigits bounds a share, so that a threshold made of it is not rounded to nothing.
const shareDigits = 9

// parseBound reads a time in seconds, or a plain number.
func parseBound(text string) (*big.Rat, error) {
	if s, err := parseSpan(text); err == nil {
		return s.Rat(), nil
	}
	n, unit, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("%w: write 10 s, 250 ms or 5", err)
	}
	if unit != "" {
		return nil, fmt.Errorf("%q is neither a time nor a plain number: write 10 s, 250 ms or 5; bytes as a number", text)
	}
	return n, nil
}

// decimal writes a number with as many digits as it has, or with fifteen that count.
func decimal(r *big.Rat) string {
	digits, exact := r.FloatPrec()
	if !exact || digits > 15 {
		digits = 15
	}
	s := r.FloatString(digits)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// percent writes a share.
func percent(r *big.Rat) string {
	return decimal(new(big.Rat).Mul(r, big.NewRat(100, 1))) + " %"
}

// ceil is the smallest whole number that is not below r, which is positive.
func ceil(r *big.Rat) *big.Int {
	return new(big.Int).Quo(new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1))), r.Denom())
}
