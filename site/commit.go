package site

import "time"

// Commit is the state of the repository that the pages were made from.
type Commit struct {
	Hash  string // "" if there is no repository
	Time  time.Time
	Dirty bool // there were changes that are not in the commit
}

// Short is the hash as people quote it.
func (c Commit) Short() string { return c.Hash[:min(len(c.Hash), 10)] }
