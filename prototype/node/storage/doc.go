// Package storage is where a replica keeps what it must not forget: the log of its
// shard, its term and its vote, and its snapshots. It knows one shard at a time, and
// neither other nodes nor what the entries mean.
//
// [DiskStores] and [MemoryStores] open the [Stores] of a shard. A [Log] stands
// between the consensus library and the store of the log, a [Stable] between it and
// the store of the votes.
//
// # What is said before it is on disk
//
// Nothing, to anybody outside the node. The library is told at once that its entries
// are stored, and they are flushed in the background, many together (group commit).
// Who would tell others of an entry asks the log first: [Log.WhenDurable],
// [Log.DurableIndex], [Log.AwaitDurable]. Terms and votes are written before the
// library goes on. The exception is a lazy log, which says at once what it has
// accepted, to show what that loses.
//
// # What is done about disks
//
// A write that hangs, or finds no room, raises the replica's fence (package disk). The
// log and the votes wait for room and go on by themselves; the log opens its store
// again then, and compares it with what was on disk before. After any other error
// nothing is written any more, and nothing said, until the node is started again.
//
// What is damaged gives [ErrCorrupt] when the stores are opened or the log is
// verified, and is not served. Entries carry checksums ([ChecksummedLog]), and the
// files of bolt, of raft-wal and of snapshots are read before a library that would
// panic at them, or pass over them, is let near.
package storage
