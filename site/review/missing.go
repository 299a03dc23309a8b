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
	for id, it := range before.items {
		if now == nil || !now.graph.Has(id) {
			gone = append(gone, fmt.Sprintf("%s wrote as event #%d", it.e.Actor.ID, it.n))
		}
	}
	slices.Sort(gone)
	return gone
}
