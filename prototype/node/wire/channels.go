package wire

// The channels of the links between nodes. A shard's consensus has the channel
// of its number.
const (
	ChannelSubmit = 0xF000 + iota
	ChannelRead
	ChannelBeat
	ChannelOpinion
	ChannelFounding
	ChannelMembers
	ChannelAsk
	ChannelLane // and those after it: the weak lanes
)

// Channels that a node of an earlier version does not have: it refuses requests and
// passes over messages.
const (
	ChannelName = 0xF100 + iota
	ChannelState
	// ChannelSubmitFollowed is ChannelSubmit with a span between ticket and batch; see
	// package tracing.
	ChannelSubmitFollowed
)
