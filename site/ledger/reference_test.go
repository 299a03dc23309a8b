package ledger

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
)

// TestReference_kinds: the page of data has the kinds of entries with what they must say,
// may say and owe, and the common keys.
func TestReference_kinds(t *testing.T) {
	page, ok := reference.Find("data")
	if !ok {
		t.Fatal("there is no page of data")
	}
	codes := func(keys []string) string {
		if len(keys) == 0 {
			return ""
		}
		return "`" + strings.Join(keys, "`, `") + "`"
	}
	want, got := make(map[string]string), make(map[string]string)
	for name, k := range kinds {
		want[name] = strings.Join([]string{codes(k.needs), codes(k.may), codes(k.owes)}, "|")
	}
	for line := range strings.Lines(page.Text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 || !strings.Contains(cells[0], "`") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		got[strings.Trim(cells[0], "`")] = strings.Join(cells[1:], "|")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds in the code (-) and on the page (+) differ:\n%s", diff)
	}
	for _, key := range common {
		if key != "name" && !strings.Contains(page.Text, "`"+key+"`") {
			t.Errorf("%s does not explain the key %s", page.File, key)
		}
	}
}
