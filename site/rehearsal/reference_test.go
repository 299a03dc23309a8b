package rehearsal

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
)

// TestReference: the reference has the steps that there are, and what may be said of a
// command; its example is an entry with nothing wrong.
func TestReference(t *testing.T) {
	page, ok := reference.Find("blocks")
	i := slices.IndexFunc(page.Topics, func(t reference.Topic) bool { return t.Name == "rehearse" })
	if !ok || i < 0 {
		t.Fatal("there is no section rehearse")
	}
	var want, got []string
	for _, s := range Steps {
		want = append(want, string(s))
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(page.Topics[i].Text, -1) {
		got = append(got, m[1])
	}
	want = append(want, "exit 1 or 7", `says "no power"`, "within 10s")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps and words in the code (-) and on the page (+) differ:\n%s", diff)
	}
	for _, words := range want[len(Steps):] {
		if err := new(Command).expect(words); err != nil {
			t.Errorf("%s: %v", words, err)
		}
	}
	examples := reference.Examples(page.Topics[i].Text)
	if len(examples) == 0 {
		t.Fatal("there is no example")
	}
	entries, problems := Read("belts.md", []byte(examples[0].Text), slug)
	if len(problems) > 0 || len(entries) != 1 || entries[0].Name() != "belts#the-belt-stands" || len(entries[0].Blocks) != 3 {
		t.Errorf("the example: %v, %v", entries, problems)
	}
}
