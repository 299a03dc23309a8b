package build

import (
	"slices"
	"strings"
	"time"

	"lockstep/site"
)

const (
	maxPast   = 100    // revisions that are known of one file
	maxRecent = 5000   // revisions that are known of all files together, by time
	maxLanded = 20_000 // commits of which it is known when they reached the branch
)

// past is what version control knows of the texts of files, and not only of their dates.
type past struct {
	landed map[string]time.Time
	of     map[string][]*revision // by the file's name today, newest first
	recent []*revision            // of all files, newest first
	more   bool                   // there are older ones
	edited map[string]bool        // files that differ from the commit
}

// commit is what a revision says of where it comes from.
type commit struct {
	hash, author, subject string
	authored              time.Time
	at                    time.Time // when it reached the branch that is checked out
	first                 bool      // it has no parent, or none that is known
}

// revision is what one commit did to one file.
type revision struct {
	*commit
	file, was     string // by its name today, and the name that this commit took from it
	status        byte   // of git: A, M, D, R
	before, after string // the texts, by the names of their blobs; "" for none
}

// commitOf reads the line that the log writes for a commit.
func (h *history) commitOf(header string) *commit {
	fields := strings.SplitN(header, "\x1f", 6)
	if len(fields) < 6 {
		return nil
	}
	c := &commit{hash: strings.Clone(fields[0]), first: fields[1] == "", authored: unix(fields[2]), at: unix(fields[3]),
		author: clipped(fields[4]), subject: clipped(fields[5])}
	if at, ok := h.past.landed[c.hash]; ok {
		c.at = at
	}
	return c
}

// clipped is a line that somebody wrote, as a page can show it.
func clipped(line string) string {
	const most = 200
	if runes := []rune(line[:min(len(line), 4*most)]); len(runes) > most {
		line = string(runes[:most]) + "…"
	}
	return site.Visible(strings.ToValidUTF8(strings.Clone(line), "\uFFFD"))
}

// add keeps a revision; they come newest first.
func (p *past) add(r revision) {
	if p.of == nil {
		p.of = make(map[string][]*revision)
	}
	if len(p.of[r.file]) >= maxPast {
		p.more = true
		return
	}
	r.file = strings.Clone(r.file) // the log is large, and a part of it would keep all
	r.was, r.before, r.after = strings.Clone(r.was), strings.Clone(r.before), strings.Clone(r.after)
	p.of[r.file] = append(p.of[r.file], &r)
	if len(p.recent) >= maxRecent {
		p.more = true
		return
	}
	p.recent = append(p.recent, &r)
}

// sort puts first what reached the branch last; of one commit, the order of the log stays.
func (p *past) sort() {
	newest := func(a, b *revision) int { return b.at.Compare(a.at) }
	slices.SortStableFunc(p.recent, newest)
	for _, revisions := range p.of {
		slices.SortStableFunc(revisions, newest)
	}
}

// blob is the name of a text, "" where there is none: the file did not exist, or is a
// symbolic link.
func blob(mode, hash string) string {
	if !strings.HasPrefix(strings.TrimPrefix(mode, ":"), "100") {
		return ""
	}
	return hash
}

// readLanded asks git when each commit reached the branch that is checked out: with the
// merge that brought it. A reader who came between a commit and its merge has not seen it.
func readLanded(root string) map[string]time.Time {
	out, err := asked(root, "rev-list", "--parents", "--timestamp", "--max-count="+itoa(maxLanded), "HEAD")
	if err != nil {
		return nil
	}
	type node struct {
		at      time.Time
		parents []string
	}
	known := make(map[string]node)
	var chain []string
	next := ""
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		known[fields[1]] = node{unix(fields[0]), fields[2:]}
		if next == "" {
			next = fields[1]
		}
	}
	for n, ok := known[next]; ok; n, ok = known[next] {
		chain = append(chain, next)
		if next = ""; len(n.parents) > 0 {
			next = n.parents[0]
		}
	}
	landed := make(map[string]time.Time, len(known))
	for _, hash := range slices.Backward(chain) {
		at := known[hash].at
		for todo := []string{hash}; len(todo) > 0; {
			last := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			n, ok := known[last]
			if _, done := landed[last]; done || !ok {
				continue
			}
			landed[last] = at
			todo = append(todo, n.parents...)
		}
	}
	return landed
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
