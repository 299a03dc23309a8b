package node

import (
	"fmt"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/replica"
)

// Fault breaks something at this node. What stays broken has an id by which Mend
// ends it; what happens at once has none.
func (n *Node) Fault(f fault.Fault) (fault.Status, error) {
	if err := f.Validate(n.roster.Others()); err != nil {
		return fault.Status{}, err
	}
	n.cfg.Logger.Warn("fault", "what", f)
	switch f.Kind {
	case fault.Transfer:
		return n.eachShard(f, func(s *replica.Replica) (bool, error) {
			if len(f.Peers) > 0 && s.Leads() {
				return true, s.HandOver(f.Peers[0])
			}
			return n.balance.Relieve(s)
		})
	case fault.Snapshot:
		return n.eachShard(f, func(s *replica.Replica) (bool, error) {
			return s.Snapshot()
		})
	}
	return fault.Status{ID: n.faults.Add(f), Fault: f}, nil
}

// eachShard counts as hits the shards at which something was done.
func (n *Node) eachShard(f fault.Fault, do func(*replica.Replica) (bool, error)) (fault.Status, error) {
	status := fault.Status{Fault: f}
	for _, s := range n.shards {
		done, err := do(s)
		if done {
			status.Hits++
		}
		if err != nil {
			return status, fmt.Errorf("%s at shard %d: %w", f.Kind, s.Shard, err)
		}
	}
	return status, nil
}

// Faults lists what is broken at this node, and how often it struck.
func (n *Node) Faults() []fault.Status { return n.faults.Active() }

// Mend ends one fault and tells what it did.
func (n *Node) Mend(id int) (fault.Status, error) { return n.faults.Mend(id) }

// Heal mends every fault at this node and tells what each did.
func (n *Node) Heal() []fault.Status { return n.faults.Heal() }
