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
type Target struct {
	Role         Role
	Node         string // for Named
	Shard        int    // for Leader and Follower, unless Conversation is set
	Conversation string // for Leader
}

// ParseTarget reads a target.
func ParseTarget(text string, in Topology) (Target, error) {
	role, rest, found := strings.Cut(text, ":")
	switch {
	case role == "leader-of-shard" && found:
		shard, err := strconv.Atoi(rest)
		if err != nil || shard < 0 || shard >= in.Shards {
			return Target{}, fmt.Errorf("target: there is no shard %q; there are 0 to %d", rest, in.Shards-1)
		}
		return Target{Role: Leader, Shard: shard}, nil
	case role == "leader" && found && rest != "":
		return Target{Role: Leader, Conversation: rest}, nil
	case !found && slices.Contains([]Role{Leader, Follower, Random, All}, Role(role)):
		return Target{Role: Role(role)}, nil
	case slices.Contains(in.Members(), text):
		return Target{Role: Named, Node: text}, nil
	}
	return Target{}, fmt.Errorf("target: %q is none of %s, leader, leader:CONVERSATION, leader-of-shard:N, follower, random, all",
		text, strings.Join(in.Members(), ", "))
}
