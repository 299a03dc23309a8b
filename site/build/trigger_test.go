package build

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// withTrigger is the own tree, whose record is to be revisited under the lines.
func withTrigger(lines string) string {
	return strings.Replace(own, "status: accepted\ndate: 2024-01-01\n", "status: accepted\ndate: 2024-01-01\nrevisit:\n"+lines, 1)
}

// TestTriggers: a record in adr/0001-first.md, whose front matter begins on line 1
// and whose triggers begin on line 5. The model's cost is 2.
func TestTriggers(t *testing.T) {
	for _, tt := range []struct {
		name, lines string
		line        int
		rule, want  string // "" for no finding
	}{
		{name: "not crossed", lines: "  - when: cost > 8\n    says: The cost is four times what it is.\n"},
		{name: "crossed", lines: "  - says: The cost is above one.\n    when: cost > 1\n", line: 6, rule: "trigger-crossed", want: "The cost is above one. (cost > 1 is now 2, the limit 1)"},
		{name: "crossed and answered", lines: "  - when: cost > 1\n    says: The cost is above one.\n    answered: 2026-11-26 it may be two, since the part is worth it\n"},
		{name: "answered without a day", lines: "  - when: cost > 1\n    says: The cost is above one.\n    answered: it may be two\n", line: 7, rule: "trigger", want: "does not begin with a day"},
		{name: "answered before it asks", lines: "  - when: cost > 8\n    says: The cost is above eight.\n    answered: 2026-11-26 never mind\n", line: 5, rule: "trigger", want: "not crossed"},
		{name: "unknown name", lines: "  - when: costs > 1\n    says: The cost is above one.\n", line: 5, rule: "trigger", want: "did you mean cost?"},
		{name: "no comparison", lines: "  - when: cost\n    says: The cost is above one.\n", line: 5, rule: "trigger", want: "cannot be judged"},
		{name: "nothing said", lines: "  - when: cost > 1\n", line: 5, rule: "trigger", want: "does not say"},
		{name: "a sentence with a reason", lines: "  - says: The library writes in parallel by itself.\n    because: What another project releases is no value here.\n"},
		{name: "a sentence without one", lines: "  - says: The library writes in parallel by itself.\n", line: 5, rule: "trigger", want: "no expression"},
		{name: "unknown key", lines: "  - when: cost > 8\n    say: The cost is above eight.\n", line: 6, rule: "trigger", want: "\"say\" is not a key"},
		{name: "a word", lines: "  soon\n", line: 4, rule: "trigger", want: "not a list"},
		{name: "a list of words", lines: "  - soon\n", line: 5, rule: "trigger", want: "not a mapping"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loaded := load(t, tree(t, withTrigger(tt.lines)))
			if tt.rule == "" {
				if len(loaded.Findings) > 0 {
					t.Errorf("findings %v, want none", loaded.Findings)
				}
				return
			}
			for _, f := range loaded.Findings {
				if f.File == "adr/0001-first.md" && f.Line == tt.line && f.Rule == tt.rule && strings.Contains(f.Message+" "+f.Mend, tt.want) && f.Mend != "" {
					return
				}
			}
			t.Errorf("findings %v, want %s in line %d that says %q", loaded.Findings, tt.rule, tt.line, tt.want)
		})
	}
}

// TestTriggers_model: it is the model that crosses a trigger, by one changed input,
// and supersession is an answer.
func TestTriggers_model(t *testing.T) {
	sound := withTrigger("  - when: cost > 3\n    says: The cost is above three.\n")
	crossed := strings.NewReplacer("value: 1, low: 0.5, high: 2", "value: 2, low: 0.5, high: 2", "[2](model:cost)", "[4](model:cost)").Replace(sound)
	past := strings.Replace(crossed, "status: accepted\n", "status: rejected\n", 1)
	for _, tt := range []struct {
		text, page, log string
		finds           bool
	}{
		{text: sound, page: "67 % of the way", log: ">67 % of the way</a>"},
		{text: crossed, page: "To be taken up again.", log: ">crossed</a>", finds: true},
		{text: past, page: "Revisit when", log: ">crossed</a>"},
	} {
		loaded := load(t, tree(t, tt.text))
		if found := slices.Contains(rules(loaded.Findings), "adr/0001-first.md trigger-crossed"); found != tt.finds {
			t.Errorf("found %v, want %v: %v", found, tt.finds, loaded.Findings)
		}
		for path, want := range map[string]string{"/adr/0001-first/": tt.page, "/adr/": tt.log} {
			page, _, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath(path))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
}

// TestTriggers_foreign: in repositories that were not written for this generator,
// a key of the same name means what it means there.
func TestTriggers_foreign(t *testing.T) {
	for _, revisit := range []string{"revisit: 2027-01-01", "revisit:\n  - when the team has grown", "revisit:\n  when: Q3\n  who: us", "revisit:\n  - when: next quarter\n    says: look again", "revisit:\n  - owner: us"} {
		text := "-- docs/adr/0001-use-x.md --\n---\nstatus: accepted\ndate: 2024-01-01\n" + revisit + "\n---\n# Use X\n\n## Context and Problem Statement\n\nWhy.\n\n## Considered Options\n\n* X\n* Y\n\n## Decision Outcome\n\nChosen option: X, because it is there.\n"
		if loaded := load(t, tree(t, text)); len(loaded.Findings) > 0 {
			t.Errorf("%q: %v", revisit, loaded.Findings)
		}
	}
}
