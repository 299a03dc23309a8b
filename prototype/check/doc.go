// Package check judges a history: did the cluster keep its promises to those who
// used it?
//
// It is exact and quick, because an append returns its position: the order is
// not something to search for, as a general linearizability checker must, but is
// given by the answers, and sorting and scanning confirm or refute it. A million
// operations take about a second.
//
// What is judged (the words are those of the order contract):
//
//   - Agreement: one message at a seq, with the content that was sent, in every
//     acknowledgement, every read and every replica.
//   - Density: seqs are 1, 2, 3, … without holes, wherever they are shown.
//   - Stability: what was acknowledged or shown is in every replica's final
//     order, at its seq.
//   - SenderFIFO: a session's messages stand in the order in which it sent them.
//   - Once: one seq for a message id; nothing that was refused and nothing that
//     nobody sent; and answers that say truly whether they are the first.
//   - RealTime: if one operation ended before another began, it has the smaller
//     position; a linearizable read lies between the messages it saw and those it
//     did not.
//
// A verdict is OK only if there was something to judge: messages were
// acknowledged, and every replica was read in full after the last of them.
// Otherwise it is Unknown. A violation is a violation, whatever else is missing.
//
// The judge shares no code with what it judges, and trusts only the history.
package check
