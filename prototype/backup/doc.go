// Package backup copies the messages of a cluster into a folder while it runs, and
// from there into another cluster.
//
// A backup is made of runs. Each asks every shard how far its conversations have
// come, and adds what is new. It holds each conversation as it stood at one moment,
// with all that was acknowledged before the run began; a page of the list is of one
// moment for all its conversations. Nothing is added before the digest of the
// messages, as [order.Digest] has it, is the one that the cluster gave.
//
// The folder is valid at any time: files are whole before the manifest names them,
// and the manifest is replaced last. A run that is interrupted leaves the backup of
// the run before.
//
// A restore gives each message the number, id, sender and text that it had. Its time
// and epoch are those of the restore, so the digests of the new cluster are others,
// and content is compared instead.
package backup
