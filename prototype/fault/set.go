package fault

import (
	"fmt"
	"sync"
)

// Set is all that is broken at one node. Its methods may be called from any
// goroutine.
type Set struct {
	links *Links
	disk  *Disk
	clock *Clock

	mu     sync.Mutex
	next   int
	active []*active // in the order in which they were added
}

// NewSet breaks these three, none of which may be nil.
func NewSet(links *Links, disk *Disk, clock *Clock) *Set {
	return &Set{links: links, disk: disk, clock: clock}
}

// Add applies a valid fault and gives the id by which it can be mended.
func (s *Set) Add(f Fault) (id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	a := newActive(s.next, f)
	s.active = append(s.active, a)
	switch f.Kind {
	case SlowDisk, HungDisk, FailingDisk, FullDisk:
		s.disk.add(a)
	case ClockJump, ClockRate:
		s.clock.add(a)
	default:
		s.links.add(a)
	}
	return a.id
}

// Mend removes one fault and tells what it did.
func (s *Set) Mend(id int) (Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, a := range s.active {
		if a.id == id {
			s.active = append(s.active[:i:i], s.active[i+1:]...)
			s.remove(a)
			return a.status(), nil
		}
	}
	return Status{}, fmt.Errorf("there is no fault %d in force: %w", id, ErrInvalid)
}

// Heal removes every fault and tells what each did.
func (s *Set) Heal() (mended []Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		s.remove(a)
		mended = append(mended, a.status())
	}
	s.active = nil
	return mended
}

func (s *Set) remove(a *active) {
	s.links.remove(a)
	s.disk.remove(a)
	s.clock.remove(a)
}

// Active lists the faults in force, in the order in which they were added.
func (s *Set) Active() (list []Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		list = append(list, a.status())
	}
	return list
}
