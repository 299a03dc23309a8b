package site

// Section is a place of a page that can be led to, with what stands there: a heading
// with the text up to the next one, a term of a glossary, a row that defines an
// identifier. The first section of a page has no heading.
//
// Texts are what a reader sees, as plain text.
type Section struct {
	ID      string // of the element, "" for the top of the page
	Heading string
	Text    string
	Code    string // blocks of code, and the words of drawings
}
