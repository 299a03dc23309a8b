package main

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitecture: ARCHITECTURE.md finds what it sends its readers to. A file that it
// names exists, a function that it names beside the file is declared there, and every
// package of the prototype is in its drawing.
func TestArchitecture(t *testing.T) {
	data, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	files := regexp.MustCompile("`([a-z_/-]+/[a-z_]+\\.go)`(?:, `(?:[A-Z]\\w*\\.)?(\\w+)`)?").FindAllStringSubmatch(text, -1)
	if len(files) < 15 {
		t.Fatalf("%d files are named, and 15 are expected at least: the text is not read as it is written", len(files))
	}
	for _, f := range files {
		source, err := os.ReadFile(filepath.Join("../../prototype", f[1]))
		if err != nil {
			source, err = os.ReadFile(filepath.Join("../..", f[1]))
		}
		if err != nil {
			t.Errorf("%s is named and not there", f[1])
		} else if f[2] != "" && !regexp.MustCompile(`(?m)^func (\([^)]*\) )?`+f[2]+`\(`).Match(source) {
			t.Errorf("%s does not declare %s", f[1], f[2])
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
	for _, file := range append(packages, more...) {
		if name := filepath.Base(filepath.Dir(file)); !strings.Contains(text, name+"/") {
			t.Errorf("package %s is not in the drawing", filepath.Dir(file))
		}
	}
}

// TestNamedTests: a promise in a text or a comment that names its test names one that
// there is.
func TestNamedTests(t *testing.T) {
	declared, named := map[string]bool{}, map[string]string{}
	declaration, name := regexp.MustCompile(`(?m)^func (Test\w+)\(`), regexp.MustCompile(`\bTest[A-Z]\w+`)
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			return cmp.Or(err, fs.SkipDir)
		}
		test := strings.HasSuffix(path, "_test.go")
		if !test && filepath.Ext(path) != ".md" && filepath.Ext(path) != ".go" {
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
			if _, comment, ok := strings.Cut(line, "//"); ok || filepath.Ext(path) == ".md" {
				for _, m := range name.FindAllString(cmp.Or(comment, line), -1) {
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
