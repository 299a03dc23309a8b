package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWanted: a site without a laboratory and without a model has no script that neither
// a page nor another script loads, but for those that decisions and servers need.
func TestWanted(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(filepath.Join(dir, "index.md"), []byte("# Parcels\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, dir).Write(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	err := filepath.WalkDir(out, func(path string, e os.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && (ext == ".html" || ext == ".js") && e.Name() != "service-worker.js" {
			var text []byte
			text, err = os.ReadFile(path)
			texts[path] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for script := range texts {
		if filepath.Ext(script) != ".js" {
			continue
		}
		scripts++
		name, _, _ := strings.Cut(filepath.Base(script), ".")
		loaded := slices.Contains([]string{"idiomorph", "reload", "review", "log"}, name)
		for path, text := range texts {
			loaded = loaded || path != script && strings.Contains(text, filepath.Base(script))
		}
		if !loaded {
			t.Errorf("nothing loads %s", filepath.Base(script))
		}
	}
	if scripts == 0 {
		t.Error("no script is written")
	}
}
