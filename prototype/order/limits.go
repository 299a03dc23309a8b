package order

import "time"

// limits bound what a machine holds. They decide what is rejected and forgotten,
// so all replicas must have the same; they are part of this version of the state
// machine and no setting.
type limits struct {
	conversations int           // of a shard
	senders       int           // of a conversation
	sessions      int           // of a conversation; beyond it the one that was idle longest goes
	idle          time.Duration // after which a session is forgotten, by the log's clock

	window time.Duration // for which a plain id is remembered at least; see idMemory
	skew   time.Duration // by which a UUIDv7 may be ahead of the log's clock and still be forgotten by its time
	ahead  time.Duration // by which it may be ahead at all
}

var defaultLimits = limits{conversations: 1_000_000, senders: 100_000, sessions: 4096, idle: time.Hour,
	window: 30 * 24 * time.Hour, skew: 10 * time.Second, ahead: 24 * time.Hour}

// Window is how many results of a session are kept. A client that sends number
// n+Window only when it knows where n went learns every place by sending again.
const Window = 8
