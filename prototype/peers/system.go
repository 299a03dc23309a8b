package main

import "context"

const nodes = 3

// environment is where a system runs.
type environment struct {
	lockstep string // the binary
	dir      string // for the data, empty
	// connections is how many a client takes to the leader, where the system has
	// its clients share them.
	connections int
}

// system is one row of the comparison.
type system struct {
	name  string
	start func(context.Context, environment) (cluster, error)
}

// systems are in the order in which a round measures them.
var systems = []system{
	{"lockstep-bolt", startLockstep("bolt")},
	{"lockstep-wal", startLockstep("wal")},
	{jetStreamSynced, startJetStream(true)},
	{"jetstream", startJetStream(false)},
	{etcdName, startEtcd},
}

// What ratios refer to.
const (
	jetStreamSynced = "jetstream-sync"
	etcdName        = "etcd"
)

func systemNames() (names []string) {
	for _, s := range systems {
		names = append(names, s.name)
	}
	return names
}

// message is what a client sends. Sending it again must not store it twice.
type message struct{ id, body string }

// way is one of the ways in which clients can talk to a system. Its call may be
// made from many goroutines and returns when the system has answered.
type way struct {
	name string // "" if there is only one
	call func(context.Context, message) error
}

// pipe sends messages without waiting. send is called from one goroutine; done
// is called once for each message, from any goroutine.
type pipe interface {
	send(m message, done func(error))
	close()
}

// cluster is three running nodes of a system.
type cluster interface {
	// Sends are the ways to append a message and to wait for its acknowledgement.
	Sends(context.Context) ([]way, error)
	// Reads are the ways to read a message that is there. The reads ignore the
	// message that they are called with.
	Reads(context.Context) ([]way, error)
	// Pipes are connections for many messages in flight, and how many each takes.
	Pipes(context.Context) (pipes []pipe, window int, err error)
	// Offer tries once to append a message, knowing all nodes and not which leads.
	Offer(context.Context, message) error
	// KillLeader ends the leader's process by SIGKILL. revive starts it again, or
	// waits until it was, and returns when it takes part.
	KillLeader(context.Context) (revive func(context.Context) error, err error)
	// Stop ends all processes.
	Stop()
}
