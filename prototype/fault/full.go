package fault

import (
	"fmt"
	"syscall"
)

// ErrFull is what a full disk gives. It is syscall.ENOSPC.
var ErrFull = fmt.Errorf("full disk: %w", syscall.ENOSPC)

// Room says whether a write would find room now, without waiting. It is no hit.
func (d *Disk) Room() error {
	if d == nil || !d.sick.Load() {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.faults {
		if a.Kind == FullDisk {
			return ErrFull
		}
	}
	return nil
}
