// Package node is one process of the ordering cluster: it hosts a replica of each of N
// shards, each a Raft group, over one listener, and orders and reads for those who ask it.
// Package httpapi answers clients over HTTP.
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
// Heartbeats run on the library's main goroutine ([transport.Transport], upstream issue
// 695). Linearizable reads rest on our own proof of leadership ([transport.Evidence],
// ADR-0018), not on VerifyLeader. The leader lease is at most half the
// heartbeat timeout, or the node does not start. A voter that has just started
// refuses votes for one heartbeat timeout, since it has forgotten whom it
// promised to follow.
//
// # Members
//
// A replica without state, or with less than it promised, takes no part until it
// has founded its shard or was admitted to it ([member.Founding], [member.Membership],
// [folder.Promises], ADR-0026), so a member may lose its disk or a part of it, and others may join and
// leave, while less than a majority is missing. A replica whose history is not its
// leader's stops and serves nothing ([replica.Replica]).
//
// # Rooms
//
// Each room is a package that knows those below it, and none above; [Open] builds them in
// this order. What the methods of a node speak of has a name here, too, so that nobody
// above needs to know more than this package, and storage for where data is kept.
//
//	httpapi    HTTP
//	node       which replica, and here or at the leader; lanes; wiring
//	member     found, join, admit, remove; the cluster's name
//	election   who should lead, and when
//	replica    one shard: queue, batch, machine, reads, condition
//	transport  the consensus library's requests over the mesh; evidence of leadership
//	storage    log, votes, snapshots; when they are on disk
//	folder     whose data it is, what was promised
//	liveness   who is heard
//	disk       full, hung, failed
//	roster     who belongs to the cluster
//	outcome, wire, presence, bucket, meter, hclogger
//
// # Goroutines
//
// Per node: those of the mesh, and one each for heartbeats, membership, lanes and the
// balance of leads. Per shard: one that batches sends, one that notices the gain and loss
// of leadership, one that passes requests on from the wire ([transport.Transport]); beside
// those of the library. All end with Close.
package node
