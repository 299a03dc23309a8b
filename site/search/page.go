package search

import "lockstep/site"

// Page is what can be found of one page.
type Page struct {
	Path    string // rooted
	ID      string // "ADR-0007", "" for most pages
	Title   string
	Summary string
	// By these a reader narrows down. Date is as written, 2006-01-02; a reader
	// chooses among years.
	Kind, Status, Series, Date string
	Tags, Deciders             []string
	// Old is for what no longer holds: it is found after everything else.
	Old bool
	// Glossary says that the headings of its sections are terms that they define.
	Glossary bool
	Sections []site.Section
}

// Impacts say how much a word weighs where it stands. In a text it weighs at most
// one unit, however often it is there.
const (
	unit = 12 // of an impact in the files

	inID      = 8.0
	inTitle   = 5.0
	inTag     = 4.5
	inTerm    = 4.5 // the heading of what defines it
	inHeading = 3.0
	inSummary = 1.0
	inPeople  = 1.0
	// What is said in one word is said by that word alone: it weighs more by this,
	// each of two words by half of it. A heading of more than longHeading words is a
	// sentence, in which each says less.
	alone       = 2.0
	longHeading = 8
	codeShare   = 0.6 // of a word in code beside one in the text

	// A word that is twice in a short section says more than in a long one.
	saturation = 1.2
	usualWords = 120.0
)

// IDImpact is the least impact of a word that is the identifier of a page.
const IDImpact = inID * unit

// maxText bounds the text of a section that is kept for excerpts, in bytes. All of
// it is indexed.
const maxText = 8 << 10
