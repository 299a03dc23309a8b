package api

// Conversations is a page of a shard's conversations, by name, all of one moment.
type Conversations struct {
	Cluster       string         `json:"cluster"` // its name; "" until the node knows it
	Shards        int            `json:"shards"`
	Shard         int            `json:"shard"`
	Index         uint64         `json:"applied_index"`
	Conversations []Conversation `json:"conversations"`
	More          bool           `json:"more"` // there are names behind the last one
}

// Conversation is how far one has come.
type Conversation struct {
	Conversation string `json:"conversation"`
	Last         uint64 `json:"last_seq"`
	First        uint64 `json:"first_seq"` // the oldest message that is retained
	Digest       string `json:"digest"`    // up to Last
}
