package decision

import "testing"

// TestID: a name that begins with a date is itself the identifier, however the date is
// written, and a number is a number.
func TestID(t *testing.T) {
	for file, want := range map[string]string{
		"adr/2020_03_03_a.md": "2020_03_03_a",
		"adr/2020-03-03-a.md": "2020-03-03-a",
		"adr/20200303-a.md":   "20200303-a",
		"adr/0007-a.md":       "ADR-0007",
		"adr/2020_a.md":       "ADR-2020",
	} {
		if id, _, ok := ID(file); id != want || !ok {
			t.Errorf("%s is %q, not %q", file, id, want)
		}
	}
}

// TestShortTitle: a title is listed without its number, and without what joins the two.
func TestShortTitle(t *testing.T) {
	for title, want := range map[string]string{
		"0011 - Angular folder structure": "Angular folder structure",
		"0011 — Angular":                  "Angular",
		"11. Angular":                     "Angular",
		"0011 Angular":                    "Angular",
		"ADR-0011: Angular":               "Angular",
		"12 Factors":                      "12 Factors",
		"11":                              "11",
	} {
		if got := shortTitle(title, 11); got != want {
			t.Errorf("%s becomes %q, not %q", title, got, want)
		}
	}
}
