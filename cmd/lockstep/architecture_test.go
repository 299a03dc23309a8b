package main

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestArchitecture: ARCHITECTURE.md finds what it sends its readers to beyond the files
// that it names, which lockstep check looks up. A function that it names beside a file is
// declared there, and every package of the prototype is in its drawing.
func TestArchitecture(t *testing.T) {
	data, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	files := regexp.MustCompile("`([a-z_/-]+/[a-z_]+\\.go)`, `(?:[A-Z]\\w*\\.)?(\\w+)`").FindAllStringSubmatch(text, -1)
	if len(files) < 8 {
		t.Fatalf("%d functions are named, and 8 are expected at least: the text is not read as it is written", len(files))
	}
	for _, f := range files {
		source, err := os.ReadFile(filepath.Join("../../prototype", f[1]))
		if err != nil {
			t.Error(err)
		} else if !regexp.MustCompile(`(?m)^func (\([^)]*\) )?` + f[2] + `\(`).Match(source) {
			t.Errorf("%s does not declare %s", f[1], f[2])
		}
	}
	steps := regexp.MustCompile(`(?m) ([a-z/]+\.go) +(\w+)$`).FindAllStringSubmatch(text, -1)
	if len(steps) < 10 {
		t.Fatalf("the way of a comment has %d steps: it is not read as it is drawn", len(steps))
	}
	for _, f := range steps {
		source, err := os.ReadFile(filepath.Join("../../site/review", f[1]))
		if err != nil {
			t.Error(err)
		} else if !regexp.MustCompile(`(?m)^(type|func( \([^)]*\))?) ` + f[2] + `\b`).Match(source) {
			t.Errorf("site/review/%s does not declare %s", f[1], f[2])
		}
	}
	packages, err := filepath.Glob("../../prototype/*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../../prototype/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	reviews, err := filepath.Glob("../../site/review/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Concat(packages, more, reviews) {
		if name := filepath.Base(filepath.Dir(file)); !strings.Contains(text, name+"/") {
			t.Errorf("package %s is not in the drawing", filepath.Dir(file))
		}
	}
}

// TestNamedTests: a comment that names the test of its promise names one that there is.
// In texts, lockstep check looks them up.
func TestNamedTests(t *testing.T) {
	declared, named := map[string]bool{}, map[string]string{}
	declaration, name := regexp.MustCompile(`(?m)^func (Test\w+)\(`), regexp.MustCompile(`\bTest[A-Z]\w+`)
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			return cmp.Or(err, fs.SkipDir)
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range declaration.FindAllStringSubmatch(string(data), -1) {
			declared[m[1]] = true
		}
		for _, line := range strings.Split(string(data), "\n") {
			if _, comment, ok := strings.Cut(line, "//"); ok {
				for _, m := range name.FindAllString(comment, -1) {
					named[m] = path
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(named) < 50 {
		t.Fatalf("%d tests are named: the texts are not read as they are written", len(named))
	}
	for test, path := range named {
		if !declared[test] {
			t.Errorf("%s names %s, and there is no such test", path, test)
		}
	}
}
