package build

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/origin"
	"lockstep/site/view"
)

// history is what one pass over the repository's log tells of every file.
type history struct {
	commit  view.Commit
	shallow bool
	known   bool                    // the log could be read
	origin  origin.Origin           // where the repository came from, as far as it is known
	files   map[string]site.History // by path below the root
	events  []string                // files of reviews, also those that were deleted
	was     map[string][]string     // names that a file had before, the newest first
	past    past
}

const gitTimeout = 30 * time.Second

// readHistory asks git once. Without git, without a repository, or when the
// repository belongs to somebody else, nothing is known, and nothing is guessed.
func readHistory(root string) history {
	h := history{files: make(map[string]site.History), was: make(map[string][]string)}
	out, err := asked(root, "rev-parse", "--show-prefix", "--is-shallow-repository", "HEAD")
	if err != nil {
		return h
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) < 3 {
		return h
	}
	prefix := lines[0]
	h.shallow, h.commit.Hash = lines[1] == "true", lines[2]
	if out, err := asked(root, "status", "--porcelain", "-z", "--untracked-files=no", "--", "."); err == nil {
		h.commit.Dirty = len(out) > 0
		h.past.edited = editedFiles(out, prefix)
	}
	if out, err := asked(root, "log", "-1", "--format=%ct"); err == nil {
		h.commit.Time = unix(strings.TrimSpace(string(out)))
	}
	h.origin = readOrigin(root, h.commit.Hash)
	h.origin.Folder = prefix
	out, err = asked(root, "log", "-z", "-M", "--raw", "--no-abbrev", "--format=%x01%H%x1f%P%x1f%at%x1f%ct%x1f%aN%x1f%s", "--", "*.md", "*.markdown", "*.mdx")
	if err != nil {
		return h
	}
	h.past.landed = readLanded(root)
	h.read(out, prefix)
	h.known = true
	if out, err := asked(root, "diff", "-z", "-M", "--diff-filter=R", "--name-status", "HEAD", "--", "*.md", "*.markdown", "*.mdx"); err == nil {
		h.moving(out, prefix)
	}
	return h
}

// moving reads the renames that no commit has yet.
func (h *history) moving(diff []byte, prefix string) {
	tokens := strings.Split(string(diff), "\x00")
	for i := 0; i+2 < len(tokens); i += 3 {
		before, now := strings.TrimPrefix(tokens[i+1], prefix), strings.TrimPrefix(tokens[i+2], prefix)
		h.was[now] = append([]string{before}, h.was[before]...)
	}
}

// read walks the log, newest commit first. After a rename the older commits
// speak of the old name, which from there on stands for the new one.
func (h *history) read(log []byte, prefix string) {
	type tally struct {
		history site.History
		authors map[string]int
	}
	files := make(map[string]*tally)
	alias := make(map[string]string)
	var by *commit
	tokens := strings.Split(string(log), "\x00")
	for i := 0; i+1 < len(tokens); i++ {
		status := strings.TrimPrefix(tokens[i], "\n")
		if header, ok := strings.CutPrefix(status, "\x01"); ok {
			by = h.commitOf(header)
			continue
		}
		raw := strings.Fields(status)
		if len(raw) != 5 || by == nil {
			continue
		}
		i++
		status = raw[4]
		current := tokens[i]
		before := ""
		if (status[0] == 'R' || status[0] == 'C') && i+1 < len(tokens) {
			i++
			before, current = current, tokens[i]
		}
		if now, ok := alias[current]; ok {
			current = now
		}
		if status[0] == 'R' {
			alias[before] = current
			now := strings.TrimPrefix(current, prefix)
			h.was[now] = append(h.was[now], strings.TrimPrefix(before, prefix))
		}
		t := files[current]
		if t == nil {
			t = &tally{authors: make(map[string]int)}
			t.history.Updated = by.authored
			files[current] = t
		}
		if by.at.After(t.history.Landed) {
			t.history.Landed = by.at
		}
		t.history.Commits++
		t.history.Created = by.authored
		t.authors[by.author]++
		if file, ok := strings.CutPrefix(current, prefix); ok {
			h.past.add(revision{commit: by, file: file, was: strings.TrimPrefix(before, prefix), status: status[0], before: blob(raw[0], raw[2]), after: blob(raw[1], raw[3])})
		}
	}
	for file, t := range files {
		if !strings.HasPrefix(file, prefix) {
			continue
		}
		t.history.Shallow = h.shallow
		t.history.Authors = slices.SortedFunc(maps.Keys(t.authors), func(a, b string) int {
			return cmp.Or(cmp.Compare(t.authors[b], t.authors[a]), cmp.Compare(a, b))
		})
		if h.shallow {
			// The oldest commit that is here need not be the oldest there was.
			t.history.Created, t.history.Authors = time.Time{}, nil
		}
		h.files[strings.TrimPrefix(file, prefix)] = t.history
	}
	h.past.sort()
}

func unix(s string) time.Time {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// asked is what git says of the repository, in a time that a build can wait.
func asked(root string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitTimeout)
	defer cancel()
	return git.Run(ctx, root, args...)
}
