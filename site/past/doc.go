// Package past reads what version control knows of a repository's texts: their dates,
// authors and earlier names, and what each commit did to each of them.
//
// One pass over git's log tells it, whatever the number of files. A file is called by
// its name today, and what happened to it under an earlier name is its own. A change is
// dated by the day on which it reached the branch that is checked out, since a reader
// who came between a commit and its merge has not seen it. How much is kept is bounded
// ([MaxOfFile], [MaxRecent]), and texts stay in the repository, by the names of their
// blobs. Where nothing is known, nothing is guessed.
package past
