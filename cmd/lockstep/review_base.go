package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/git"
)

// changesSince judges what has changed since a commit by the reviews.
func changesSince(ctx context.Context, tree *build.Tree, dir, base string) ([]site.Finding, error) {
	folder, err := os.MkdirTemp("", "lockstep-base-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	// A branch is compared with the commit from which it began: what has happened at
	// the base since is not this change.
	from, err := git.Line(ctx, dir, "merge-base", base, "HEAD")
	if err != nil {
		return nil, usageError{fmt.Sprintf("--base %s: %s", base, err), "git fetch origin main, without --depth, and --base origin/main"}
	}
	prefix, err := git.Line(ctx, dir, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	files := filepath.Join(folder, "files") + string(filepath.Separator)
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(folder, "index")}
	if _, err := git.RunWith(ctx, dir, index, "read-tree", from); err != nil {
		return nil, err
	}
	if _, err := git.RunWith(ctx, dir, index, "checkout-index", "--all", "--prefix="+files); err != nil {
		return nil, err
	}
	before, err := loadTree(filepath.Join(files, filepath.FromSlash(prefix)))
	if err != nil {
		return nil, fmt.Errorf("read the sources at %s: %w", base, err)
	}
	messages, err := git.Line(ctx, dir, "log", "--format=%B", from+"..HEAD")
	if err != nil {
		return nil, err
	}
	return tree.ReviewChanges(before, saidIn(messages)), nil
}

var changesApproved = regexp.MustCompile(`(?im)^changes-approved:[ \t]*(.+)$`)

// saidIn finds in messages which approved texts a change says that it touches.
func saidIn(messages string) func(names []string) bool {
	said := make(map[string]bool)
	for _, m := range changesApproved.FindAllStringSubmatch(messages, -1) {
		for _, name := range strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\r' }) {
			said[strings.Trim(name, "/")] = true
		}
	}
	return func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return name != "" && said[name] })
	}
}
