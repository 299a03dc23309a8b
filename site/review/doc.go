// Package review keeps what people say about the pages of a site: threads,
// verdicts, and the exact text that each was about.
//
// Everything that happens is an [Event] in an ordered log, one log per page (a
// [Log] is an interface; the program gives it a replicated one). A [State] is
// what the events of one page add up to. It is deterministic: the same events
// give the same state, on any machine, and each event is either accepted or
// refused by the state alone. So the rules hold in the order of the log, not in
// the order in which requests happened to arrive:
//
//   - An approval is refused while a blocking thread is open.
//   - An approval is bound to a revision, the hash of all that the page says, and
//     is refused if another revision was published before it in the log.
//   - Whoever resolves, reopens or moves a thread, or edits a comment, names the
//     version that they saw; if it is not the newest, they are refused.
//   - One id is one thread or comment, however often it is sent.
//
// The events are chained: each head is a hash of the head before and the event,
// so two logs with the same head are the same log. Bodies are not in the chain
// but a commitment to each is; the body itself is encrypted with a key of its
// own. Redacting a comment destroys the key: the body is gone from every copy of
// the log, and the chain still holds.
//
// What is not promised: an exported review is a file in a repository, and what
// was exported before a redaction stays in that repository's history.
package review
