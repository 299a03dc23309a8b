package build

import (
	"maps"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/decision"
)

// judgeWords says what is wrong with the words of records that a configuration adds,
// and leaves them out.
func (c *Config) judgeWords(find func(line int, rule, mend, format string, args ...any) []site.Finding) (findings []site.Finding) {
	judge := func(key string, words map[string]string, known func(string) bool, mend string) {
		for _, word := range slices.Sorted(maps.Keys(words)) {
			if meaning := words[word]; !known(meaning) {
				findings = append(findings, find(0, "config", mend, "%s: %q is %q", key, word, meaning)...)
				delete(words, word)
			}
		}
	}
	parts := decision.Parts()
	judge("statuses", c.Statuses, decision.IsStatus, "write proposed, accepted, rejected, deprecated or superseded")
	judge("headings", c.Headings, func(part string) bool { return slices.Contains(parts, part) }, "write one of "+strings.Join(parts, ", "))
	return findings
}
