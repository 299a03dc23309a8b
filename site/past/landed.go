package past

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/site/git"
)

// readLanded asks git when each commit reached the branch that is checked out: with the
// merge that brought it. A reader who came between a commit and its merge has not seen it.
func readLanded(root string) map[string]time.Time {
	out, err := git.Ask(root, "rev-list", "--parents", "--timestamp", "--max-count="+strconv.Itoa(maxLanded), "HEAD")
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
