package main

import (
	"strings"
	"testing"
)

// TestCheck_names: check fails on a name that the code does not have, and says in its
// last line how many it has looked up.
func TestCheck_names(t *testing.T) {
	files := []string{"lockstep.yaml", "strict: true\ntitle: Example\ncontent: [content]\nnames:\n  - {kind: test, from: go-tests}\n",
		"code/a_test.go", "package a\n\nfunc TestA_holds() {}\n", "content/index.md"}
	dir := repository(t, append(files, "# Home\n\nProven by `TestA_holds`.\n")...)
	if code, out, _ := lockstep(t, "check", "--dir", dir); code != 0 || !strings.Contains(out, "1 names in code") {
		t.Errorf("the sound repository: exit code %d\n%s", code, out)
	}
	dir = repository(t, append(files, "# Home\n\nProven by `TestA_held`.\n")...)
	code, out, _ := lockstep(t, "check", "--dir", dir)
	if want := "content/index.md:3: the code has no test TestA_held [unknown-name]\n\tmend: did you mean TestA_holds?"; code != 1 || !strings.Contains(out, want) {
		t.Errorf("a test that does not exist: exit code %d\n%s", code, out)
	}
}
