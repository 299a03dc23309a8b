package yamlfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	got, err := Read([]byte("\ufeff# what it is\na: 0.10\nb:\n  c: |\n    two\n    lines\n  d:\ne:\n  'quoted'\nf: {g: h}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{
		{Key: "a", Line: 2, Text: "0.10", At: 2},
		{Key: "b", Line: 3, At: 3, IsMap: true, Members: []Member{
			{Key: "c", Line: 4, Text: "two\nlines", At: 5},
			{Key: "d", Line: 7, At: 7},
		}},
		{Key: "e", Line: 8, Text: "quoted", At: 9},
		{Key: "f", Line: 10, At: 10, IsMap: true, Members: []Member{{Key: "g", Line: 10, Text: "h", At: 10}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	for _, nothing := range []string{"", "\n", "# only a comment\n"} {
		if got, err := Read([]byte(nothing)); err != nil || len(got) > 0 {
			t.Errorf("%q: %v, %v", nothing, got, err)
		}
	}
}

func TestRead_refuses(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		line       int
		says       string
	}{
		{"a list", "a: b\nc: [1, 2]\n", 2, "c holds a sequence"},
		{"a list at the top", "\n- a\n", 2, "where a mapping is expected"},
		{"no YAML", "a: 'b\n", 1, "quot"},
		{"a second document", "a: b\n---\nc: d\n", 3, "second YAML document"},
		{"a key twice", "a: b\na: c\n", 2, "already defined"},
	} {
		_, err := Read([]byte(tt.data))
		if err == nil || err.Line != tt.line || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %+v, want %q at line %d", tt.name, err, tt.says, tt.line)
		}
	}
	if got, err := ReadRepeated([]byte("a: b\na: c\n")); err != nil || len(got) != 2 || got[1].Line != 2 {
		t.Errorf("a key twice, where it is allowed: %v, %v", got, err)
	}
}
