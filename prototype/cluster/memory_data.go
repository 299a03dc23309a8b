package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// What can happen to the data of a node of this process that is down.

// change changes the disk of a node that is down.
func (m *Memory) change(id, verb string, how func(*memoryDisk) error) error {
	if m.Node(id) != nil {
		return fmt.Errorf("%s %s: it is running", verb, id)
	}
	err := m.awaitKilled(id)
	if err == nil {
		err = how(m.disks[id])
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, id, err)
	}
	return nil
}

var errNothingStored = errors.New("it has stored nothing")

// store is one shard's part of the disk.
func (d *memoryDisk) store(shard int) (*memoryStore, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.stores[shard]; s != nil {
		return s, nil
	}
	return nil, errNothingStored
}

// FlipBit changes one bit that a node has stored.
func (m *Memory) FlipBit(id string, seed uint64) error {
	return m.change(id, "flip a bit of", func(d *memoryDisk) error { return d.flip(rand.New(rand.NewPCG(seed, 0))) })
}

// Wipe empties a node's disk.
func (m *Memory) Wipe(id string) error {
	return m.change(id, "wipe", func(*memoryDisk) error { return m.replace(id, newMemoryDisk(m.flush)) })
}

func (m *Memory) replace(id string, d *memoryDisk) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.disks[id] = d
	return nil
}

// LoseShard forgets the log and the snapshots of a shard; terms and votes stay.
func (m *Memory) LoseShard(id string, shard int) error {
	return m.change(id, "lose a shard of", func(d *memoryDisk) error {
		s, err := d.store(shard)
		if err == nil {
			s.loseLog()
		}
		return err
	})
}

// CutLog forgets the newest half of a shard's log.
func (m *Memory) CutLog(id string, shard int) error {
	return m.change(id, "cut the log of", func(d *memoryDisk) error {
		s, err := d.store(shard)
		if err != nil {
			return err
		}
		cut, err := s.cutLog()
		if err == nil && !cut {
			err = errNothingStored
		}
		return err
	})
}

// ZeroTail is CutLog: a log of which the newest part is zeros ends before them.
func (m *Memory) ZeroTail(id string, shard int) error { return m.CutLog(id, shard) }

// CopyData keeps a copy of a node's disk, in place of an earlier copy.
func (m *Memory) CopyData(id string) error {
	return m.change(id, "copy the data of", func(d *memoryDisk) error {
		c, err := d.copy()
		if err == nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.copies[id] = c
		}
		return err
	})
}

// RestoreData puts a copy back, in place of all that a node has stored.
func (m *Memory) RestoreData(id string) error {
	return m.change(id, "restore the data of", func(*memoryDisk) error {
		m.mu.Lock()
		kept := m.copies[id]
		m.mu.Unlock()
		if kept == nil {
			return errors.New("there is no copy")
		}
		c, err := kept.copy()
		if err != nil {
			return err
		}
		return m.replace(id, c)
	})
}

func (d *memoryDisk) copy() (*memoryDisk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := newMemoryDisk(d.latency)
	for shard, s := range d.stores {
		one, err := s.copyFor(c)
		if err != nil {
			return nil, err
		}
		c.stores[shard] = one
	}
	return c, nil
}

// SwapData gives two nodes each other's disks.
func (m *Memory) SwapData(a, b string) error {
	return m.change(a, "swap the data of", func(*memoryDisk) error {
		return m.change(b, "with", func(*memoryDisk) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.disks[a], m.disks[b] = m.disks[b], m.disks[a]
			return nil
		})
	})
}
