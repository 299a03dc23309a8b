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
