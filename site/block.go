package site

// CanonVersion numbers the rules by which a document becomes [Block] values. It
// is kept in every anchor, so that a later change of the rules can be migrated.
const CanonVersion = 1

// Block is one piece of a document that a reader would point at: a paragraph, a
// heading, a list item, a table cell, a code block, a figure's caption. The
// blocks of a page, in reading order, are its canonical text: what reviewers
// comment on and what approvals are bound to.
//
// Text is the text as a reader sees it: no markup, entities decoded, NFC, runs
// of white space as one space (code keeps its line breaks). Offsets into it are
// in code points.
type Block struct {
	N       int      `json:"n"` // place in reading order, from 0; the element's data-b
	Kind    string   `json:"kind"`
	ID      string   `json:"id"` // the element's id: a heading's own, else "b-<8 hex>[-k]"
	Text    string   `json:"text"`
	Hash    string   `json:"hash"`              // of kind and text
	Section []string `json:"section,omitempty"` // the headings above it, outermost first
	Line    int      `json:"line"`              // first source line, from 1; 0 if unknown
	End     int      `json:"end"`               // last source line
}
