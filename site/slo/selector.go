package slo

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Selector names time series as Prometheus does: a metric, and matchers of its labels.
type Selector struct {
	Metric   string
	Matchers []Matcher
}

// Matcher is a condition on one label.
type Matcher struct{ Label, Op, Value string }

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	matcher    = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(,|$)`)
)

// parseSelector reads a metric with matchers, and nothing else: windows and sums are
// for the rules to add.
func parseSelector(text string) (s Selector, err error) {
	text = strings.TrimSpace(text)
	s.Metric = metricName.FindString(text)
	rest := strings.TrimSpace(text[len(s.Metric):])
	if s.Metric == "" || rest != "" && (rest[0] != '{' || rest[len(rest)-1] != '}') {
		return s, fmt.Errorf(`%q is no selector: write metric{label="value"}, without a function or a window`, text)
	}
	for rest = strings.TrimSpace(strings.Trim(rest, "{}")); rest != ""; {
		m := matcher.FindStringSubmatch(rest)
		if m == nil {
			return s, fmt.Errorf(`%q is no matcher: write label="value", or with =~, != or !~`, rest)
		}
		v, err := strconv.Unquote(m[3])
		if err != nil {
			return s, fmt.Errorf("%s is no quoted text: %w", m[3], err)
		}
		if strings.HasSuffix(m[2], "~") {
			if _, err := regexp.Compile("^(?:" + v + ")$"); err != nil {
				return s, fmt.Errorf("%s is no regular expression: %w", m[3], err)
			}
		}
		s.Matchers = append(s.Matchers, Matcher{m[1], m[2], v})
		rest = rest[len(m[0]):]
	}
	return s, nil
}

// String is the selector as a query says it.
func (s Selector) String() string { return s.with() }

// with is the selector with further matchers, under a suffix of its name.
func (s Selector) with(more ...Matcher) string {
	all := slices.Concat(s.Matchers, more)
	if len(all) == 0 {
		return s.Metric
	}
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.Label + m.Op + strconv.Quote(m.Value)
	}
	return s.Metric + "{" + strings.Join(texts, ",") + "}"
}

func (s Selector) suffixed(suffix string) Selector { return Selector{s.Metric + suffix, s.Matchers} }

// Matches says whether a series with these labels is selected.
func (s Selector) Matches(labels map[string]string) bool {
	for _, m := range s.Matchers {
		if m.holds(labels[m.Label]) != (m.Op == "=" || m.Op == "=~") {
			return false
		}
	}
	return true
}

func (m Matcher) holds(value string) bool {
	if strings.HasSuffix(m.Op, "~") {
		return regexp.MustCompile("^(?:" + m.Value + ")$").MatchString(value)
	}
	return value == m.Value
}

// example is a series that is selected: for a test that needs one.
func (s Selector) example() (Selector, error) {
	labels := make(map[string]string)
	var order []string
	for _, m := range s.Matchers {
		if _, ok := labels[m.Label]; !ok {
			order = append(order, m.Label)
		}
		candidates := append([]string{m.Value}, strings.Split(m.Value, "|")...)
		candidates = append(candidates, "other", "x", "0", "1", "")
		i := slices.IndexFunc(candidates, func(c string) bool {
			return !slices.ContainsFunc(s.Matchers, func(x Matcher) bool {
				return x.Label == m.Label && x.holds(c) != (x.Op == "=" || x.Op == "=~")
			})
		})
		if i < 0 {
			return s, fmt.Errorf("no value of %s fits %s: name one value by =", m.Label, s)
		}
		labels[m.Label] = candidates[i]
	}
	e := Selector{Metric: s.Metric}
	for _, label := range order {
		e.Matchers = append(e.Matchers, Matcher{label, "=", labels[label]})
	}
	return e, nil
}
