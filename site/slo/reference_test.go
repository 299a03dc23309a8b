package slo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
)

// TestReference_keys: the page has the keys of a file of objectives, and no others.
func TestReference_keys(t *testing.T) {
	topics := reference.About("objectives")
	i := slices.IndexFunc(topics, func(topic reference.Topic) bool { return strings.HasSuffix(topic.Page, "data.md") })
	if i < 0 {
		t.Fatal("there is no topic of objectives")
	}
	want := slices.Concat(fileKeys, windowKeys, objectiveKeys, indicatorKeys, panelKeys)
	var got []string
	code := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(topics[i].Text) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			for _, m := range code.FindAllStringSubmatch(cells[2], -1) {
				got = append(got, m[1])
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(slices.Compact(want), slices.Compact(got)); diff != "" {
		t.Errorf("keys in the code (-) and on the page (+) differ:\n%s", diff)
	}
}
