package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/durable"
	"lockstep/site/git"
)

// dataParts are what a server keeps in its data folder.
var dataParts = []string{"review", "lab"}

const ignoreEverything = "# Written by lockstep: what is here is this machine's alone.\n*\n"

// claimData makes the data folder ready, before anything is written there: git
// ignores it, nobody else on this machine can read it, and it is no part of a
// repository's history. A folder with other things in it keeps its own rules, and
// the parts within it get these.
func claimData(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := untracked(ctx, dir); err != nil {
		return err
	}
	folders := []string{dir}
	if !ours(dir) {
		folders = nil
		for _, part := range dataParts {
			folders = append(folders, filepath.Join(dir, part))
		}
	}
	for _, folder := range folders {
		if err := hide(folder); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	return nil
}

// ours says whether a folder holds nothing but what this program puts there.
func ours(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != ".gitignore" && !slices.Contains(dataParts, e.Name())
	})
}

// hide makes a folder that only its owner can read and git ignores. A .gitignore
// that is there is left: somebody may have written more into it.
func hide(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, ".gitignore")
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.WriteFile(path, []byte(ignoreEverything), 0o600)
}

// untracked refuses a folder of which git has a copy: a checkout or a merge would
// write into a store that is open, and the keys of redacted texts would be in the
// history for ever.
func untracked(ctx context.Context, dir string) error {
	args := append([]string{"-c", "safe.directory=*", "ls-files", "-z", "--"}, dataParts...)
	out, err := git.Line(ctx, dir, args...)
	if err != nil || out == "" {
		return nil // no git, or no repository
	}
	files := strings.Split(strings.TrimRight(out, "\x00"), "\x00")
	return fmt.Errorf("the data folder %s is tracked by git: %d files, among them %s; a checkout or a merge would damage it, and its keys are in the history\n"+
		"\tmend: run \"git -C %s rm -r -q --cached .\" and commit. Whoever has the repository has the keys and the tokens: revoke them, and take redacted texts for known. --data names another folder",
		dir, len(files), files[0], dir)
}
