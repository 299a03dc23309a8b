package site

import "time"

// Change is what one commit did to the text of a page.
type Change struct {
	Commit  string    // whole hash; "" for what no commit has yet
	At      time.Time // when it reached the branch that is shown
	Author  string
	Subject string   // of the commit
	Words   []string // what a reader is told of it: "accepted", "text changed: Context"
	Path    string   // of its difference, "" if none is kept
	URL     string   // where others see the commit, "" if that is not known
}

// ChangeList is what changed on all pages, newest first.
type ChangeList struct {
	Days    []ChangeDay
	Feed    string    // path of the feed
	Since   time.Time // of the oldest change that is listed, where older ones are known
	Shallow time.Time // where the history of a shallow clone begins; zero if it is whole
	Pending []ChangeEntry
}

// ChangeDay is what changed on one day.
type ChangeDay struct {
	Day     time.Time
	Entries []ChangeEntry
	New     []ChangeEntry // pages that are new and no more than that, where they are many
}

// ChangeEntry is what happened to one page on one day.
type ChangeEntry struct {
	Page    *Page  // nil if there is no such page any more
	Name    string // of the page
	Words   []string
	At      time.Time // of the last of the changes
	Changes []Change  // those that have a difference, newest first
	Commit  string    // of the newest
}

// PageHistory is the past of one page.
type PageHistory struct {
	Of      *Page
	Changes []Change // newest first
	Older   bool     // there are more
	Shallow bool     // what was before is not known: the clone is shallow
	Pending bool     // the text differs from that of the newest commit
	Latest  string   // path of the difference to the text that has no commit; "" for none
}

// Difference is how a page differs between two revisions.
type Difference struct {
	Of       *Page
	From, To Change
	Pieces   []Piece
	Omitted  int // blocks that differ and are not among Pieces, since there are so many
	History  string
}

// PieceOp says how a piece of a text differs between two revisions.
type PieceOp string

const (
	PieceSame    PieceOp = "same"
	PieceNew     PieceOp = "new"
	PieceGone    PieceOp = "gone"
	PieceEdited  PieceOp = "edited"
	PieceMoved   PieceOp = "moved"   // it stood elsewhere; its words may differ too
	PieceAway    PieceOp = "away"    // it stands elsewhere now
	PieceMarkup  PieceOp = "markup"  // the words are the same, links or emphasis are not
	PieceSkipped PieceOp = "skipped" // Skipped pieces that are the same
)

// Piece is a block of a text, or a whole table, in two revisions.
type Piece struct {
	Op      PieceOp
	Kind    string     // as that of a block, or "table"
	Head    bool       // of the head of the page: title, status and the like, by Kind
	Label   string     // of code
	Section []string   // the headings above it
	From    []string   // of a piece that moved: the headings above it then, or now if it is away
	Spans   []Span     // the words; of markup, those of the source
	Rows    []PieceRow // of a table, or the lines of code
	Skipped int
}

// PieceRow is a row of a table or a line of code. Op is '=' for a row that is the same, '+' for a new one,
// '-' for one that is gone, '~' for one that was edited, and '.' for Skipped rows.
type PieceRow struct {
	Op      byte
	Head    bool
	Cells   [][]Span
	Skipped int
}

// Size is how much text a piece holds, in bytes.
func (p Piece) Size() (n int) {
	for _, s := range p.Spans {
		n += len(s.Text)
	}
	for _, r := range p.Rows {
		n += 16
		for _, cell := range r.Cells {
			n += 16
			for _, s := range cell {
				n += len(s.Text)
			}
		}
	}
	return n
}
