package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"lockstep/durable"
)

// TestWriteFile: a file is made and replaced, with the permissions that are asked
// for, and nothing is left beside it.
func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, tt := range []struct {
		text string
		perm os.FileMode
	}{{"one", 0o600}, {"another, longer", 0o644}, {"", 0o640}} {
		if err := durable.WriteFile(path, []byte(tt.text), tt.perm); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != tt.text {
			t.Errorf("%q, %v; want %q", got, err, tt.text)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != tt.perm {
			t.Errorf("permissions %v, %v; want %v", info.Mode(), err, tt.perm)
		}
	}
	alone(t, path)
}

// TestWriteFile_fails: a write that fails leaves what was there, and nothing else.
func TestWriteFile_fails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "taken")
	if err := os.MkdirAll(filepath.Join(path, "within"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(path, []byte("text"), 0o600); err == nil {
		t.Error("a folder that is not empty was replaced")
	}
	if _, err := os.Stat(filepath.Join(path, "within")); err != nil {
		t.Error(err)
	}
	alone(t, path)
	if err := durable.WriteFile(filepath.Join(path, "missing", "file"), nil, 0o600); err == nil {
		t.Error("a file was written into a folder that does not exist")
	}
}

func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the file there are %v, %v", entries, err)
	}
}
