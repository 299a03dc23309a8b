// Package cluster runs N nodes.
//
// In one process ([Memory]): real nodes with a real consensus library over an
// in-memory network, for tests in virtual time and for the browser. What a node
// has stored survives its crash.
//
// As child processes ([Processes]): real sockets, real disks, real signals. The
// package promises that
//
//   - a node that dies is started again, and finds its data where it left it;
//   - cluster.json in the data folder tells at any time which processes there
//     are;
//   - no node outlives the process that started it, however that ended: each
//     holds the read end of a pipe whose other end closes with its parent;
//   - two clusters never share a data folder.
//
// Less formally: kill what you like, it comes back, and nothing stays behind.
package cluster
