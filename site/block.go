package site

// CanonVersion numbers the rules by which a document becomes [Block] values. It
// is kept in every anchor, so that one that was made by other rules is known for
// it. Canon 1 had neither frames nor the head of a page.
const CanonVersion = 2

// Block is one piece of a document that a reader would point at: a paragraph, a
// heading, a list item, a table cell, a code block, a figure's caption, a fact at
// the head of the page. The blocks of a page are its canonical text: what reviewers
// comment on. They stand in reading order, those of the head last, so that the
// numbers in a text do not change with what stands above it.
//
// Text is the text as a reader sees it: no markup, entities decoded, NFC, runs
// of white space as one space (code keeps its line breaks). Offsets into it are
// in code points.
type Block struct {
	N       int      `json:"n"` // place, from 0; the element's data-b
	Kind    string   `json:"kind"`
	ID      string   `json:"id"` // the element's id: a heading's own, else "b-<8 hex>[-k]"
	Text    string   `json:"text"`
	Hash    string   `json:"hash"`              // of kind and text
	Section []string `json:"section,omitempty"` // the headings above it, outermost first
	Line    int      `json:"line"`              // first source line, from 1; 0 if unknown
	End     int      `json:"end"`               // last source line
	Frame   *Frame   `json:"frame,omitempty"`   // what holds it, if that is more than its section
	Label   string   `json:"label,omitempty"`   // of code: its language and caption; of a note: its name
	Head    bool     `json:"head,omitempty"`    // of the page: title, status and the like, by Kind
}

// Frame is where a block stands in a table, a list or a note. The same few words
// often stand in several of them, and mean something else in each.
type Frame struct {
	Kind string `json:"kind"` // table, list, terms, note
	N    int    `json:"n"`    // of the frames of its text, from 1
	// Row is the row of a table, the item of a list or the entry of a list of terms,
	// and Col the column of a table, both from 1. Rows and Cols are how many a merged
	// cell covers; 0 is one.
	Row  int  `json:"row,omitempty"`
	Col  int  `json:"col,omitempty"`
	Rows int  `json:"rows,omitempty"`
	Cols int  `json:"cols,omitempty"`
	Head bool `json:"head,omitempty"` // the cell names its column
	// Of and OfRow are the frame and the row in it that hold this frame, 0 for none:
	// the list and the item around a nested list.
	Of    int `json:"of,omitempty"`
	OfRow int `json:"ofRow,omitempty"`
}
