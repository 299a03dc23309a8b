package model

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// dims is a product of base symbols with exponents: {"msg": 1, "s": -1}. No
// exponent is zero, so equal dimensions are equal maps.
type dims map[string]int

// unit is a dimension and the size of one unit in base units: an hour is
// 3,600 s. Text is how it is written behind a number.
type unit struct {
	dims   dims
	factor float64
	text   string
}

// scaled are the symbols that stand for a multiple of a base symbol. Every
// other word is a base symbol of its own: msg, user, node, USD.
var scaled = map[string]struct {
	base   string
	factor float64
}{
	"1": {"", 1}, "%": {"", 0.01},

	"ns": {"s", 1e-9}, "us": {"s", 1e-6}, "µs": {"s", 1e-6}, "ms": {"s", 1e-3}, "s": {"s", 1},
	"min": {"s", 60}, "h": {"s", 3600}, "d": {"s", 86400}, "day": {"s", 86400}, "week": {"s", 7 * 86400},
	// A twelfth of 365 days: 730 hours, the month that clouds bill.
	"month": {"s", 730 * 3600}, "year": {"s", 365 * 86400},

	"bit": {"B", 1. / 8}, "kbit": {"B", 1e3 / 8}, "Mbit": {"B", 1e6 / 8}, "Gbit": {"B", 1e9 / 8}, "Tbit": {"B", 1e12 / 8},
	"B": {"B", 1}, "kB": {"B", 1e3}, "MB": {"B", 1e6}, "GB": {"B", 1e9}, "TB": {"B", 1e12}, "PB": {"B", 1e15},
	"KiB": {"B", 1 << 10}, "MiB": {"B", 1 << 20}, "GiB": {"B", 1 << 30}, "TiB": {"B", 1 << 40},
}

// parseUnit reads products and quotients of symbols: "msg/s", "USD/GB/month",
// "node·h". A slash divides by the one symbol after it.
func parseUnit(text string) (unit, error) {
	u := unit{dims: dims{}, factor: 1, text: text}
	if text == "" {
		return u, nil
	}
	for i, part := range strings.Split(text, "/") {
		for j, symbol := range strings.FieldsFunc(part, func(r rune) bool { return r == '·' || r == '*' }) {
			sign := 1
			if i > 0 && j == 0 {
				sign = -1
			}
			if err := u.times(strings.TrimSpace(symbol), sign); err != nil {
				return unit{}, fmt.Errorf("parse unit %q: %w", text, err)
			}
		}
		if strings.TrimSpace(part) == "" {
			return unit{}, fmt.Errorf("parse unit %q: a symbol is missing beside the slash", text)
		}
	}
	return u, nil
}

func (u *unit) times(symbol string, sign int) error {
	base, factor := singular(symbol), 1.
	if s, ok := scaled[symbol]; ok {
		base, factor = s.base, s.factor
	} else if strings.ContainsFunc(symbol, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) || symbol == "" {
		return fmt.Errorf("%q is no symbol", symbol)
	}
	u.factor *= math.Pow(factor, float64(sign))
	if base != "" {
		u.dims = u.dims.times(dims{base: 1}, sign)
	}
	return nil
}

// singular makes "nodes" and "node" the same symbol.
func singular(symbol string) string {
	if s, ok := strings.CutSuffix(symbol, "ies"); ok {
		return s + "y"
	}
	if s, ok := strings.CutSuffix(symbol, "s"); ok && len(s) > 2 {
		return s
	}
	return symbol
}

// times is d · o^power.
func (d dims) times(o dims, power int) dims {
	product := maps.Clone(d)
	if product == nil {
		product = dims{}
	}
	for symbol, n := range o {
		if product[symbol] += n * power; product[symbol] == 0 {
			delete(product, symbol)
		}
	}
	return product
}

func (d dims) equal(o dims) bool { return maps.Equal(d, o) }

// String writes the dimension in base symbols: "USD/s", "1/s", "1" for none.
func (d dims) String() string {
	var above, below []string
	for _, symbol := range slices.Sorted(maps.Keys(d)) {
		n := d[symbol]
		if max(n, -n) > 1 {
			symbol += fmt.Sprintf("^%d", max(n, -n))
		}
		if n > 0 {
			above = append(above, symbol)
		} else {
			below = append(below, "/"+symbol)
		}
	}
	if len(above) == 0 {
		above = []string{"1"}
	}
	return strings.Join(above, "·") + strings.Join(below, "")
}
