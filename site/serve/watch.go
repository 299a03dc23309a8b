package serve

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"lockstep/site/build"
)

// settle is how long a change must rest before the tree is read: editors save in
// several steps.
const settle = 4 * time.Millisecond

// watch reads the tree again when a file that concerns it changes. It is the only
// goroutine that does, so a slow reading delays the next one and never overtakes
// it.
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
	changed := make(map[string]bool)
	committed, lost := false, false
	grown := false // a folder came, or others may count
	for {
		select {
		case event, ok := <-watcher.Events:
			if !ok {
				return
			}
			file := s.relative(event.Name)
			grown = grown || file == build.ConfigName || event.Has(fsnotify.Create) && isFolder(event.Name)
			switch {
			case event.Op == fsnotify.Chmod:
				continue
			case file == ".git/HEAD" || file == ".git/logs/HEAD":
				committed = true
			case strings.HasPrefix(file, ".git/") || !s.options.Builder.Concerns(file):
				continue
			default:
				changed[file] = true
			}
			timer.Reset(settle)
		case err, ok := <-watcher.Errors:
			if !ok {
				return
			}
			// Events were lost, so anything may have changed.
			s.options.Logger.Warn("watch sources", "error", err)
			lost = true
			timer.Reset(settle)
		case <-timer.C:
			if committed {
				s.options.Builder.Forget()
			}
			files := slices.Sorted(maps.Keys(changed))
			if committed || lost {
				files = nil
			}
			clear(changed)
			committed, lost = false, false
			if s.load(files) {
				s.reloads.send()
			}
			// Looking for folders reads the whole tree, which an edit need not wait for.
			if (grown || files == nil) && s.follow(watcher) {
				// Files may have come into a new folder before it was watched.
				lost = true
				timer.Reset(settle)
			}
			grown = false
		case <-s.stop:
			return
		}
	}
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// relative is the path of a file below the root, as sources are named.
func (s *Server) relative(name string) string {
	if rel, err := filepath.Rel(s.options.Builder.Dir(), name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

// follow watches the folders of the sources that are not watched yet, and what
// changes in a repository when somebody commits. It says whether there are any.
func (s *Server) follow(watcher *fsnotify.Watcher) (added bool) {
	watching := make(map[string]bool)
	for _, name := range watcher.WatchList() {
		watching[name] = true
	}
	folders := s.options.Builder.Folders()
	for _, folder := range []string{".git", ".git/logs"} {
		if info, err := os.Stat(filepath.Join(s.options.Builder.Dir(), folder)); err == nil && info.IsDir() {
			folders = append(folders, folder)
		}
	}
	for _, folder := range folders {
		name := filepath.Join(s.options.Builder.Dir(), filepath.FromSlash(folder))
		if watching[name] {
			continue
		}
		err := watcher.Add(name)
		if err != nil && !os.IsNotExist(err) {
			s.options.Logger.Warn("watch folder: changes in it will not be seen", "folder", folder, "error", err)
		}
		added = added || err == nil
	}
	return added
}
