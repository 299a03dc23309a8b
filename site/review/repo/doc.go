// Package repo is the review of a page as files in version control.
//
// Each event is a file of its own, named by its id and written once, so branches
// that add events never touch one file and git merges them without knowing what
// they are. The same events give the same bytes, in whatever order they came.
//
// [Read] believes no file: what was altered, renamed, deleted or replaced by a link
// is a [Problem] with its file and how to put it right. [Files] writes only what is
// inert wherever it is shown: names from ids, no markup, no mention that notifies
// somebody.
//
// What is not promised: what was exported before a redaction stays in the history
// of the repository.
package repo
