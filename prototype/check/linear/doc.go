// Package linear gives a second opinion on short stretches of a history, by
// porcupine, a general checker of linearizability, and draws pictures of them.
//
// It knows nothing of how package check finds its verdict: it asks whether the
// operations can be put into one order, each at some moment between its invoke
// and its completion, in which an append-only log without copies would have given
// these answers. That search is exponential in the worst case, so it is done in
// windows of at most a few thousand operations of one conversation, and gives up
// after a while: the verdict is Unknown then.
//
// The model:
//
//   - A send that was acknowledged appends its message at the seq that it was
//     told; told that it is a duplicate, it finds its message there.
//   - A send of unknown outcome may append its message at any time, or never.
//   - A send that failed does nothing, ever.
//   - A linearizable or leader read, and the final reads, which are taken at rest,
//     show the log as it is.
//   - Other reads show the log as it is or as it was: a prefix of it.
//
// A window is a range of seqs. What stands before it is known from the rest of
// the history; that operations of two windows do not contradict each other in
// time is not looked at here. Package check does, for the whole history at once.
package linear
