// Package decision reads decision records: what a record says of its status, its
// people, its options and consequences, and of other records, whatever style it is
// written in.
//
// It knows no markup. Who has parsed a text hands it over as [Text]: sections with
// the paragraphs, lists and lines in them, and the fields of its front matter.
// [Read] gives the decision, and reports what it cannot understand with the line and
// the mend. Nothing is guessed: a word that is no status is never read as one.
package decision
