package reference

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// Rule is what a finding names in brackets.
type Rule struct {
	Topic
	Cause string // Markdown: what the finding means, and what to do
	// Bad gives findings of this rule and no others; Mended, written over it, none.
	// Both are empty for a rule of which no text can be an example, and the page says why.
	Bad, Mended []Example
}

// Example is a block of code with a title: a file, or commands.
type Example struct {
	Path     string // "docs/index.md", "public/index.html"; where they are typed, for commands
	Language string
	Text     string // "" takes the file away
}

// Rules are all rules, in the order of the pages.
var Rules = sync.OnceValue(func() (rules []Rule) {
	for _, p := range Pages() {
		if path.Dir(p.File) != "guide/rules" {
			continue
		}
		for _, t := range p.Topics {
			bad, mended, _ := strings.Cut(t.Text, "\nMended:\n")
			cause, _, _ := strings.Cut(bad, "\n```")
			rules = append(rules, Rule{Topic: t, Cause: strings.TrimSpace(cause), Bad: Examples(bad), Mended: Examples(mended)})
		}
	}
	return rules
})

// RuleNames are the names of all rules.
func RuleNames() []string {
	names := make([]string, len(Rules()))
	for i, r := range Rules() {
		names[i] = r.Name
	}
	return names
}

// IsRule says whether a page explains a rule of the name.
func IsRule(name string) bool { return slices.Contains(RuleNames(), name) }

// Examples are the blocks of code of a text.
func Examples(text string) (all []Example) {
	fence := ""
	for l := range strings.Lines(text) {
		open := within(fence, l)
		switch {
		case fence == "" && open != "":
			info := strings.TrimSpace(l[len(open):])
			language, rest, _ := strings.Cut(info, " ")
			_, title, _ := strings.Cut(rest, `title="`)
			title, _, _ = strings.Cut(title, `"`)
			all = append(all, Example{Path: title, Language: language})
		case open != "":
			all[len(all)-1].Text += l
		}
		fence = open
	}
	return all
}
