// Package names looks up in a repository's code what its texts name.
//
// A text that says `TestMemory_issue503` or `--allow-host` promises that there is
// such a test or flag. Nothing holds the promise when the code moves on, so names
// are treated as references: [Table.Look] says of a code span whether it looks like
// a name, where in the code the name is defined, and what may have been meant if it
// is not there.
//
// What is a name is said by the repository, as a list of [Kind]. A kind says what its
// names look like in a text and where they are defined: by a pattern, which serves
// any language, or by one of the ways of reading Go that this package has. A span that
// looks like no kind is no name, and nothing is said of it.
//
// An [Index] reads the files of the code and keeps what it found until a file changes.
// A Table is what it found at one moment; it does not change, and any number of
// goroutines may ask it.
package names

import "strconv"

// Place is where a name is defined. Line is from 1, and 0 stands for the whole file
// or folder.
type Place struct {
	File string
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

func (p Place) before(q Place) bool {
	return p.File < q.File || p.File == q.File && p.Line < q.Line
}
