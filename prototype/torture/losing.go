package torture

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lockstep/prototype/fault"
	"lockstep/prototype/workload"
)

// nodes are those of a cluster, in memory or processes. What is done to data wants the
// nodes to be down.
type nodes interface {
	Pause(id string) error
	Resume(id string) error
	Join(ctx context.Context, id string) error
	Leave(ctx context.Context, id string) error
	Restart(id string) error
	AwaitVote(ctx context.Context, id string) error
	FlipBit(id string, seed uint64) error
	ZeroTail(id string, shard int) error
	CutLog(id string, shard int) error
	LoseShard(id string, shard int) error
	Wipe(id string) error
	CopyData(id string) error
	RestoreData(id string) error
	SwapData(a, b string) error
}

// lose carries out a fault of [fault.LosingKinds] at a node. down ends a node as
// SIGKILL does. The mend starts the node again, does what it asks for if it refuses,
// and returns when it is a voter of all shards.
func lose(in nodes, down func(id string) error, id string, f fault.Fault) (Mend, error) {
	victims := []string{id}
	if f.Kind == fault.Swap {
		if len(f.Peers) != 1 || f.Peers[0] == id {
			return nil, fmt.Errorf("swap %s: name one other node", id)
		}
		victims = append(victims, f.Peers[0])
	}
	for i, victim := range victims {
		if err := down(victim); err != nil {
			if i > 0 { // one of two: nothing is swapped
				if err := in.Restart(victims[0]); err != nil {
					return nil, err
				}
			}
			return nil, err
		}
	}
	var err error
	switch f.Kind {
	case fault.BitFlip:
		err = in.FlipBit(id, f.Seed)
	case fault.ZeroTail:
		err = in.ZeroTail(id, f.Shard)
	case fault.CutLog:
		err = in.CutLog(id, f.Shard)
	case fault.LoseShard:
		err = in.LoseShard(id, f.Shard)
	case fault.Wipe:
		err = in.Wipe(id)
	case fault.Swap:
		err = in.SwapData(id, f.Peers[0])
	case fault.RollBack:
		if err = in.CopyData(id); err == nil {
			err = in.Restart(id)
		}
	}
	return func(ctx context.Context) (done Done, failed error) {
		if err != nil { // nothing was lost
			for _, victim := range victims {
				failed = errors.Join(failed, in.Restart(victim))
			}
			return Done{}, failed
		}
		if f.Kind == fault.RollBack {
			if err := errors.Join(down(id), in.RestoreData(id)); err != nil {
				return Done{}, err
			}
		}
		done.Hits = 1
		for _, victim := range victims {
			asked, err := restartAsAsked(in, victim, f.Shard)
			done.Repaired = append(done.Repaired, asked...)
			failed = errors.Join(failed, err)
		}
		ctx, cancel := context.WithTimeout(ctx, memberPatience)
		defer cancel()
		for _, victim := range victims {
			if failed == nil {
				failed = in.AwaitVote(ctx, victim)
			}
		}
		return done, failed
	}, err
}

// restartAsAsked starts a node, and while it refuses and says what is to be done,
// does that. shard is whose data was damaged. It gives what was done.
func restartAsAsked(in nodes, id string, shard int) (did []string, err error) {
	const patience = 3
	for range patience {
		if err = in.Restart(id); err == nil {
			return did, nil
		}
		what, repair := advice(in, id, shard, err.Error())
		if repair == nil {
			return did, err
		}
		if failed := repair(); failed != nil {
			return did, errors.Join(err, failed)
		}
		did = append(did, what)
	}
	return did, err
}

var shardNumber = regexp.MustCompile(`shard[ -](\d+)`)

// advice finds in what a refusing node says what is to be done, and gives a function
// that does it; nil if the node asks for nothing that this knows. The shard is the
// one that is named last, or else the one given.
func advice(in nodes, id string, shard int, says string) (what string, do func() error) {
	says = strings.Join(strings.Fields(says), " ")
	if _, rest, ok := strings.Cut(says, "belongs to node "); ok {
		owner, _, _ := strings.Cut(rest, ",")
		return "gave " + owner + " its data back", func() error { return in.SwapData(id, owner) }
	}
	if named := shardNumber.FindAllStringSubmatch(says, -1); len(named) > 0 {
		shard, _ = strconv.Atoi(named[len(named)-1][1]) // digits, and few enough
	}
	switch away := strings.Contains(says, "away") || strings.Contains(says, "remove"); {
	case away && strings.Contains(says, "folder of this shard"):
		return fmt.Sprintf("moved the folder of shard %d of %s away", shard, id), func() error { return in.LoseShard(id, shard) }
	case away && strings.Contains(says, "folder"):
		return "moved the data folder of " + id + " away", func() error { return in.Wipe(id) }
	}
	return "", nil
}

// other is a member that is not the one named, for a swap.
func other(members []workload.Node, id string, from int) string {
	at := slices.IndexFunc(members, func(m workload.Node) bool { return m.Name == id })
	if at < 0 || len(members) < 2 {
		return ""
	}
	return members[(at+1+from%(len(members)-1))%len(members)].Name
}
