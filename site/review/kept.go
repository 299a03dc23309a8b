package review

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"lockstep/site/review/anchor"
)

// keptOf is a hash of what a kept revision says, block by block. The revision
// itself is a hash of the page as it was rendered, which nobody can work out
// again from the blocks.
func keptOf(doc *anchor.Doc) string {
	sum := sha256.New()
	for _, b := range doc.Blocks {
		fmt.Fprintf(sum, "%d:%s%d:%s%d:%s", len(b.Kind), b.Kind, len(b.ID), b.ID, len(b.Text), b.Text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// kept are the hashes of the texts that a state speaks of, by revision. One revision
// may have several: what a block is called is not part of it.
func (s *State) kept() map[string][]string {
	kept := make(map[string][]string)
	for _, it := range s.log {
		if it.e.Type == DocPublished && it.e.Kept != "" {
			kept[it.e.Revision] = append(kept[it.e.Revision], it.e.Kept)
		}
	}
	return kept
}
