package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Role is how a target is found.
type Role string

const (
	Named    Role = "named"    // the node itself
	Leader   Role = "leader"   // of a shard
	Follower Role = "follower" // of a shard, chosen at random
	Random   Role = "random"   // any node
	All      Role = "all"      // every node
	// Successor is who leads a shard after the leader that the step before struck.
	Successor Role = "successor"
)

// Target says which nodes a fault hits. It is resolved when the fault begins: a
// leader is who leads then.
//
//	n2                 the node
//	leader             the leader of shard 0
//	leader-of-shard:3  the leader of that shard
//	leader:room-1      the leader of that conversation's shard
//	follower           one of shard 0 that does not lead
//	random, all
//	successor          who took over shard 0 from the leader that the step before
//	                   took down. It is struck when that one is back and before it
//	                   has caught up: until then the two are kept apart.
//	successor-of-shard:3
type Target struct {
	Role         Role
	Node         string // for Named
	Shard        int    // for Leader, Follower and Successor, unless Conversation is set
	Conversation string // for Leader
}

// ParseTarget reads a target.
func ParseTarget(text string, in Topology) (Target, error) {
	role, rest, found := strings.Cut(text, ":")
	switch {
	case (role == "leader-of-shard" || role == "successor-of-shard") && found:
		shard, err := strconv.Atoi(rest)
		if err != nil || shard < 0 || shard >= in.Shards {
			return Target{}, fmt.Errorf("target: there is no shard %q; there are 0 to %d", rest, in.Shards-1)
		}
		kind, _, _ := strings.Cut(role, "-")
		return Target{Role: Role(kind), Shard: shard}, nil
	case role == "leader" && found && rest != "":
		return Target{Role: Leader, Conversation: rest}, nil
	case !found && slices.Contains([]Role{Leader, Follower, Random, All, Successor}, Role(role)):
		return Target{Role: Role(role)}, nil
	case slices.Contains(in.Members(), text):
		return Target{Role: Named, Node: text}, nil
	}
	return Target{}, fmt.Errorf("target: %q is none of %s, leader, leader:CONVERSATION, leader-of-shard:N, follower, random, all, successor, successor-of-shard:N",
		text, strings.Join(in.Members(), ", "))
}
