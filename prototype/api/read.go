package api

// Level is what a read promises.
type Level string

const (
	// LevelLinearizable sees everything that was acknowledged before the read began.
	LevelLinearizable Level = "linearizable"
	// LevelLeader sees the same, provided that the clocks of the nodes run at rates
	// that differ by less than node.Config.ClockDrift.
	LevelLeader Level = "leader"
	// LevelSession sees at least up to MinSeq: a client that passes the newest seq
	// that it has seen never goes back in time.
	LevelSession Level = "session"
	// LevelLocal sees what the replica has, however old.
	LevelLocal Level = "local"
)

// Levels are all of them, the strongest first.
var Levels = []Level{LevelLinearizable, LevelLeader, LevelSession, LevelLocal}

// ReadRequest asks for messages of one conversation.
type ReadRequest struct {
	Conversation string `json:"conversation"`
	Level        Level  `json:"read,omitempty"`    // "" means LevelLinearizable
	After        uint64 `json:"after,omitempty"`   // seqs above this one
	Limit        int    `json:"limit,omitempty"`   // 0, left out, means the node's default
	MinSeq       uint64 `json:"min_seq,omitempty"` // for LevelSession
}
