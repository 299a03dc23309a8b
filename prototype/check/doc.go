// Package check judges a history: did the cluster keep its promises to those who
// used it?
//
// It is exact and quick, because an append returns its position: the order is
// not something to search for, as a general linearizability checker must, but is
// given by the answers, and one scan in that order confirms or refutes it. A
// million operations take about a second. Events are taken one by one and packed
// at once, so that a history need not fit into memory: see Judge. Package linear
// beside this one is the general checker, for short stretches, as a second
// opinion and for its pictures.
//
// What is judged (the words are those of the order contract):
//
//   - Agreement: one message at a seq, with the content that was sent, in every
//     acknowledgement, every read and every replica.
//   - Density: seqs are 1, 2, 3, … without holes, wherever they are shown.
//   - Stability: what was acknowledged or shown is in every replica's final
//     order, at its seq.
//   - SenderFIFO: a session's messages stand in the order in which it sent them.
//   - Once: one seq for an id of a sender, and one text; nothing that was refused
//     and nothing that nobody sent; and answers that say truly whether they are the
//     first. The same id of another sender is another message.
//   - RealTime: if one message was acknowledged before another was sent, it has
//     the smaller seq, and nothing is shown before it was sent.
//   - LinearizableReads: a linearizable read shows everything that had been
//     acknowledged or shown to anybody when it began.
//   - LeaderReads: the same for reads at level leader, which promise it only
//     while clocks run at nearly the same rate.
//   - SessionReads: a read at level session shows at least what it asked for by
//     min_seq, and everything that its session had been acknowledged or shown.
//   - Digests: replicas that give a digest for the same seq give the same one, and
//     none of them ever gives another.
//
// Every property has a verdict of its own. It is OK only if there was something
// to judge: messages were acknowledged, and every replica was read in full after
// the last of them. Otherwise it is Unknown. A violation is a violation, whatever
// else is missing, and comes with the smallest witness that was found. The last
// four can be left untried by a history without such reads: they are Unknown
// then, and the overall verdict is about the others.
//
// Retention takes the oldest messages away, which is no loss. A conversation
// without its head is judged on what can be seen. What was retained away before
// anybody read it is Unknown.
//
// A judge that goes along with a long run folds what is settled, see [Judge.Fold], and
// then says the same as one who kept everything.
//
// The weak lanes are judged by the same rules. That they break is the result.
//
// The judge shares no code with what it judges, and trusts only the history.
package check
