package claims

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Constant is a value that the code fixes, and where. That of a duration is in
// nanoseconds.
type Constant struct {
	Value    float64
	Duration bool
	Place    string
}

// Hold compares the numbers of allowances that name constants with what look finds:
// the text of such an allowance may stand as long as the code says the same.
func (k *Checker) Hold(look func(reference string) (Constant, error)) { k.code = look }

// constants judges the allowances that were needed.
func (k *Checker) constants() {
	if k.code == nil {
		return
	}
	for _, a := range k.allowances {
		if a.Code == "" || !a.used {
			continue
		}
		references := strings.FieldsFunc(a.Code, func(r rune) bool { return r == ',' || r == ' ' })
		numbers := k.bare.find(a.Text)
		slices.SortFunc(numbers, func(x, y span) int { return x.start - y.start })
		if len(references) != len(numbers) {
			k.find(k.config.Allow, a.line, "constant", "name one constant for each number with a unit, in their order, separated by commas",
				"%q has %d numbers, and code names %d constants", a.Text, len(numbers), len(references))
			continue
		}
		for i, reference := range references {
			k.constant(a, a.Text[numbers[i].start:numbers[i].end], reference)
		}
	}
}

func (k *Checker) constant(a *allowance, said, reference string) {
	c, err := k.code(reference)
	if err != nil {
		k.find(k.config.Allow, a.line, "constant", "write folder.Name, or folder.Function.Field for a field that it sets", "%v", err)
		return
	}
	q, ok := parseQuantity(said)
	switch {
	case !ok:
		k.find(k.config.Allow, a.line, "constant", "write it in digits, with a unit of time or of bytes", "the number %q cannot be compared with a constant", said)
	case q.time != c.Duration:
		k.find(k.config.Allow, a.line, "constant", "name the constant that the text repeats", "%q is compared with %s, which is of another kind (%s)", said, reference, c.Place)
	case math.Abs(math.Abs(c.Value)-q.value*q.unit) > 1e-9*math.Abs(c.Value):
		want := strconv.FormatFloat(math.Abs(c.Value)/q.unit, 'g', 6, 64) + " " + q.name
		k.find(a.File, a.at, "wrong-constant", fmt.Sprintf("write %s here and in %s, or put the constant back", want, k.config.Allow),
			"the text says %q, and %s is %s (%s)", said, reference, want, c.Place)
	default:
		k.tally.Held++
	}
}

// quantity is a number as a text writes it.
type quantity struct {
	value float64
	name  string  // of its unit
	unit  float64 // in nanoseconds, bytes or pieces
	time  bool
}

var (
	quantityForm = regexp.MustCompile(`^([\d,]*\.?\d+|(?i:\pL+(?: an?| hundred| thousand)?))[ \x{00A0}\x{202F}-]?(\pL.*)$`)
	pieces       = regexp.MustCompile(`^\pL+(?: \pL+)*$`)
	inWords      = map[string]float64{"half a": 0.5, "half an": 0.5, "a hundred": 100, "one hundred": 100, "a thousand": 1000, "one thousand": 1000}
	unitOfTime   = map[string]float64{"ns": 1, "µs": 1e3, "us": 1e3, "ms": 1e6, "millisecond": 1e6, "s": 1e9, "sec": 1e9, "second": 1e9, "min": 60e9, "minute": 60e9,
		"h": 3600e9, "hr": 3600e9, "hour": 3600e9, "d": 86400e9, "day": 86400e9, "week": 7 * 86400e9}
	unitOfSize = map[string]float64{"B": 1, "byte": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
)

func init() {
	for i, word := range strings.Fields("two three four five six seven eight nine ten eleven twelve") {
		inWords[word] = float64(i + 2)
	}
	for word, n := range map[string]float64{"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90} {
		inWords[word] = n
	}
}

func parseQuantity(text string) (q quantity, ok bool) {
	m := quantityForm.FindStringSubmatch(text)
	if m == nil {
		return q, false
	}
	q.name = m[2]
	var err error
	if q.value, ok = inWords[strings.ToLower(m[1])]; !ok {
		if q.value, err = strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64); err != nil {
			return q, false
		}
	}
	for _, name := range []string{q.name, strings.TrimSuffix(q.name, "s")} {
		if q.unit, q.time = unitOfTime[name]; q.time {
			return q, true
		}
		if q.unit, ok = unitOfSize[name]; ok {
			return q, true
		}
	}
	// "messages a second" and "slots" count pieces.
	q.unit = 1
	return q, pieces.MatchString(q.name)
}
