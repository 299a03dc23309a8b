package slo

import (
	"regexp"
	"strings"
)

// What a query holds beside names of series: matchers, windows, lists of labels,
// texts. They are taken away, and what is left and is not called is a series.
var (
	notSeries = regexp.MustCompile(`\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*"|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)`)
	word      = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	operators = regexp.MustCompile(`^(?:and|or|unless|bool|offset|by|without|on|ignoring|group_left|group_right|inf|nan|Inf|NaN)$`)
)

// seriesIn names the series that a query reads.
func seriesIn(query string) (names []string) {
	query = notSeries.ReplaceAllString(query, " ")
	for _, w := range word.FindAllStringIndex(query, -1) {
		text := strings.TrimSpace(query[w[0]:w[1]])
		number := w[0] > 0 && query[w[0]-1] >= '0' && query[w[0]-1] <= '9' // the e of 1e9
		if !number && !strings.HasSuffix(text, "(") && !operators.MatchString(text) {
			names = append(names, text)
		}
	}
	return names
}
