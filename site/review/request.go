package review

import (
	"errors"
	"slices"
	"strconv"

	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
)

// AnchorRequest says what a thread is about. Block is a block's number or the id
// of its element; without it the quote must stand exactly once in the text.
// Without a revision it is about the text as it is now.
type AnchorRequest struct {
	Block    BlockRef `json:"block"`
	Quote    string   `json:"quote"`
	Prefix   string   `json:"prefix"`
	Suffix   string   `json:"suffix"`
	Revision string   `json:"revision"`
	// Also are the other blocks of a selection that goes over several.
	Also []PartRequest `json:"also"`
}

// PartRequest is a passage of one more block, or all of it.
type PartRequest struct {
	Block  BlockRef `json:"block"`
	Quote  string   `json:"quote"`
	Prefix string   `json:"prefix"`
	Suffix string   `json:"suffix"`
}

// BlockRef is the number of a block, or the id of its element.
type BlockRef string

// UnmarshalJSON takes numbers and strings.
func (b *BlockRef) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	} else if _, err := strconv.Atoi(text); err != nil {
		return errors.New("block must be a number or the id of an element")
	}
	*b = BlockRef(text)
	return nil
}

// Find gives the number of the block in a text; nil if none is named.
func (b BlockRef) Find(doc *anchor.Doc) (*int, error) {
	if b == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(string(b))
	if err != nil {
		n = slices.IndexFunc(doc.Blocks, func(block site.Block) bool { return block.ID == string(b) })
	}
	if n < 0 || n >= len(doc.Blocks) {
		return nil, refusal.Conflict("no-block", "the text has no block %q", string(b))
	}
	return &n, nil
}

// ThreadRequest opens a thread.
type ThreadRequest struct {
	ID         string         `json:"id"`
	Body       string         `json:"body"`
	Intent     event.Intent   `json:"intent"`
	Anchor     *AnchorRequest `json:"anchor"`
	Suggestion *string        `json:"suggestion"` // a new Markdown source of the block
}

// CommentRequest adds a comment to a thread, or changes one.
type CommentRequest struct {
	ID      string `json:"id"`
	Body    string `json:"body"`
	Version uint64 `json:"version"` // that was seen, when one is changed
}

// ResolveRequest ends a thread.
type ResolveRequest struct {
	ID      string               `json:"id"`
	Kind    event.ResolutionKind `json:"kind"`
	Reason  string               `json:"reason"`
	Version uint64               `json:"version"`
}

// RelinkRequest gives a thread another anchor. The fields of the anchor may
// stand directly in it.
type RelinkRequest struct {
	ID      string         `json:"id"`
	Anchor  *AnchorRequest `json:"anchor"`
	Version uint64         `json:"version"`
	AnchorRequest
}

// VerdictRequest is a verdict on a revision.
type VerdictRequest struct {
	ID       string        `json:"id"`
	Verdict  event.Verdict `json:"verdict"`
	Body     string        `json:"body"`
	Revision string        `json:"revision"`
}
