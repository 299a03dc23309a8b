// Package store keeps what was said, so that it is neither lost nor kept against
// somebody's will.
//
// Three things are kept apart, since they are forgotten differently. A [Log] has
// the events of each page in order and forgets nothing. [Keys] open the texts,
// which lie sealed in the log: whoever destroys a key destroys the text in every
// copy of the log, backups included. [Revisions] are the texts of pages that
// somebody said something about; they are large, never change, and are named by
// their hash.
//
// What is appended, put or saved is on disk when the call returns. [Shared] keeps
// keys and revisions on the disks of a majority of several hosts. A key that was
// destroyed never comes back, on any host.
package store
