// Package review keeps what people say about the pages of a site: threads,
// verdicts, and the exact text that each was about.
//
// Everything that happens is an [Event]. A server keeps the events of a page in an
// ordered log (a [Log] is an interface; the program gives it a replicated one); a
// repository keeps each in a file. Either way they are a set: each names those that
// it stands on, and is named by a hash of them and of itself. A [State] is what the
// set adds up to. It does not depend on the order in which events came, and whether
// one is accepted depends on what it stands on alone: so all clones agree, and no
// merge takes back what one of them accepted.
//
//   - An approval is refused while a blocking thread is open.
//   - An approval is bound to a revision, the hash of all that the page says, and
//     is refused if another revision was published before it.
//   - Whoever resolves, reopens or moves a thread, or edits a comment, names the
//     version that they saw; if it is not the newest, they are refused.
//   - One id is one thread or comment, however often it is sent.
//
// A verdict is signed, and since an id stands for everything below it, so is all
// that its author had before them. Bodies are not in the hash but a commitment to
// each is; the body itself is encrypted with a key of its own. Redacting a comment
// destroys the key: the body is gone from every copy of the log, and the ids stay.
//
// What is not promised: an exported review is a file in a repository, and what
// was exported before a redaction stays in that repository's history.
package review
