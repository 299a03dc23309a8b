package site

// Kind says what a page is for, and so which layout it gets.
type Kind string

// The page kinds. A source file's place decides its kind; front matter may
// say otherwise with "kind:".
const (
	KindHome     Kind = "home"      // the one-page answer
	KindDocument Kind = "document"  // any other text: a design chapter, a README
	KindLog      Kind = "log"       // the decision log
	KindGraph    Kind = "relations" // the relations of a log, drawn and in words
	KindLists    Kind = "lists"     // the records of a log by status, tag and so on
	KindDecision Kind = "decision"  // one decision record
	KindRunbook  Kind = "runbook"   // one page an operator follows under pressure
	KindLab      Kind = "lab"       // the live cluster
	KindGlossary Kind = "glossary"  // terms and their meanings
	KindSources  Kind = "sources"   // where the facts come from
	KindModel    Kind = "model"     // inputs, formulas and the values they give
	KindSection  Kind = "section"   // the list of the pages of a section
	KindReviews  Kind = "reviews"   // the open threads of all pages
	// KindMilestones says how far a design is, and what is missing.
	KindMilestones Kind = "milestones"
	KindBugs       Kind = "bugs"       // the deliberate bugs, and the runs that show them
	KindNotFound   Kind = "notfound"   // 404
	KindSearch     Kind = "search"     // where a reader looks for words
	KindEmbed      Kind = "embed"      // a figure alone, for pages elsewhere
	KindIndex      Kind = "index"      // everything from A to Z, for those who read without scripts
	KindChanges    Kind = "changes"    // what changed on all pages
	KindPast       Kind = "past"       // the revisions of one page
	KindDifference Kind = "difference" // how a page differs between two of them
)
