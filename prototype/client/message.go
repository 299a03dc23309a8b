package client

import "time"

// Message is what a client sends. ID must be unique among the messages of its
// sender in the conversation: it is what makes a retry the same message. The same
// id with another body is refused. See [NewID].
type Message struct {
	ID     string `json:"id"`
	Sender string `json:"sender"`
	Body   string `json:"body"`
	// Session and Number are set by an [Ordered] session.
	Session uint64 `json:"session,omitempty"`
	Number  uint64 `json:"number,omitempty"`
}

// Ack is a message's place.
type Ack struct {
	Conversation string `json:"conversation"`
	Seq          uint64 `json:"seq"`
	ID           string `json:"id"`
	Epoch        uint64 `json:"epoch"`
	Duplicate    bool   `json:"duplicate"` // an earlier attempt had been ordered
}

// Placed is a message in its place.
type Placed struct {
	Seq    uint64    `json:"seq"`
	ID     string    `json:"id"`
	Sender string    `json:"sender"`
	Body   string    `json:"body"`
	Epoch  uint64    `json:"epoch"`
	Time   time.Time `json:"time"`
}

// View is a consistent picture of a conversation: Last is its newest seq.
type View struct {
	Messages []Placed `json:"messages"`
	Last     uint64   `json:"last_seq"`
}

// The read levels of the API.
const (
	Linearizable = "linearizable" // sees everything that was acknowledged before
	Leader       = "leader"       // the same, if clocks run alike
	Session      = "session"      // sees at least up to MinSeq
	Local        = "local"        // what the replica has, however old
)

// Digest is a hash over a conversation up to a seq, as one replica has it.
type Digest struct {
	Seq    uint64 `json:"seq"`
	Digest string `json:"digest"`
}

// ShardStatus is the state of a shard at a node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"` // leader, follower, candidate, shutdown
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"` // "" if the node knows none
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
	Disk         string `json:"disk,omitempty"`    // what is wrong with the replica's disk
	Trouble      string `json:"trouble,omitempty"` // why the replica takes no part
}

// Status is what a node says of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`
}
