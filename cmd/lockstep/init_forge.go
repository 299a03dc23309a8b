package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"lockstep/site/git"
)

//go:embed forge
var forgeFiles embed.FS

// forges are where a forge looks for what it shall do with a change.
var forges = map[string]string{
	"forgejo": ".forgejo/workflows/site.yml",
	"github":  ".github/workflows/site.yml",
	"gitlab":  ".gitlab-ci.yml",
}

func forgeNames() []string { return slices.Sorted(maps.Keys(forges)) }

// initialiseForge writes what lets a forge check and publish the site.
func initialiseForge(out io.Writer, dir, forge string) error {
	name, ok := forges[forge]
	if !ok {
		return usageError{fmt.Sprintf("there is no forge %q; there are %s", forge, strings.Join(forgeNames(), ", ")), "lockstep init . --ci github"}
	}
	data, err := forgeFiles.ReadFile("forge/" + forge + ".yml")
	if err != nil {
		return err
	}
	text, err := template.New(forge).Parse(string(data))
	if err != nil {
		return err
	}
	// The forge uses the program that wrote the file, if that is known.
	built := builtFrom()
	values := struct{ Commit string }{built.Commit}
	if built.Modified || built.Commit == "unknown" {
		values.Commit = ""
	}
	switch err := writeNew(filepath.Join(dir, filepath.FromSlash(name)), text, values); {
	case errors.Is(err, fs.ErrExist):
		fmt.Fprintf(out, "kept   %s\n", name)
		return nil
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "wrote  %s\n       what is to do once stands at its head; findings of today: lockstep check --write-baseline\n", name)
	return nil
}

// initialiseHook writes a hook that judges the texts before each commit.
func initialiseHook(ctx context.Context, out io.Writer, dir string) error {
	name, err := git.Line(ctx, dir, "rev-parse", "--git-path", "hooks/pre-commit")
	if err != nil {
		return fmt.Errorf("%s is in no repository of git: run git init there first", dir)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	data, err := forgeFiles.ReadFile("forge/pre-commit")
	if err != nil {
		return err
	}
	if there, err := os.ReadFile(name); err == nil && string(there) != string(data) {
		return fmt.Errorf("%s is there already: add the line \"lockstep check\" to it", name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, data, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote  %s\n", name)
	return nil
}
