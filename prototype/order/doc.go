// Package order is the deterministic state machine of a shard: committed
// batches in, one dense order per conversation out.
//
// It guarantees, for every conversation by itself:
//
//   - Density: messages get 1, 2, 3, … in the order in which they are applied.
//   - Once: an id of a sender gets one seq, however often it is applied and however
//     many messages come in between. The first copy wins. A later one with the same
//     body gets the first one's seq and is marked a duplicate; one with another body
//     is refused and told where the first is. What cannot be judged any more is
//     refused, too; see [Rejection]. The memory for it has a budget, see [Batch].
//   - Determinism: two machines that applied the same entries are equal, and
//     their digests say so. Nothing here reads a clock, a random source or a
//     file; the time of a message is the one that its entry carries.
//
// Agreement and Stability are what a replicated log adds: the same entries
// everywhere, for ever.
//
// Less formally: hand every replica the same log, and every replica holds the
// same chat, message for message.
package order
