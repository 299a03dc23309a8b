package build

import (
	"fmt"
	"maps"
	"slices"

	"lockstep/site"
	"lockstep/site/reference"
)

// judgeRules says what is wrong with the switches of rules.
func (c *Config) judgeRules(find func(line int, rule, mend, format string, args ...any) []site.Finding) (findings []site.Finding) {
	for _, rule := range slices.Sorted(maps.Keys(c.Rules)) {
		if value := c.Rules[rule]; value != "off" {
			findings = append(findings, find(0, "config", "write off, or remove the line", "rules: %s is %q", rule, value)...)
		} else if !reference.IsRule(rule) {
			mend := "lockstep help rules lists them"
			if near := site.Nearest(rule, reference.RuleNames()); near != "" {
				mend = fmt.Sprintf("did you mean %q?", near)
			}
			findings = append(findings, find(0, "config", mend, "rules: there is no rule %q", rule)...)
		}
	}
	return findings
}

// IsOff says whether a rule is switched off.
func (t *Tree) IsOff(rule string) bool { return t.config.Rules[rule] == "off" }

// Kept leaves out findings of rules that are switched off, and counts them.
func (t *Tree) Kept(findings []site.Finding) []site.Finding {
	if len(t.config.Rules) == 0 {
		return findings
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f site.Finding) bool {
		off := t.config.Rules[f.Rule] == "off"
		if off {
			t.dropped(f.Rule)
		}
		return off
	})
}

func (t *Tree) dropped(rule string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.offRules[rule]++
}

// OffRules says how many findings each rule that is switched off would have made: a
// rule without any is misspelt, or need not be off.
func (t *Tree) OffRules() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := make(map[string]int)
	for rule, value := range t.config.Rules {
		if value == "off" {
			counts[rule] = t.offRules[rule]
		}
	}
	return counts
}
