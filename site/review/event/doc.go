// Package event says what can be said about a page, and what of it is taken.
//
// An [Event] is one thing that happened to the review of a page: a thread was
// opened, a comment was redacted, somebody approved. It is complete before it is
// kept anywhere: nothing in it depends on where it lands. So it can be hashed,
// signed, sent and merged, byte for byte.
//
// Words are not in an event. It commits to them ([Commit]) with a salt, and they
// travel beside it, so a text can be destroyed and the event stays; without the
// salt nobody can guess the text from the commitment.
//
// What comes in is kept as it was written, or refused: [Clean] is the rule for
// what people type, and [Admit] for events that come from files, which must be
// what a server of ours could have written. Whether an event is allowed is not
// decided here, but by package state, which knows what it stands on.
package event
