package decision

import "lockstep/site"

// Text is a record without its markup.
type Text struct {
	Source   string
	Title    string
	Fields   Fields     // its front matter
	Sections []*Section // in their order; the first may be what stands above all headings
	Triggers []site.Trigger
	Strict   bool // it is written for this generator
	Unread   bool // its front matter cannot be read, which is reported already
	// Prefix is what identifiers of the series of a record begin with: "ADR-" or
	// "RFC-". Nil stands for "ADR-".
	Prefix Prefix
	Words  *Words // nil stands for those that every record may use
	Report Report
}

// Prefix is what identifiers of the series of a record begin with, by its file.
type Prefix func(source string) string

// Report takes a finding about the text. Lines are those of [Field] and [Line].
type Report func(line int, rule, message, mend string)

// Section is a heading and what stands below it, up to the next heading.
type Section struct {
	Level  int // of its heading; 0 for what stands above the first one
	Title  string
	Anchor string
	Line   int
	Links  []Link // in the heading
	Blocks []Block

	part  string     // what the title stands for, see [Parts]
	parts []*Section // of deeper levels, directly below
}

// Block is a part of a section that stands by itself.
type Block struct {
	Kind  Kind
	Text  string   // of a paragraph
	Items []string // of a list
	Lines []Line   // in which fields may stand; those of code are left out
}

// Kind says what a block is.
type Kind int

// The kinds of blocks. Other stands for tables, quotes, code and what else there is.
const (
	Other Kind = iota
	Paragraph
	List
)

// Line is one line of a paragraph or an item, or a row of a table as "name: value".
type Line struct {
	Text   string
	Links  []Link
	Number int // in the file
	Box    Box
}

// Box is the task box before a line: templates let one tick a status.
type Box int

// The states of a box.
const (
	NoBox Box = iota
	EmptyBox
	TickedBox
)

// Link is a link by its destination as written.
type Link struct{ Text, Dest string }
