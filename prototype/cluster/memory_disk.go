package cluster

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/storage"
)

// memoryDisk is the disk of one node in memory. It keeps what it has flushed
// through crashes of its node, and forgets what it had not: when the power goes
// during a flush, the bytes of that flush are gone, or a part of them is left.
type memoryDisk struct {
	latency time.Duration // of a flush

	mu      sync.Mutex
	gate    *fault.Gate // of the node that uses it
	off     bool
	unheard chan struct{} // closed when the node that has no power is cut off from all others
	armed   *powerCut
	stores  map[int]*memoryStore
}

// powerCut takes the power away in the middle of the next flush.
type powerCut struct {
	tear   *rand.Rand // nil: nothing of the flush survives; else a random part
	struck chan struct{}
}

var errPowerOff = errors.New("the disk has no power")

func newMemoryDisk(latency time.Duration) *memoryDisk {
	return &memoryDisk{latency: latency, stores: make(map[int]*memoryStore), unheard: make(chan struct{})}
}

// open gives a shard its stores; see storage.OpenStores.
func (d *memoryDisk) open(shard int) (storage.Stores, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stores[shard]
	if s == nil {
		s = newMemoryStore(d)
		d.stores[shard] = s
	}
	return storage.Stores{Log: s, Stable: s, Snapshots: s.snapshots}, nil
}

// attach gives the disk to a new life of its node.
func (d *memoryDisk) attach(gate *fault.Gate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate = gate
}

// pass waits while the node is paused: what it has not begun to write it does not
// write. It is an error if the node was killed.
func (d *memoryDisk) pass() error {
	d.mu.Lock()
	gate := d.gate
	d.mu.Unlock()
	if gate.Pass(context.Background()) != nil {
		return errPowerOff
	}
	return nil
}

// power takes the power away, or brings it back.
func (d *memoryDisk) power(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if on && d.off {
		d.unheard = make(chan struct{})
	}
	d.off, d.armed = !on, nil
}

// releaseVotes lets the writes of terms and votes return that insist holds back. The
// node must be cut off from all others.
func (d *memoryDisk) releaseVotes() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.unheard)
}

// insist is flush for terms and votes. The library ends the process when it is told
// that one cannot be written, and all nodes share this process. So when the power is
// gone, insist reports success, and only after the node is cut off: the vote that was
// not stored then reaches nobody.
func (d *memoryDisk) insist(write func(int) error) error {
	err := d.flush(1, write)
	if !errors.Is(err, errPowerOff) {
		return err
	}
	d.mu.Lock()
	unheard := d.unheard
	d.mu.Unlock()
	<-unheard
	return nil
}

// arm takes the power away in the middle of the next flush; the channel is
// closed when that has happened.
func (d *memoryDisk) arm(tear *rand.Rand) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed = &powerCut{tear: tear, struck: make(chan struct{})}
	return d.armed.struck
}

// disarm takes arm back; false means that it is too late.
func (d *memoryDisk) disarm() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	inTime := d.armed != nil
	d.armed = nil
	return inTime
}

// flush writes n things, one after the other, and makes them durable.
func (d *memoryDisk) flush(n int, write func(i int) error) error {
	if err := d.pass(); err != nil {
		return err
	}
	if d.latency > 0 {
		time.Sleep(d.latency) // what the power takes away meanwhile was never written
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errPowerOff
	}
	written := n
	if d.armed != nil {
		d.off, written = true, 0
		if d.armed.tear != nil {
			written = d.armed.tear.IntN(n + 1)
		}
		close(d.armed.struck)
		d.armed = nil
	}
	for i := range written {
		if err := write(i); err != nil {
			return err
		}
	}
	if d.off {
		return errPowerOff
	}
	return nil
}

// aside writes what no flush waits for.
func (d *memoryDisk) aside(write func(int) error) error {
	if err := d.pass(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errPowerOff
	}
	return write(0)
}

// flip changes one stored bit of a random log entry. The node must not be running.
func (d *memoryDisk) flip(random *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for shard := range len(d.stores) {
		s := d.stores[shard]
		if s == nil {
			continue
		}
		first, _ := s.InmemStore.FirstIndex() // in memory there are no errors
		last, _ := s.InmemStore.LastIndex()
		if last == 0 {
			continue
		}
		var e raft.Log
		if err := s.InmemStore.GetLog(first+random.Uint64N(last-first+1), &e); err != nil {
			return err
		}
		if len(e.Data) == 0 {
			continue
		}
		e.Data = slices.Clone(e.Data)
		e.Data[random.IntN(len(e.Data))] ^= 1 << random.IntN(8)
		return s.InmemStore.StoreLog(&e)
	}
	return errNothingStored
}
