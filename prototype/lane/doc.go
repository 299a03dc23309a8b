// Package lane orders messages in two weaker ways than a consensus log, so that
// one can see what the weaker ways cost. Both acknowledge at once and pass
// messages on later; both are run by real systems, for good reasons, and lose
// just what theory says (Abadi 2012, PACELC).
//
// [Leader] is asynchronous replication from a primary, as in Redis or in MySQL by
// default. One node decides the order, so there is an order; but it answers before
// anybody else has the message, and a primary that is cut off goes on answering.
//
//   - It promises: within one epoch messages have seqs 1, 2, 3, … in the order of
//     their arrival at the leader, and a send takes no round trip between nodes.
//   - It does not promise that an acknowledged message survives the loss of the
//     leader, or that two readers see the same message at a seq: after a failover
//     the orders fork, and the fork that loses is thrown away.
//
// [Clock] is multi-master replication ordered by hybrid logical clocks (Kulkarni
// et al. 2014). Every node accepts every message, stamps it and passes it on.
//
//   - It promises that a send never waits and is never refused for want of a
//     majority, and that nodes which have seen the same messages show the same
//     order (strong eventual consistency).
//   - It does not promise that a message keeps its seq: a message that arrives
//     late with an older stamp is put in its place, and those behind it move. An
//     acknowledgement names a place in the order of this moment at this node.
//
// An id belongs to its sender in both, and stands for one text: the same id with
// another one is refused by a node that knows the first. [Leader] forgets ids with
// the fork that it throws away, and then orders a retry again. In [Clock] two nodes
// that do not know of each other may both accept an id, with different texts, too;
// when they meet, the one with the smaller stamp stays and the other is gone.
//
// Both keep everything in memory. A node that crashes forgets, and learns again
// from its peers what it had passed on; what it had not is gone. Both are for
// teaching and bounded: a lane drops its oldest messages where it was told how many to
// retain, as the strong lane does, and refuses where it is full otherwise. Of what it
// drops it keeps the count and a digest, so that seqs go on and replicas can be
// compared, and hands both to a node that forgot. An id is known for as long as its
// message is kept.
//
// The types here do no I/O, read no clock and start no goroutine: messages and
// the time go in, messages come out through [Send].
package lane
