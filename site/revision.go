package site

import (
	"regexp"
	"strconv"
)

// RevisionScheme numbers the rules by which a document becomes a revision. A
// revision names its scheme, so that one that was made by other rules is never
// taken for the same text: an approval binds what its scheme looked at, and
// nothing else.
//
// Scheme 1 hashed words and the addresses of links. Scheme 2 hashes all that a
// reader is shown; see markdown.Document.RevisionWith.
const RevisionScheme = 2

var revisionForm = regexp.MustCompile(`^(?:r([1-9][0-9]?)-)?[0-9a-f]{64}$`)

// RevisionOf is the revision with a hash, in hexadecimal, by the rules of today.
func RevisionOf(hash string) string { return "r" + strconv.Itoa(RevisionScheme) + "-" + hash }

// SchemeOf is the scheme of a revision. It is 0 for what is none.
func SchemeOf(revision string) int {
	m := revisionForm.FindStringSubmatch(revision)
	switch {
	case m == nil:
		return 0
	case m[1] == "":
		return 1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
