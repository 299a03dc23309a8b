// Package order is the deterministic state machine of a shard: committed
// batches in, one dense order per conversation out.
//
// It guarantees, for every conversation by itself:
//
//   - Density: messages get 1, 2, 3, … in the order in which they are applied.
//   - Once: a message id gets one seq, however often it is applied. The first
//     copy wins; a later one gets the first one's seq and is marked a duplicate,
//     even if its text differs.
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
