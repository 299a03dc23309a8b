package search

import (
	"slices"
	"strings"
)

// maxSynonyms bounds what every reader loads, in bytes of spellings.
const maxSynonyms = 6 << 10

// foldGroups brings groups of spellings to the form in which words are compared, the
// words of a spelling with spaces between them.
func foldGroups(groups [][]string) (folded [][]string) {
	size := 0
	for _, group := range groups {
		var spellings []string
		for _, spelling := range group {
			var parts []string
			for _, w := range Words(spelling) {
				parts = append(parts, w.Parts...)
			}
			s := strings.Join(parts, " ")
			if s != "" && len(parts) <= maxParts && !slices.Contains(spellings, s) {
				spellings = append(spellings, s)
			}
		}
		if len(spellings) < 2 {
			continue
		}
		for _, s := range spellings {
			size += len(s)
		}
		if size > maxSynonyms {
			break
		}
		folded = append(folded, spellings)
	}
	return folded
}
