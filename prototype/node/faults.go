package node

import (
	"fmt"

	"lockstep/prototype/fault"
)

// Fault breaks something at this node. What stays broken has an id by which Mend
// ends it; what happens at once has none.
func (n *Node) Fault(f fault.Fault) (fault.Status, error) {
	if err := f.Validate(n.roster.others()); err != nil {
		return fault.Status{}, err
	}
	n.cfg.Logger.Warn("fault", "what", f)
	switch f.Kind {
	case fault.Transfer:
		return n.eachShard(f, func(s *shard) (bool, error) {
			return s.handOverToAny()
		})
	case fault.Snapshot:
		return n.eachShard(f, func(s *shard) (bool, error) {
			return s.snapshot()
		})
	}
	return fault.Status{ID: n.faults.Add(f), Fault: f}, nil
}

// eachShard counts as hits the shards at which something was done.
func (n *Node) eachShard(f fault.Fault, do func(*shard) (bool, error)) (fault.Status, error) {
	status := fault.Status{Fault: f}
	for _, s := range n.shards {
		done, err := do(s)
		if done {
			status.Hits++
		}
		if err != nil {
			return status, fmt.Errorf("%s at shard %d: %w", f.Kind, s.id, err)
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
