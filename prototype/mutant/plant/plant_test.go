package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRun plants in a small package: its tests find two bugs, one survives, and one
// does not compile. No file of the package is touched.
func TestRun(t *testing.T) {
	const door = "testdata/door/door.go"
	before, err := os.ReadFile(door)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		survivors string
		ok        bool
	}{{"34", true}, {"33", false}} {
		o, err := parse([]string{"--sample", "0", "--survivors", tt.survivors, "testdata/door"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(t.Context(), o, &out, &out); (err == nil) != tt.ok {
			t.Errorf("one of three survives, and %s percent may: %v", tt.survivors, err)
		}
		want := `4 of 4 bugs, seed 1
testdata/door/door.go:10: < becomes <=
	if age < 18 {
  planted  killed  of these timed out  survived  not viable  package
        4       2                   0         1           1  testdata/door
        4       2                   0         1           1  all
33.3 % of 3 survived; ` + tt.survivors + ` % may
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("printed (-want +got):\n%s", diff)
		}
	}
	if after, err := os.ReadFile(door); err != nil || !bytes.Equal(before, after) {
		t.Errorf("%s has changed: %v", door, err)
	}
}

// TestBugsInFile: every kind of bug, and what is left as it is.
func TestBugsInFile(t *testing.T) {
	source := `package p

func f(a, b int) int {
	if mutant.On(mutant.X) {
		return a
	}
	if a == b && a > 1 {
		mu.Lock()
		guard(a)
		logger.Error("said to a person")
		return a + 1
	}
	for i := 0; i != 3; i++ {
		a--
	}
	return b
}
`
	bugs, err := bugsInFile("p/f.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	bugs = draw(bugs, 0, 1)
	var got []string
	for _, b := range bugs {
		changed := strings.Split(source[:b.from]+b.with+source[b.to:], "\n")
		got = append(got, b.kind+": "+strings.TrimSpace(changed[b.line-1]))
	}
	want := []string{
		"== becomes !=: if a != b && a > 1 {",
		"&& becomes ||: if a == b || a > 1 {",
		"> becomes <=: if a == b && a <= 1 {",
		"> becomes >=: if a == b && a >= 1 {",
		"call is left out: guard(a): ",
		"return is left out: return a + 1: ",
		"+ 1 becomes + 0: return a + 0",
		"!= becomes ==: for i := 0; i == 3; i++ {",
		"step is left out: a--: ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDraw: a line that is added changes little of a sample.
func TestDraw(t *testing.T) {
	var bugs []bug
	for i := range 100 {
		bugs = append(bugs, bug{file: "f.go", from: i, source: fmt.Sprint("line ", i)})
	}
	before := draw(slices.Clone(bugs), 20, 1)
	after := draw(append([]bug{{file: "f.go", source: "a new line"}}, bugs...), 20, 1)
	kept := 0
	for _, b := range after {
		if slices.Contains(before, b) {
			kept++
		}
	}
	if kept < 19 {
		t.Errorf("%d of 20 are drawn again", kept)
	}
}

// TestRun_sample: the same seed draws the same bugs, another one draws others.
func TestRun_sample(t *testing.T) {
	list := func(seed string) []string {
		o, err := parse([]string{"--list", "--sample", "2", "--seed", seed, "testdata/door"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(context.Background(), o, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		return strings.Split(out.String(), "\n")
	}
	first := list("1")
	if len(first) != 5 || !slices.Equal(first, list("1")) {
		t.Errorf("seed 1 draws %q and %q", first, list("1"))
	}
	if slices.Equal(first, list("2")) && slices.Equal(first, list("3")) && slices.Equal(first, list("4")) {
		t.Errorf("seeds 1 to 4 draw %q", first)
	}
}

// TestParse_refuses: wrong flags, and a target without a place for a bug.
func TestParse_refuses(t *testing.T) {
	for _, args := range [][]string{{"--sample", "-1"}, {"--survivors", "101"}, {"--survivors", "NaN"}, {"--seed", "x"}} {
		var report bytes.Buffer
		if _, err := parse(args, &report); err == nil || report.Len() == 0 {
			t.Errorf("%q: %v, %q", args, err, report.String())
		}
	}
	for _, target := range []string{"testdata/nowhere", "testdata/door/door_test.go.txt", "targets_test.go"} {
		if err := run(t.Context(), options{targets: []string{target}}, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: no error", target)
		}
	}
	if o, err := parse(nil, io.Discard); err != nil || len(o.targets) == 0 {
		t.Errorf("without targets: %+v, %v", o, err)
	}
}
