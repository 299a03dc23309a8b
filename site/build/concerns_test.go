package build

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestConcerns(t *testing.T) {
	dir := tree(t, own+`-- content/new/deep/x.txt --
text
-- content/node_modules/y/z.md --
text
-- main.go --
package main
`)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{
		"lockstep.yaml":               true,
		"content/index.md":            true,
		"content/gone.md":             true,
		"content/cat.png":             true,
		"content/new":                 true,
		"content/new/deep/x.txt":      true, // a link to it may have been dead
		"content/model/cost.yaml":     true,
		"content/model/gone.yaml":     true,
		"adr/0002-new.md":             true,
		"content/index.md~":           false,
		"content/.index.md.swp":       false,
		"content/4913":                false,
		"content/node_modules/y/z.md": false,
		"main.go":                     false,
		"README.md":                   false, // not a part of this site
		"public":                      false,
		"contents/index.md":           false,
	} {
		if got := b.Concerns(file); got != want {
			t.Errorf("Concerns(%q) = %v", file, got)
		}
	}
	if got, want := b.Folders(), []string{".", "adr", "content", "content/design", "content/model", "content/new", "content/new/deep"}; !slices.Equal(got, want) {
		t.Errorf("folders %q, want %q", got, want)
	}
	if err := os.Remove(filepath.Join(dir, "lockstep.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{"README.md": true, "docs": false, "content": true, "main.go": false, "node_modules": false} {
		if got := b.Concerns(file); got != want {
			t.Errorf("without configuration: Concerns(%q) = %v", file, got)
		}
	}
}
