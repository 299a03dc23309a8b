package main

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
)

// whereOrderIsDecided is what is planted in unless something else is named: the
// packages, and of node the files, that a wrong order or a lost message could come
// from, and the judge that would have to notice it.
var whereOrderIsDecided = []string{
	"prototype/order", "prototype/link", "prototype/check", "prototype/fault",
	"prototype/node/disk/fence.go", "prototype/node/storage/log.go",
	"prototype/node/replica/batcher.go", "prototype/node/replica/condition.go", "prototype/node/transport/evidence.go", "prototype/node/member/found.go",
	"prototype/node/member/members.go", "prototype/node/replica/past.go", "prototype/node/folder/promise.go",
	"prototype/node/replica/queue.go", "prototype/node/roster/roster.go", "prototype/node/replica/trail.go",
}

// bugsIn gives the bugs that could be planted in a package or a file.
func bugsIn(target string) (bugs []bug, err error) {
	files := []string{target}
	if filepath.Ext(target) != ".go" {
		pkg, err := build.ImportDir(target, 0)
		if err != nil {
			return nil, fmt.Errorf("look into %s: %w", target, err)
		}
		files = nil
		for _, name := range pkg.GoFiles {
			files = append(files, filepath.Join(target, name))
		}
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found, err := bugsInFile(filepath.ToSlash(file), source)
		if err != nil {
			return nil, err
		}
		bugs = append(bugs, found...)
	}
	if len(bugs) == 0 {
		return nil, fmt.Errorf("there is nothing in %s where a bug could be planted", target)
	}
	return bugs, nil
}
