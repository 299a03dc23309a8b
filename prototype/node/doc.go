// Package node is one replica of the ordering cluster: it hosts N shards, each
// a Raft group, over one listener, and answers clients over HTTP.
//
// What it guarantees for a conversation in the quorum lane:
//
//   - A message that Submit reports as ok is on the disks of a majority and
//     keeps its seq for ever.
//   - A message that it reports as failed was not ordered and will not be.
//   - Anything else is unknown: it may or may not have been ordered. Sending it
//     again with the same id is safe, and tells.
//   - A linearizable read sees every message that was acknowledged before the
//     read began, at any node.
//
// Less formally: ok means ok, failed means failed, and when in doubt it says
// so.
//
// # Where this departs from hashicorp/raft's defaults
//
// Heartbeats run on the library's main goroutine ([transport], upstream issue
// 695). Linearizable reads rest on our own proof of leadership ([evidence],
// ADR-0018), not on VerifyLeader. The leader lease is at most half the
// heartbeat timeout, or the node does not start. A voter that has just started
// refuses votes for one heartbeat timeout, since it has forgotten whom it
// promised to follow.
//
// # Members
//
// A replica without state, or with less than it promised, takes no part until it
// has founded its shard or was admitted to it ([founding], [joiner], [promises],
// ADR-0026), so a member may lose its disk or a part of it, and others may join and
// leave, while less than a majority is missing. A replica whose history is not its
// leader's stops and serves nothing (shard.halt).
//
// # Goroutines
//
// Per node: one that accepts connections. Per shard: one that batches sends
// ([batcher]), one that notices the gain and loss of leadership, one that
// passes requests on from the wire ([transport]); beside those of the library.
// All end with Close.
package node
