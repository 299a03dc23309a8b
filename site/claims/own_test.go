package claims

import (
	"os"
	"regexp"
	"testing"

	"github.com/goccy/go-yaml"

	"lockstep/site"
	"lockstep/site/markdown"
)

// TestOwnRules: the rules of this repository know the forms that a denied word takes,
// and that what ran in virtual time ran on nothing real.
func TestOwnRules(t *testing.T) {
	data, err := os.ReadFile("../../lockstep.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var own struct {
		Claims Config
		Names  []struct {
			Kind, Span string
			Define     []string
		}
	}
	if err := yaml.Unmarshal(data, &own); err != nil {
		t.Fatal(err)
	}
	runs := recorded{
		"evidence:torture#failures.kill": 200, "evidence:torture#failures.total": 200, "evidence:torture#failures.pause": 0, "evidence:torture#failures.isolate": 0,
		"evidence:torture#lost": 0, "evidence:torture-virtual#lost": 0, "evidence:torture-virtual#simulated_s": 167148,
	}
	for text, denied := range map[string]bool{
		"[200](evidence:torture#failures.total) leaders were killed.":                                                        false,
		"[200](evidence:torture#failures.total) leaders froze.":                                                              true,
		"In [200](evidence:torture#failures.total) cut-offs of leaders.":                                                     true,
		"[0](evidence:torture#lost) messages lost by real processes on real disks.":                                          false,
		"In [100 k](evidence:torture-virtual#leader_failures) failures of real processes.":                                   true,
		"Through [100 k](evidence:torture-virtual#leader_failures) failures, slow real disks beside them, nothing was lost.": true,
		"[0](evidence:torture-virtual#lost) messages lost, without real disks.":                                              false,
		"[0](evidence:torture#lost) lost by real processes, [0](evidence:torture-virtual#lost) in virtual time":              false,
	} {
		k, problems := New(own.Claims, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		d := markdown.New(markdown.Options{}).Parse("x.md", []byte(text), site.KindDocument)
		k.Judge(Text{File: "x.md", Statements: d.Statements(), Number: func(dest string) string { return dest }}, runs)
		found := false
		for _, f := range k.findings {
			found = found || f.Rule == "denied-word"
		}
		if found != denied {
			t.Errorf("%s\nfound %v", text, k.findings)
		}
	}
	for _, kind := range own.Names {
		if kind.Kind == "make target" && !regexp.MustCompile(`^(?:`+kind.Span+`)$`).MatchString("make all-of-it") {
			t.Errorf("%s: a target with a hyphen is no target, so nobody looks it up", kind.Span)
		}
	}
}
