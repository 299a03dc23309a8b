// Package disk is what a node knows of the disk below a shard, and what the shard's
// replica may do meanwhile. It knows neither what is stored there nor the consensus
// library; package storage writes, and tells it how that went.
//
// A disk can hang, be full, or fail, and a replica treats the three differently:
//
//   - One that hangs gives no error. A write that takes too long raises the [Fence]:
//     the replica neither votes nor leads until the write has ended after all.
//   - One that is full, over its quota or read-only has failed in a way that leaves no
//     doubt ([LacksRoom]). Who writes waits behind the fence until a probe of the
//     [Volume] succeeds ([Health.Await]), and goes on by itself.
//   - After any other error nobody knows what the disk has kept, and the second fsync
//     succeeds although the first one failed. The fence stays up until the node is
//     started again.
//
// [Health] says what is wrong and what to do about it, in the logger, to clients and
// in metrics.
package disk
