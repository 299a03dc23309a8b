package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sources are the folders and files from which the program is built.
var sources = []string{"go.mod", "go.sum", "cmd", "durable", "prototype", "site", "static", "third_party"}

// copySources puts them into a folder of the name, far from any repository.
func copySources(t *testing.T, name string) string {
	dir := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		err := filepath.WalkDir(filepath.Join("../..", source), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			to := filepath.Join(dir, strings.TrimPrefix(filepath.ToSlash(path), "../../"))
			if entry.IsDir() {
				return os.MkdirAll(to, 0o755)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(to, data, 0o644)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBuild_sameBytes: two folders give the same program, whatever the settings of the
// machine, and nothing of the machine is in it.
func TestBuild_sameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	var programs [2][]byte
	for i, name := range []string{"a", "another/folder"} {
		if i == 1 {
			t.Setenv("GOFLAGS", "-tags=other")
			t.Setenv("GOAMD64", "v2")
			t.Setenv("CGO_ENABLED", "1")
		}
		dir := copySources(t, name)
		file := filepath.Join(t.TempDir(), "lockstep")
		if err := build(t.Context(), target{"linux", "amd64"}, dir, file); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		programs[i] = data
		home, _ := os.UserHomeDir()
		for _, path := range []string{dir, filepath.Join(home, "go/"), os.TempDir() + "/Test"} {
			if bytes.Contains(data, []byte(path)) {
				t.Errorf("the path %s of this machine is in the program", path)
			}
		}
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range info.Settings {
			if s.Key == "-tags" || s.Key == "CGO_ENABLED" && s.Value != "0" || s.Key == "GOAMD64" && s.Value != "v1" {
				t.Errorf("%s is %s: a setting of this machine", s.Key, s.Value)
			}
		}
	}
	if sha256.Sum256(programs[0]) != sha256.Sum256(programs[1]) {
		t.Error("two folders give two programs")
	}
}

// TestParse: a target that is not built is refused with those that are.
func TestParse(t *testing.T) {
	var stderr bytes.Buffer
	if _, err := parse([]string{"--targets", "linux/mips"}, &stderr); err == nil || !strings.Contains(err.Error(), "linux/amd64, linux/arm64, darwin/arm64, windows/amd64") {
		t.Errorf("a target that there is not: %v", err)
	}
	o, err := parse(nil, &stderr)
	if err != nil || len(o.targets) != len(allTargets) {
		t.Errorf("without flags: %v, %v", o, err)
	}
}
