package api

import "lockstep/prototype/link"

// Status is what a node says of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`         // of the quorum lane, by number
	Lazy   *ShardStatus  `json:"lazy,omitempty"` // the lazy lane's only group; nil where there is none
	// Refusals are the connections between this node and others that one of the two
	// has refused lately.
	Refusals []link.Refusal `json:"refusals,omitempty"`
}

// ShardStatus is the state of one shard at one node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"` // leader, follower, candidate, shutdown
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"` // "" if none is known
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
	Disk         string `json:"disk,omitempty"` // what is wrong with its disk, and what to do
	Lead         *Lead  `json:"lead,omitempty"` // of a leader
	// Trouble is why this replica takes no part in the shard, and what may be done;
	// "" if it does.
	Trouble string `json:"trouble,omitempty"`
}

// Lead times the election of a leader by that leader's own clock. An observer that asks
// now and then would see it late.
type Lead struct {
	ForMicros      int64 `json:"for_us"`      // since it was elected
	ElectionMicros int64 `json:"election_us"` // from its campaign to its election; 0 if it did not campaign by itself
	BarrierMicros  int64 `json:"barrier_us"`  // from its election until it knew everything that was committed before; 0 until then
}
