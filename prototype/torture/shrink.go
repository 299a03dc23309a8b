package torture

import (
	"context"
	"slices"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
)

// Shrink looks for a smaller schedule that still breaks a promise: without some
// of the faults, and shorter. Since a schedule does not decide everything, each
// candidate is run up to tries times, and counts as failing if one run fails. It
// gives the smallest schedule that failed, with the result that shows it. When
// the context ends it gives the smallest so far.
func Shrink(ctx context.Context, failing Result, tries int, run func(fault.Schedule) (Result, error)) Result {
	fails := func(s fault.Schedule) (Result, bool) {
		for range tries {
			if ctx.Err() != nil {
				return Result{}, false
			}
			if r, _ := run(s); r.Verdict == check.Violated {
				return r, true
			}
		}
		return Result{}, false
	}
	best := failing
	if r, ok := fails(cutShort(best.Schedule)); ok {
		best = r
	}
	// Whole parts first, then smaller ones, as delta debugging does (Zeller and
	// Hildebrandt 2002).
	for size := (len(best.Schedule.Faults) + 1) / 2; size >= 1 && len(best.Schedule.Faults) > 0; {
		removed := false
		for from := 0; from < len(best.Schedule.Faults); {
			s := best.Schedule
			s.Faults = slices.Delete(slices.Clone(s.Faults), from, min(from+size, len(s.Faults)))
			if r, ok := fails(cutShort(s)); ok {
				best, removed = r, true
			} else {
				from += size
			}
			if ctx.Err() != nil {
				return best
			}
		}
		if size == 1 && !removed {
			break
		}
		if !removed || size > len(best.Schedule.Faults) {
			size = max(1, min(size, len(best.Schedule.Faults))/2)
		}
	}
	if r, ok := fails(moveUp(best.Schedule)); ok {
		best = r
	}
	return best
}

// moveUp lets a schedule's first fault begin soon after its load.
func moveUp(s fault.Schedule) fault.Schedule {
	if len(s.Faults) == 0 {
		return s
	}
	const soon = fault.Duration(500e6)
	first := s.Faults[0].At
	for _, step := range s.Faults {
		first = min(first, step.At)
	}
	by := max(0, first-soon)
	s.Faults = slices.Clone(s.Faults)
	for i := range s.Faults {
		s.Faults[i].At -= by
		if s.Faults[i].Until > 0 {
			s.Faults[i].Until -= by
		}
	}
	s.Duration -= by
	return s
}

// cutShort ends a schedule soon after its last fault.
func cutShort(s fault.Schedule) fault.Schedule {
	const after = fault.Duration(1e9)
	last := fault.Duration(0)
	for _, step := range s.Faults {
		last = max(last, step.At, step.Until)
	}
	s.Duration = min(s.Duration, last+after)
	return s
}
