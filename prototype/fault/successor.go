package fault

import (
	"errors"
	"fmt"
	"slices"
)

// ends are the faults that take a node's process down until they are mended.
var ends = []Kind{Kill, PowerLoss, TornTail}

// validateSuccessor checks a step that is aimed at a successor: it needs a leader to
// succeed, and both must be down for a while.
func (s Schedule) validateSuccessor(i int) error {
	step := s.Faults[i]
	target, err := ParseTarget(step.Target, s.Topology)
	if err != nil || target.Role != Successor {
		return nil // another check has said so, or it is aimed at somebody else
	}
	if i == 0 {
		return errors.New("target: successor needs a step before it that takes a leader down")
	}
	before := s.Faults[i-1]
	first, err := ParseTarget(before.Target, s.Topology)
	switch {
	case !slices.Contains(ends, step.Kind) || !slices.Contains(ends, before.Kind):
		return fmt.Errorf("target: a leader and its successor are taken down by %s", join(ends))
	case err != nil || (first.Role != Leader && first.Role != Successor) || first.Conversation != "" || first.Shard != target.Shard:
		return fmt.Errorf("target: the step before must be aimed at the leader of shard %d", target.Shard)
	case step.At <= before.At || step.At >= before.Until:
		return fmt.Errorf("at: %s must lie between %s and %s, while the leader before is down", step.At, before.At, before.Until)
	case step.Until <= before.Until:
		return fmt.Errorf("until: %s must be after %s, when the leader before is back", step.Until, before.Until)
	}
	return nil
}
