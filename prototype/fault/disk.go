package fault

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrDisk is what a failing disk gives, and a hung one when it is closed.
var ErrDisk = errors.New("input/output error")

// Disk is asked before each write that must become durable. The methods of a nil
// *Disk do nothing; all may be called from any goroutine.
type Disk struct {
	sick atomic.Bool // faults is not empty, or closed

	mu      sync.Mutex
	faults  []*active
	closed  bool
	changed chan struct{} // closed, and made anew, when faults or closed change
}

// NewDisk is a disk without a fault.
func NewDisk() *Disk { return &Disk{changed: make(chan struct{})} }

// Write is called before n bytes are written and flushed. It returns when the
// disk would go on: at once, after the delay of a slow disk, or when a hung one
// is mended. A failing disk gives ErrDisk and a full one ErrFull, and the caller
// must not write.
func (d *Disk) Write(n int) error {
	if d == nil || !d.sick.Load() {
		return nil
	}
	d.mu.Lock()
	for _, a := range d.faults {
		a.hit()
	}
	d.mu.Unlock()
	var waited time.Duration
	for {
		d.mu.Lock()
		slow, hung := time.Duration(0), false
		for _, a := range d.faults {
			switch a.Kind {
			case SlowDisk:
				slow += a.Delay.D()
			case HungDisk:
				hung = true
			case FailingDisk:
				d.mu.Unlock()
				return ErrDisk
			case FullDisk:
				d.mu.Unlock()
				return ErrFull
			}
		}
		closed, changed := d.closed, d.changed
		d.mu.Unlock()
		switch {
		case closed && hung:
			return ErrDisk
		case closed, !hung && slow <= waited:
			return nil
		case hung:
			<-changed
		default:
			began := time.Now()
			timer := time.NewTimer(slow - waited)
			select {
			case <-timer.C:
			case <-changed:
				timer.Stop()
			}
			waited += time.Since(began)
		}
	}
}

// Insist is Write for one who cannot bear ErrDisk, as the library that panics if
// it cannot keep its term: it waits while the disk fails, and when the disk is
// closed it lets the write through. A full disk gives ErrFull.
func (d *Disk) Insist(n int) error {
	for {
		err := d.Write(n)
		if !errors.Is(err, ErrDisk) {
			return err
		}
		d.mu.Lock()
		closed, changed := d.closed, d.changed
		sick := len(d.faults) > 0
		d.mu.Unlock()
		if closed {
			return nil
		}
		if sick {
			<-changed
		}
	}
}

// Close ends every wait: those that a hung disk holds end with ErrDisk.
func (d *Disk) Close() {
	if d == nil {
		return
	}
	d.change(func() { d.closed = true })
}

func (d *Disk) add(a *active) { d.change(func() { d.faults = append(d.faults, a) }) }

func (d *Disk) remove(a *active) {
	d.change(func() { d.faults = slices.DeleteFunc(d.faults, func(b *active) bool { return a == b }) })
}

func (d *Disk) change(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
	d.sick.Store(len(d.faults) > 0 || d.closed)
	close(d.changed)
	d.changed = make(chan struct{})
}
