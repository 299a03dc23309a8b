package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// memoryDisk is the disk of one node in memory. It keeps what it has flushed
// through crashes of its node, and forgets what it had not: when the power goes
// during a flush, the bytes of that flush are gone, or a part of them is left.
type memoryDisk struct {
	latency time.Duration // of a flush

	mu     sync.Mutex
	gate   *fault.Gate // of the node that uses it
	off    bool
	doomed chan struct{} // closed when nobody hears the node any more that has no power
	armed  *powerCut
	stores map[int]*memoryStore
}

// powerCut takes the power away in the middle of the next flush.
type powerCut struct {
	tear   *rand.Rand // nil: nothing of the flush survives; else a random part
	struck chan struct{}
}

var errPowerOff = errors.New("the disk has no power")

func newMemoryDisk(latency time.Duration) *memoryDisk {
	return &memoryDisk{latency: latency, stores: make(map[int]*memoryStore), doomed: make(chan struct{})}
}

// open gives a shard its stores; see node.OpenStores.
func (d *memoryDisk) open(shard int) (node.Stores, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stores[shard]
	if s == nil {
		s = &memoryStore{InmemStore: raft.NewInmemStore(), disk: d, snapshots: raft.NewInmemSnapshotStore()}
		d.stores[shard] = s
	}
	return node.Stores{Log: s, Stable: s, Snapshots: s.snapshots}, nil
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
		d.doomed = make(chan struct{})
	}
	d.off, d.armed = !on, nil
}

// doom says that nobody hears the node any more.
func (d *memoryDisk) doom() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.doomed)
}

// insist is flush for terms and votes. The library would end the process if it
// were told that one cannot be written, and with it everything that shares it. So
// a node without power waits until nobody hears it, and then believes what it
// likes.
func (d *memoryDisk) insist(write func(int) error) error {
	err := d.flush(1, write)
	if !errors.Is(err, errPowerOff) {
		return err
	}
	d.mu.Lock()
	doomed := d.doomed
	d.mu.Unlock()
	<-doomed
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
func (d *memoryDisk) aside(write func() error) error {
	if err := d.pass(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errPowerOff
	}
	return write()
}

// flip changes one stored bit of a random log entry, and says whether there was
// one. The node must not be running.
func (d *memoryDisk) flip(random *rand.Rand) (bool, error) {
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
			return false, fmt.Errorf("flip a bit: %w", err)
		}
		if len(e.Data) == 0 {
			continue
		}
		e.Data = slices.Clone(e.Data)
		e.Data[random.IntN(len(e.Data))] ^= 1 << random.IntN(8)
		return true, s.InmemStore.StoreLog(&e)
	}
	return false, nil
}

// memoryStore is one shard's part of a disk.
type memoryStore struct {
	*raft.InmemStore
	disk      *memoryDisk
	snapshots *raft.InmemSnapshotStore
}

var (
	_ raft.LogStore    = (*memoryStore)(nil)
	_ raft.StableStore = (*memoryStore)(nil)
)

func (s *memoryStore) StoreLog(e *raft.Log) error { return s.StoreLogs([]*raft.Log{e}) }

func (s *memoryStore) StoreLogs(entries []*raft.Log) error {
	return s.disk.flush(len(entries), func(i int) error { return s.InmemStore.StoreLog(entries[i]) })
}

func (s *memoryStore) DeleteRange(min, max uint64) error {
	return s.disk.flush(1, func(int) error { return s.InmemStore.DeleteRange(min, max) })
}

func (s *memoryStore) Set(key, value []byte) error {
	if string(key) == "Promises" { // is written in the background and must not draw a power cut that is meant for the log
		return s.disk.aside(func() error { return s.InmemStore.Set(key, value) })
	}
	return s.disk.insist(func(int) error { return s.InmemStore.Set(key, value) })
}

func (s *memoryStore) SetUint64(key []byte, value uint64) error {
	return s.disk.insist(func(int) error { return s.InmemStore.SetUint64(key, value) })
}
