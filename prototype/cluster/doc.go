// Package cluster runs N nodes: in one process over an in-memory network, for
// tests in virtual time and for the browser, or as child processes, which can
// be killed and paused with real signals.
package cluster
