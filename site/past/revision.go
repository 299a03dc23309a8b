package past

import (
	"slices"
	"strings"
	"time"

	"lockstep/site"
)

// How many revisions are known.
const (
	MaxOfFile = 100    // of one file
	MaxRecent = 5000   // of all files together, by time
	maxLanded = 20_000 // commits of which it is known when they reached the branch
)

// Commit is what a revision says of where it comes from.
type Commit struct {
	Hash, Author, Subject string
	Authored              time.Time
	At                    time.Time // when it reached the branch that is checked out
	First                 bool      // it has no parent, or none that is known
}

// Revision is what one commit did to one file.
type Revision struct {
	*Commit
	File, Was     string // by its name today, and the name that this commit took from it
	Status        byte   // of git: A, M, D, R
	Before, After string // the texts, by the names of their blobs; "" for none
}

// commitOf reads the line that the log writes for a commit.
func (h *History) commitOf(header string) *Commit {
	fields := strings.SplitN(header, "\x1f", 6)
	if len(fields) < 6 {
		return nil
	}
	c := &Commit{Hash: strings.Clone(fields[0]), First: fields[1] == "", Authored: unix(fields[2]), At: unix(fields[3]),
		Author: clipped(fields[4]), Subject: clipped(fields[5])}
	if at, ok := h.landed[c.Hash]; ok {
		c.At = at
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
func (h *History) add(r Revision) {
	if len(h.Of[r.File]) >= MaxOfFile {
		h.More = true
		return
	}
	r.File = strings.Clone(r.File) // the log is large, and a part of it would keep all
	r.Was, r.Before, r.After = strings.Clone(r.Was), strings.Clone(r.Before), strings.Clone(r.After)
	h.Of[r.File] = append(h.Of[r.File], &r)
	if len(h.Recent) >= MaxRecent {
		h.More = true
		return
	}
	h.Recent = append(h.Recent, &r)
}

// sort puts first what reached the branch last; of one commit, the order of the log stays.
func (h *History) sort() {
	newest := func(a, b *Revision) int { return b.At.Compare(a.At) }
	slices.SortStableFunc(h.Recent, newest)
	for _, revisions := range h.Of {
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
