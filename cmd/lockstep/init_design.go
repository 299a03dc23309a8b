package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"lockstep/site/build"
)

// skeleton is a whole design without answers. Each section says what a good answer
// holds, in the form that package milestone takes as unanswered.
//
//go:embed all:skeleton
var skeleton embed.FS

// initialiseDesign writes the skeleton into dir and leaves what is there. Kept are
// the files that it would have written. Records that exist keep their folder to
// themselves: a second ADR-0001 would contradict the first.
func initialiseDesign(dir string, now time.Time) (written, kept []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	found, err := build.Discover(dir)
	if err != nil {
		return nil, nil, err
	}
	own, err := fs.Glob(os.DirFS(dir), "adr/*.md")
	if err != nil {
		return nil, nil, err
	}
	records := len(own) > 0 || len(found.ADR) > 0
	if len(found.ADR) == 0 {
		found.ADR = []string{"adr"}
	}
	values := map[string]any{"Title": found.Title, "ADR": found.ADR, "Date": now.Format(time.DateOnly)}
	sub, err := fs.Sub(skeleton, "skeleton")
	if err != nil {
		return nil, nil, err
	}
	err = fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if path.Dir(name) == "adr" && records {
			kept = append(kept, name)
			return nil
		}
		data, err := fs.ReadFile(sub, name)
		if err != nil {
			return err
		}
		text, err := template.New(name).Funcs(scaffold).Parse(string(data))
		if err != nil {
			return err
		}
		switch err := writeNew(filepath.Join(dir, filepath.FromSlash(name)), text, values); {
		case errors.Is(err, fs.ErrExist):
			kept = append(kept, name)
		case err != nil:
			return err
		default:
			written = append(written, name)
		}
		return nil
	})
	return written, kept, err
}

// printNext says what to do with a skeleton.
func printNext(w io.Writer, dir string, kept []string) {
	for _, name := range kept {
		fmt.Fprintf(w, "kept   %s\n", name)
		if name == build.ConfigName {
			fmt.Fprintf(w, "       it must name content, adr, model: [content/model], evidence: [content/evidence] and ledger: [content/ledger]\n")
		}
	}
	fmt.Fprint(w, strings.ReplaceAll(`
now: 1. lockstep serve --dir DIR        read it, and see each change
     2. content/design/01-problem.md    begin with the tension, and record the side that you take in adr/0002
     3. content/model/1-load.yaml       put your inputs in; lockstep check --fix --dir DIR writes the numbers into the text
     4. lockstep milestones --dir DIR   what is missing, with file and line
`, "DIR", dir))
}
