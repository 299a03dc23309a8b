package node

// The channels of the links between nodes. A shard's consensus has the channel
// of its number.
const (
	channelSubmit = 0xF000 + iota
	channelRead
	channelBeat
	channelOpinion
	channelFounding
	channelMembers
	channelAsk
	channelLane // and those after it: the weak lanes
)

// Channels that a node of an earlier version does not have: it refuses requests and
// passes over messages.
const (
	channelName = 0xF100 + iota
	channelState
)
