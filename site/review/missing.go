package review

import (
	"fmt"
	"slices"
)

// Missing says which events of one state another does not have, in words. An export
// only grows, so what is missing was taken out.
func Missing(before, now *State) (gone []string) {
	if before == nil {
		return nil
	}
	for id, e := range before.events {
		if now != nil {
			if _, ok := now.events[id]; ok {
				continue
			}
		}
		gone = append(gone, fmt.Sprintf("%s wrote as event #%d", e.actor, e.n))
	}
	slices.Sort(gone)
	return gone
}
