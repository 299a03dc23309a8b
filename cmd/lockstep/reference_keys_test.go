package main

import (
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/reference"
)

// TestReference_configuration: the page has the keys that lockstep.yaml may have, with
// their forms, and each example is understood.
func TestReference_configuration(t *testing.T) {
	page, ok := reference.Find("configuration")
	if !ok {
		t.Fatal("there is no page of the configuration")
	}
	want := make(map[string]reflect.Type)
	for field := range fieldsOf(reflect.TypeFor[build.Config]()) {
		want[field.Tag.Get("yaml")] = field.Type
	}
	var got []string
	for _, topic := range page.Topics {
		got = append(got, topic.Name)
		of := want[topic.Name]
		if of == nil {
			t.Errorf("%s:%d: lockstep.yaml has no key %s", page.File, topic.Line, topic.Name)
			continue
		}
		delete(want, topic.Name)
		if form := formOf(of); !strings.HasPrefix(strings.TrimSpace(topic.Text), form+". ") {
			t.Errorf("%s:%d: the text must begin with %q, which is the form of %s", page.File, topic.Line, form+".", topic.Name)
		}
		if diff := cmp.Diff(keysBelow(of, ""), keysInTable(topic.Text)); diff != "" {
			t.Errorf("%s:%d: keys in the code (-) and in the table (+) differ:\n%s", page.File, topic.Line, diff)
		}
		t.Run(topic.Name, func(t *testing.T) { judgeConfiguration(t, topic) })
	}
	for key := range want {
		t.Errorf("%s does not explain the key %s", page.File, key)
	}
	if !slices.Contains(got, "rules") {
		t.Errorf("the page has %v", got)
	}
}

// judgeConfiguration reads the example of a key in a repository that has what such
// examples name.
func judgeConfiguration(t *testing.T, topic reference.Topic) {
	examples := reference.Examples(topic.Text)
	if len(examples) == 0 {
		t.Fatal("there is no example")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"README.md": "# Parcels\n", "CHANGELOG.md": "# Changes\n", "claims.yaml": "", "docs/index.md": "# Parcels\n", "docs/start.md": "# Start\n", "docs/drafts/a.md": "# Draft\n",
		"manual/a.md": "# Manual\n", "docs/adr/0001-a.md": "# A\n", "docs/rfcs/0001-b.md": "# B\n", "docs/known.json": "[]", "docs/evidence/none.txt": "", "docs/model/none.txt": "",
		"docs/ledger/none.txt": "", "src/a.py": "count(\"parcels_total\")\n",
	} {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	put(t, filepath.Join(dir, build.ConfigName), examples[0].Text)
	tree, err := loadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tree.Findings {
		if f.File == build.ConfigName {
			t.Error(f)
		}
	}
}

// fieldsOf are the fields of a struct that YAML has.
func fieldsOf(of reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range of.NumField() {
			if f := of.Field(i); f.Tag.Get("yaml") != "" && f.Tag.Get("yaml") != "-" && !yield(f) {
				return
			}
		}
	}
}

// formOf is what the page calls the form of a value.
func formOf(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[build.Folders]():
		return "A folder or a list of folders"
	case of.Kind() == reflect.Bool:
		return "True or false"
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Struct:
		return "A list of mappings"
	case of.Kind() == reflect.Slice:
		return "A list"
	case of.Kind() == reflect.Map, of.Kind() == reflect.Struct:
		return "A mapping"
	}
	return "Text"
}

// keysBelow are the keys of mappings within a value, with those above them.
func keysBelow(of reflect.Type, above string) (keys []string) {
	if of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return nil
	}
	for f := range fieldsOf(of) {
		key := above + f.Tag.Get("yaml")
		keys = append(append(keys, key), keysBelow(f.Type, key+".")...)
	}
	return keys
}

var keyOfRow = regexp.MustCompile("(?m)^\\| `([^`]+)`")

func keysInTable(text string) (keys []string) {
	for _, m := range keyOfRow.FindAllStringSubmatch(text, -1) {
		keys = append(keys, m[1])
	}
	return keys
}

// TestReference_examples: the texts of a page that shows a whole repository are one
// without a finding.
func TestReference_examples(t *testing.T) {
	for name, more := range map[string]map[string]string{
		"references": nil,
		"data":       {"lockstep.yaml": "content: docs\nmodel: docs/model\nevidence: docs/evidence\nledger: docs/ledger\n", "docs/depot.md": "# Depot\n\n```ledger\ntable: features\n```\n"},
	} {
		page, ok := reference.Find(name)
		if !ok {
			t.Fatalf("there is no page %s", name)
		}
		dir := t.TempDir()
		for file, text := range more {
			put(t, filepath.Join(dir, filepath.FromSlash(file)), text)
		}
		files := 0
		for _, e := range reference.Examples(page.Text) {
			if e.Path != "" {
				files++
				put(t, filepath.Join(dir, filepath.FromSlash(e.Path)), e.Text)
			}
		}
		tree, err := loadTree(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Findings) > 0 || files < 3 {
			t.Errorf("%s: %d files, and %v", page.File, files, tree.Findings)
		}
		if name == "references" {
			judgeReferences(t, tree)
		}
	}
}

// judgeReferences: what the page calls a reference has become one.
func judgeReferences(t *testing.T, tree *build.Tree) {
	t.Helper()
	home := tree.ByPath("/")
	if home == nil {
		t.Fatal("there is no home page")
	}
	plain := func(p *site.Page) string { return p.Path }
	for _, to := range []string{"/depot/", "/adr/0001-one-queue/", "/parts/"} {
		p := tree.ByPath(to)
		if p == nil || !slices.ContainsFunc(p.Backlinks, func(b site.Backlink) bool { return plain(b.From) == "/" }) {
			t.Errorf("the text does not refer to %s", to)
		}
	}
	if to := tree.Redirects()["/halls/"]; to != "/depot/" {
		t.Errorf("the old address leads to %q", to)
	}
}
