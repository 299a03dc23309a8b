package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestServe_version: a running server says what lockstep version --json says.
func TestServe_version(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.md"), []byte("# Home\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, dir)
	said, err := exec.Command(program(t), "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(s.address + "/version")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	served, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var want, got version
	for text, v := range map[*[]byte]*version{&said: &want, &served: &got} {
		if err := json.Unmarshal(*text, v); err != nil {
			t.Fatalf("%v: %s", err, *text)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Commit == "" || got.Version == "" {
		t.Errorf("(-version --json +/version)\n%s", diff)
	}
}
