package build

import (
	"slices"
	"testing"
)

// TestOrder: pages are read by the names of their files, and the page of a folder comes
// before those within, whatever it is called.
func TestOrder(t *testing.T) {
	loaded := load(t, tree(t, "-- docs/index.md --\n# Docs\n-- docs/guide/a.md --\n# A\n-- docs/guide/rules/blocks.md --\n# Blocks\n-- docs/guide/rules/README.md --\n# Rules\n-- docs/guide/setup.md --\n---\norder: 1\n---\n# Set up\n-- docs/guide/z.md --\n# Z\n"))
	var got []string
	for _, p := range loaded.Pages {
		if p.Source != "" && p.Section == "guide" {
			got = append(got, p.Title)
		}
	}
	if want := []string{"Set up", "A", "Rules", "Blocks", "Z"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
