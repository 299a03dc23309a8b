package model

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
)

// TestReference_keys: the page of data explains the keys of inputs and formulas, and what
// a run must say.
func TestReference_keys(t *testing.T) {
	page, ok := reference.Find("data")
	if !ok {
		t.Fatal("there is no page of data")
	}
	topics := reference.About("Model")
	if len(topics) != 1 {
		t.Fatalf("%d topics are called Model", len(topics))
	}
	want := append(slices.Clone(entryKeys), "assert", "input", "while")
	var got []string
	code := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(topics[0].Text) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(cells[2], -1) {
			got = append(got, m[1])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys in the code (-) and on the page (+) differ:\n%s", diff)
	}
	for _, key := range append(slices.Clone(runMeta), "title", "about", "inputs", "formulas", "asserts", "flips", "command", "judges") {
		if !strings.Contains(page.Text, "`"+key+"`") {
			t.Errorf("%s does not explain the key %s", page.File, key)
		}
	}
}
