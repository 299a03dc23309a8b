// Package client talks to a cluster over its HTTP API, through any node.
//
// A send ends in one of three ways, and the package never blurs them:
//
//   - ok, with the message's place;
//   - [Fail]: it certainly was not ordered;
//   - [Unknown]: it may have been, or may yet be.
//
// Send goes on with the same message id, through one node after the other, until
// it is ok, or makes no sense, or its context ends. So a failover costs time and
// never a duplicate. If any attempt ended unknown, so does the send, whatever
// later attempts were told.
//
// Retries wait for random, growing times, and are rationed: when more than one
// attempt in ten is a retry for long, each further one waits the longest time.
// A cluster in trouble is not pushed under by those who wait for it.
package client
