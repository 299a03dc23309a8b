// Package api is what a node and its clients say to each other over HTTP, as data.
// The names in JSON are a contract: they may be added to and never changed. How a
// node answers is package node, how to ask is package client.
package api

// Outcome is what is certain about a request.
type Outcome string

const (
	OK      Outcome = "ok"
	Fail    Outcome = "fail"    // certainly without effect: send again, or give up
	Unknown Outcome = "unknown" // perhaps with effect: send again with the same id
)

// Problem is the body of every error answer (RFC 9457), and the line of a stream
// that stands for one.
type Problem struct {
	Type     string  `json:"type"`
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail"`
	Instance string  `json:"instance,omitempty"`
	Outcome  Outcome `json:"outcome"`
	FirstSeq uint64  `json:"first_seq,omitempty"` // the oldest message that is retained
	// Of an id that stands for another message: where that is, and its body's hash.
	Seq    uint64 `json:"seq,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}
