package serve

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a change must rest before the tree is read: editors save in
// several steps.
const settle = 4 * time.Millisecond

// watch reads the tree again when a file below its folders changes.
func (s *Server) watch(ready chan<- error) {
	defer close(s.watched)
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		ready <- fmt.Errorf("watch sources: %w", err)
		return
	}
	defer watcher.Close()
	s.follow(watcher)
	ready <- nil
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	history := false
	changed := make(map[string]bool)
	for {
		select {
		case event, ok := <-watcher.Events:
			if !ok {
				return
			}
			if event.Op == fsnotify.Chmod || noise(event.Name) {
				continue
			}
			history = history || filepath.Base(filepath.Dir(event.Name)) == ".git"
			changed[s.relative(event.Name)] = true
			timer.Reset(settle)
		case err, ok := <-watcher.Errors:
			if !ok {
				return
			}
			s.options.Logger.Warn("watch sources", "error", err)
			clear(changed)
			timer.Reset(settle)
		case <-timer.C:
			if history {
				s.options.Builder.Forget()
				clear(changed)
				history = false
			}
			s.load(slices.Sorted(maps.Keys(changed)))
			clear(changed)
			s.reloads.send()
			s.follow(watcher)
		case <-s.stop:
			return
		}
	}
}

// relative is the path of a file below the root, as sources are named.
func (s *Server) relative(name string) string {
	if rel, err := filepath.Rel(s.options.Builder.Dir(), name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

// follow watches every folder below the sources. Watching one twice is harmless.
func (s *Server) follow(watcher *fsnotify.Watcher) {
	dir := s.options.Builder.Dir()
	watching := make(map[string]bool)
	for _, name := range watcher.WatchList() {
		watching[name] = true
	}
	add := func(name string) {
		if !watching[name] {
			watching[name] = true
			watcher.Add(name)
		}
	}
	add(dir)
	if info, err := os.Stat(filepath.Join(dir, ".git")); err == nil && info.IsDir() {
		add(filepath.Join(dir, ".git"))
	}
	for _, folder := range s.options.Builder.Folders() {
		if folder == "." {
			continue
		}
		filepath.WalkDir(filepath.Join(dir, folder), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				if strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" {
					return fs.SkipDir
				}
				add(name)
			}
			return nil
		})
	}
}

// noise is what editors and git leave beside the sources.
func noise(name string) bool {
	base := filepath.Base(name)
	if filepath.Base(filepath.Dir(name)) == ".git" {
		return base != "HEAD" && base != "ORIG_HEAD"
	}
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasSuffix(base, ".swp") || base == "4913" ||
		base == "public" || base == "var" || base == "bin"
}
