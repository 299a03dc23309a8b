// Package state adds up the events of one page: which threads are open, what each
// comment says now, whose verdicts count, and which events were refused.
//
// The events are a set. Each names those that it stands on, and package merge puts
// them into an order that does not depend on the order in which they came. A
// [State] is a function of that set. From that follow two guarantees:
//
//   - Clones that have the same events show the same, whatever came first.
//   - Whether an event is accepted depends on what it stands on alone, so no merge
//     takes back what one clone accepted, and none lets in what one refused.
//
// It works in two steps. An event is judged once, by what it stands on (judge.go);
// then what was accepted is added to the sum, with rules for what two clones did to
// one thing without knowing of each other (fold.go).
//
//   - An approval is refused while a blocking thread is open, and if the text that
//     it names is not the one that was published last.
//   - Whoever resolves, reopens or moves a thread, or edits a comment, may name the
//     version that they saw; if it is not the newest, they are refused.
//   - One id is one thread or comment, however often it is sent.
//   - A redaction takes the words of a comment, and of all its versions, out of the
//     state, and names the events whose words are to be destroyed elsewhere.
//
// The package does no I/O, asks no clock, and starts no goroutine.
package state
