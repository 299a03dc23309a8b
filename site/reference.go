package site

// Reference is a mention of a defined thing in running text: "ADR-0007",
// "SLO-2", "FM-11", "R-3", "I2".
//
// An identifier counts as a reference only when its prefix is defined somewhere
// on the site, so "SHA-256" and "RFC-9457" stay plain text.
type Reference struct {
	ID   string // canonical: "ADR-0007", "SLO-2", "I2"
	Line int
	// Heading is the id of the nearest heading above, "" at the top of the page.
	Heading string
}

// Definition is the one place where the thing behind an identifier is
// introduced: a decision record, a heading "FM-11: Reconnect storm", or a table
// row whose first cell is the identifier alone.
type Definition struct {
	ID     string
	Title  string
	Anchor string // id of the element on its page, "" for the whole page
	Line   int
}

// Term is an entry of the glossary.
type Term struct {
	Name    string
	Aliases []string // other spellings that mean the same, plural forms included
	Anchor  string
	Text    string // the first sentence of its definition, as plain text
	Line    int
}
