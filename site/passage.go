package site

// Passage is a run of text that stands in one file and is shown by another, so that
// what is wrong with it is reported where it can be corrected.
type Passage struct {
	Text string
	File string // slash-separated path below the root; "" for what the showing file itself asks for
	Line int    // of the first line of Text in File, from 1
}
