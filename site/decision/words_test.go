package decision

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// cases are the lines of a file, cut at "|".
func cases(t *testing.T, file string) (all [][]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "# ") || strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		all = append(all, parts)
	}
	if len(all) < 10 {
		t.Fatalf("%s has %d cases", file, len(all))
	}
	return all
}

// record reads a record with a status and reports by rule.
func record(status string, words *Words) (d *site.Decision, rules []string) {
	line := Line{Text: status, Number: 3}
	for _, m := range markdownLink.FindAllStringSubmatch(status, -1) {
		line.Links = append(line.Links, Link{Text: m[1], Dest: m[2]})
	}
	line.Text = markdownLink.ReplaceAllString(status, "$1")
	d, _ = Read(Text{Source: "adr/0001-x.md", Title: "X", Words: words,
		Sections: []*Section{{Level: 2, Title: "Status", Line: 2, Blocks: []Block{{Kind: Paragraph, Text: line.Text, Lines: []Line{line}}}}},
		Report:   func(_ int, rule, _, _ string) { rules = append(rules, rule) }})
	return d, rules
}

func TestRead_statuses(t *testing.T) {
	for _, c := range cases(t, "testdata/statuses.txt") {
		d, rules := record(c[0], nil)
		want, wantRules, successor := site.Status(c[1]), []string(nil), ""
		if c[1] == "?" {
			want, wantRules = site.StatusUnknown, []string{"unknown-status"}
		}
		if len(c) > 2 {
			successor = c[2]
		}
		if d.Status != want || !slices.Equal(rules, wantRules) {
			t.Errorf("%q is %q with findings %v, want %q with %v", c[0], d.Status, rules, want, wantRules)
		}
		if got := strings.Join(d.Related(site.SupersededBy), " "); got != successor {
			t.Errorf("%q is superseded by %q, want %q", c[0], got, successor)
		}
	}
}

func TestWords_headings(t *testing.T) {
	for _, c := range cases(t, "testdata/headings.txt") {
		if got := usual().part(c[0]); got != c[1] {
			t.Errorf("%q stands for %q, want %q", c[0], got, c[1])
		}
	}
}

// TestWords_own: a repository's words mean what it says, and all others what they mean
// everywhere.
func TestWords_own(t *testing.T) {
	if d, rules := record("Live", nil); d.Status != site.StatusUnknown || len(rules) != 1 {
		t.Fatalf("a word of nobody is %q, %v", d.Status, rules)
	}
	words := NewWords(map[string]string{"Live": "accepted", "Accepted": "proposed"}, map[string]string{"Lage der Dinge": "context"})
	for status, want := range map[string]site.Status{"live since May": site.StatusAccepted, "Accepted": site.StatusProposed, "Akzeptiert": site.StatusAccepted} {
		if d, rules := record(status, words); d.Status != want || len(rules) > 0 {
			t.Errorf("%q is %q, %v; want %q", status, d.Status, rules, want)
		}
	}
	if got := words.part("Lage der Dinge"); got != "context" {
		t.Errorf("the heading stands for %q", got)
	}
	if got := usual().part("Lage der Dinge"); got != "" {
		t.Errorf("the words of one repository are known to all: %q", got)
	}
}

// TestWords_file: every word can be looked up, and means one thing.
func TestWords_file(t *testing.T) {
	members, err := yamlfile.Read(wordsFile)
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, group := range members {
		seen := make(map[string]string)
		for _, meaning := range group.Members {
			if group.Key == "statuses" && !IsStatus(meaning.Key) {
				t.Errorf("line %d: %s is no status", meaning.Line, meaning.Key)
			}
			for _, language := range meaning.Members {
				if len(language.Key) != 2 {
					t.Errorf("line %d: %q is no language", language.Line, language.Key)
				}
				for word := range strings.SplitSeq(language.Text, ",") {
					words++
					switch n := normal(word); {
					case n == "" || len(n) > maxWords:
						t.Errorf("line %d: %q cannot be looked up", language.Line, word)
					case seen[n] != "" && seen[n] != meaning.Key:
						t.Errorf("line %d: %q is %s and %s", language.Line, word, seen[n], meaning.Key)
					default:
						seen[n] = meaning.Key
					}
				}
			}
		}
	}
	if words < 1000 {
		t.Errorf("the file has %d words", words)
	}
}

func TestRead_missing_status(t *testing.T) {
	madr := []*Section{{Level: 2, Title: "Context and Problem Statement"}, {Level: 2, Title: "Decision Outcome"}}
	nygard := []*Section{{Level: 2, Title: "Context"}, {Level: 2, Title: "Decision"}}
	for _, tt := range []struct {
		name     string
		sections []*Section
		strict   bool
		want     int
	}{{"MADR", madr, false, 0}, {"MADR, strict", madr, true, 1}, {"Nygard", nygard, false, 1}, {"a note", nil, false, 1}} {
		findings := 0
		d, _ := Read(Text{Source: "adr/0001-x.md", Title: "X", Sections: tt.sections, Strict: tt.strict, Report: func(int, string, string, string) { findings++ }})
		if findings != tt.want || d.Status != site.StatusUnknown {
			t.Errorf("%s: %d findings and status %q, want %d", tt.name, findings, d.Status, tt.want)
		}
	}
}

func TestRead_links(t *testing.T) {
	for _, tt := range []struct {
		name  string
		links Field
		want  string
	}{
		{"by relation", Field{Pairs: []Pair{{Key: "supersedes", Values: []string{"ADR-0003", "0004-y.md"}}, {Key: "related", Values: []string{"7"}}}}, "supersedes ADR-0003, supersedes ADR-0004, relates-to ADR-0007"},
		{"entries", Field{Items: []Item{{Pairs: []Pair{{Key: "type", Values: []string{"superseded_by"}}, {Key: "target", Values: []string{"ADR-0009"}}}}}}, "superseded-by ADR-0009"},
		{"entries with an address first", Field{Items: []Item{{Pairs: []Pair{{Key: "href", Values: []string{"0009-z.md"}}, {Key: "rel", Values: []string{"amends"}}}}}}, "amends ADR-0009"},
		{"an entry of one relation", Field{Items: []Item{{Pairs: []Pair{{Key: "amended-by", Values: []string{"ADR-0002"}}}}}}, "amended-by ADR-0002"},
		{"texts", Field{Items: []Item{{Text: "Supersedes ADR-0003"}, {Text: "https://example.org"}, {Text: "Extends [ADR-4](0004-y.md)"}}}, "supersedes ADR-0003, relates-to ADR-0004"},
		{"one text", Field{Values: []string{"Ersetzt ADR-0003"}}, "supersedes ADR-0003"},
		{"other links", Field{Items: []Item{{Pairs: []Pair{{Key: "title", Values: []string{"Docs"}}, {Key: "url", Values: []string{"https://example.org/docs"}}}}}}, ""},
	} {
		d, _ := Read(Text{Source: "adr/0001-x.md", Title: "X", Fields: Fields{"status": {Values: []string{"accepted"}}, "links": tt.links},
			Report: func(_ int, rule, message, _ string) { t.Errorf("%s: %s: %s", tt.name, rule, message) }})
		var got []string
		for _, l := range d.Links {
			got = append(got, string(l.Relation)+" "+l.Target)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, strings.Join(got, ", "), tt.want)
		}
	}
}
