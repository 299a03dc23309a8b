package mutant_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/storage"
)

// disk is what one node stores: in memory, with a latency, and gone if the power
// goes before a write has ended.
type disk struct {
	mu    sync.Mutex
	store *raft.InmemStore
	snaps *raft.InmemSnapshotStore
	power chan struct{} // closed when it goes
	delay atomic.Int64
	hung  chan struct{} // nil, or closed when the disk works again
	votes func(key string)
}

func newDisk() *disk {
	return &disk{store: raft.NewInmemStore(), snaps: raft.NewInmemSnapshotStore(), power: make(chan struct{})}
}

var errPower = errors.New("the power is gone")

func (d *disk) open(int) (storage.Stores, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return storage.Stores{Log: writes{d.store, d, d.power}, Stable: writes{d.store, d, d.power}, Snapshots: d.snaps}, nil
}

func (d *disk) slow(latency time.Duration) { d.delay.Store(int64(latency)) }

func (d *disk) hang() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hung = make(chan struct{})
}

func (d *disk) mend() {
	d.slow(0)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hung != nil {
		close(d.hung)
		d.hung = nil
	}
}

func (d *disk) powerLoss() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.power)
}

func (d *disk) powerOn() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.power = make(chan struct{})
}

// await lasts as long as a write does.
func (d *disk) await(power <-chan struct{}) error {
	d.mu.Lock()
	hung := d.hung
	d.mu.Unlock()
	if hung != nil {
		select {
		case <-hung:
		case <-power:
			return errPower
		}
	}
	select {
	case <-time.After(time.Duration(d.delay.Load())): // virtual time
	case <-power:
		return errPower
	}
	select {
	case <-power:
		return errPower
	default:
		return nil
	}
}

// writes are the stores of one run of a node.
type writes struct {
	*raft.InmemStore
	disk  *disk
	power <-chan struct{}
}

func (s writes) StoreLog(entry *raft.Log) error { return s.StoreLogs([]*raft.Log{entry}) }

func (s writes) StoreLogs(entries []*raft.Log) error {
	if err := s.disk.await(s.power); err != nil {
		return err
	}
	return s.InmemStore.StoreLogs(entries)
}

func (s writes) Set(key, value []byte) error {
	if s.disk.votes != nil {
		defer s.disk.votes(string(key))
	}
	return s.InmemStore.Set(key, value)
}

func (s writes) SetUint64(key []byte, value uint64) error {
	if s.disk.votes != nil {
		defer s.disk.votes(string(key))
	}
	return s.InmemStore.SetUint64(key, value)
}
