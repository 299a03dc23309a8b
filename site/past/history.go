package past

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/origin"
)

// History is what one pass over the repository's log tells of every file. It does not
// change.
type History struct {
	Commit  site.Commit
	Shallow bool
	Known   bool                    // the log could be read
	Origin  origin.Origin           // where the repository came from, as far as it is known
	Files   map[string]site.History // by path below the root
	Was     map[string][]string     // names that a file had before, the newest first

	Of     map[string][]*Revision // by the file's name today, newest first
	Recent []*Revision            // of all files, newest first
	More   bool                   // there are older ones
	Edited map[string]bool        // files that differ from the commit
	landed map[string]time.Time
}

// Read asks git once. Without git, without a repository, or when the repository
// belongs to somebody else, nothing is known, and nothing is guessed.
func Read(root string) *History {
	h := &History{Files: make(map[string]site.History), Was: make(map[string][]string), Of: make(map[string][]*Revision)}
	out, err := git.Ask(root, "rev-parse", "--show-prefix", "--is-shallow-repository", "HEAD")
	if err != nil {
		return h
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) < 3 {
		return h
	}
	prefix := lines[0]
	h.Shallow, h.Commit.Hash = lines[1] == "true", lines[2]
	if out, err := git.Ask(root, "status", "--porcelain", "-z", "--untracked-files=no", "--", "."); err == nil {
		h.Commit.Dirty = len(out) > 0
		h.Edited = editedFiles(out, prefix)
	}
	if out, err := git.Ask(root, "log", "-1", "--format=%ct"); err == nil {
		h.Commit.Time = unix(strings.TrimSpace(string(out)))
	}
	h.Origin = originOf(root, h.Commit.Hash)
	h.Origin.Folder = prefix
	out, err = git.Ask(root, "log", "-z", "-M", "--raw", "--no-abbrev", "--format=%x01%H%x1f%P%x1f%at%x1f%ct%x1f%aN%x1f%s", "--", "*.md", "*.markdown", "*.mdx")
	if err != nil {
		return h
	}
	h.landed = readLanded(root)
	h.read(out, prefix)
	h.Known = true
	if out, err := git.Ask(root, "diff", "-z", "-M", "--diff-filter=R", "--name-status", "HEAD", "--", "*.md", "*.markdown", "*.mdx"); err == nil {
		h.moving(out, prefix)
	}
	return h
}

// moving reads the renames that no commit has yet.
func (h *History) moving(diff []byte, prefix string) {
	tokens := strings.Split(string(diff), "\x00")
	for i := 0; i+2 < len(tokens); i += 3 {
		before, now := strings.TrimPrefix(tokens[i+1], prefix), strings.TrimPrefix(tokens[i+2], prefix)
		h.Was[now] = append([]string{before}, h.Was[before]...)
	}
}

// read walks the log, newest commit first. After a rename the older commits
// speak of the old name, which from there on stands for the new one.
func (h *History) read(log []byte, prefix string) {
	type tally struct {
		history site.History
		authors map[string]int
	}
	files := make(map[string]*tally)
	alias := make(map[string]string)
	var by *Commit
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
			h.Was[now] = append(h.Was[now], strings.TrimPrefix(before, prefix))
		}
		t := files[current]
		if t == nil {
			t = &tally{authors: make(map[string]int)}
			t.history.Updated = by.Authored
			files[current] = t
		}
		if by.At.After(t.history.Landed) {
			t.history.Landed = by.At
		}
		t.history.Commits++
		t.history.Created = by.Authored
		t.authors[by.Author]++
		if file, ok := strings.CutPrefix(current, prefix); ok {
			h.add(Revision{Commit: by, File: file, Was: strings.TrimPrefix(before, prefix), Status: status[0], Before: blob(raw[0], raw[2]), After: blob(raw[1], raw[3])})
		}
	}
	for file, t := range files {
		if !strings.HasPrefix(file, prefix) {
			continue
		}
		t.history.Shallow = h.Shallow
		t.history.Authors = slices.SortedFunc(maps.Keys(t.authors), func(a, b string) int {
			return cmp.Or(cmp.Compare(t.authors[b], t.authors[a]), cmp.Compare(a, b))
		})
		if h.Shallow {
			// The oldest commit that is here need not be the oldest there was.
			t.history.Created, t.history.Authors = time.Time{}, nil
		}
		h.Files[strings.TrimPrefix(file, prefix)] = t.history
	}
	h.sort()
}

// editedFiles reads what git says of files that differ from the commit.
func editedFiles(status []byte, prefix string) map[string]bool {
	edited := make(map[string]bool)
	tokens := strings.Split(string(status), "\x00")
	for i := 0; i < len(tokens); i++ {
		if len(tokens[i]) < 4 {
			continue
		}
		edited[strings.TrimPrefix(tokens[i][3:], prefix)] = true
		if tokens[i][0] == 'R' || tokens[i][0] == 'C' {
			i++ // the name before
		}
	}
	return edited
}

func unix(s string) time.Time {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
