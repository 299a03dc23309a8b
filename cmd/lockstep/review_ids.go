package main

import (
	"fmt"
	"strings"

	"lockstep/site/review/entry"
	"lockstep/site/review/repo"
)

// shortest is the fewest characters of an id that are shown.
const shortest = 6

// shortID is the beginning of an id that is no other's. Where one id is the beginning
// of another it is shown whole.
func shortID(id string, all []string) string {
	n := min(shortest, len(id))
	for _, other := range all {
		for other != id && n < len(id) && strings.HasPrefix(other, id[:n]) {
			n++
		}
	}
	return id[:n]
}

// threadInLog is the one thread of a page that is meant by the beginning of an id.
func threadInLog(log []entry.Line, name string) (string, error) {
	meant, err := repo.ThreadsCalled(log, name)
	switch {
	case err != nil:
		return "", err
	case len(meant) == 0:
		return "", usageError{fmt.Sprintf("there is no thread %q on this page", name), "lockstep review list"}
	case len(meant) == 1:
		return meant[0].ID, nil
	}
	var list strings.Builder
	for _, t := range meant {
		text, _, _ := strings.Cut(t.Comments[0].Body, "\n")
		fmt.Fprintf(&list, "\n  %s  %s: %s", t.ID, oneLine(t.Opener.Name, 40), oneLine(text, 60))
	}
	return "", usageError{fmt.Sprintf("%q is the beginning of the ids of %d threads:%s", name, len(meant), list.String()), "lockstep review list, and say more of the one that is meant"}
}
