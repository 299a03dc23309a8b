package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ignored is what lockstep puts into a repository and no commit needs, unless it is told
// other folders: drawings that the next build takes over, the site, and what a server keeps.
var ignored = []string{"/.cache/", "/public/", "/var/"}

// initialiseIgnore writes what git shall leave alone. A file that is there is somebody's:
// it stays, and what it lacks is said.
func initialiseIgnore(out io.Writer, dir string) error {
	name := filepath.Join(dir, ".gitignore")
	there, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(strings.Join(ignored, "\n")+"\n"), 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote  .gitignore")
		return nil
	}
	if err != nil {
		return err
	}
	var lacks []string
	for _, line := range ignored {
		means := func(own []byte) bool { return strings.Trim(string(own), "/ \t\r") == strings.Trim(line, "/") }
		if !slices.ContainsFunc(bytes.Split(there, []byte("\n")), means) {
			lacks = append(lacks, line)
		}
	}
	if len(lacks) > 0 {
		fmt.Fprintf(out, "kept   .gitignore\n       add to it: %s\n", strings.Join(lacks, " "))
	}
	return nil
}
