// Package link carries messages between the nodes of a cluster.
//
// Between two nodes there are two connections each way, one for short messages
// and one for long ones, so that a heartbeat never queues behind a megabyte of
// log; on the second one no more is under way than the line carries, since the two may
// share a slow one. All shards and lanes share them; a channel number says whom a message is
// for. Messages that wait at the same time leave in one write, which is what
// makes the heartbeats of many idle shards cheap.
//
// What it guarantees, and what it does not:
//
//   - A message arrives whole or not at all, and it comes from the node that the
//     connection belongs to.
//   - A [Mesh.Call] ends: with the answer, or with [ErrUnreachable] if the request
//     certainly never left, or with [ErrLost] if nobody knows.
//   - What is held for one peer is bounded, over all its connections: 64 MB of
//     messages that wait to be sent, were sent and not answered, or are delayed by a
//     fault. Beyond it a message ends with [ErrUnreachable].
//   - There is no order between messages, and a fault may drop, delay or double
//     any of them. Those above must bear that, as they must with any network.
//
// A connection begins with a handshake, in which both ends say which versions and
// features they speak and to which cluster they belong, and either may refuse the
// other: both then log why, count it and tell it by [Mesh.Refusals]. A peer of
// version 3, the oldest that is spoken, says none of that and is taken as it is.
//
// Every message passes the node's [fault.Links] on its way out and on its way
// in. Nothing above knows whether a cable was pulled or a fault was asked for.
package link
