package replica

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/hclogger"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// Survivor is what one node's data folder holds of a cluster whose majority is
// gone for good. No program can know what the others had that this one has not;
// a person who knows that they will not come back may make it a cluster of its own.
type Survivor struct {
	Node    string
	Shards  int
	Cluster string // "" if it has no name
	// Others are the members beside this node that have a vote in some shard.
	Others []string
	// Address is where the others reached this node last; "" if it is no member.
	Address string
	// Messages counts what is retained, by shard, and Ends is where each log ends.
	// Messages beyond it that the others had acknowledged are lost with them.
	Messages []int
	Ends     []uint64

	stores []storage.Stores
	id     folder.Identity
}

// ErrSurvivor is the error for a data folder that cannot be made a cluster.
var ErrSurvivor = errors.New("this data folder cannot be made a cluster of its own")

// OpenSurvivor reads a data folder that no node uses. It changes nothing. Close it.
func OpenSurvivor(open storage.OpenStores) (_ *Survivor, err error) {
	s := &Survivor{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	first, err := open(0)
	if err != nil {
		return nil, err
	}
	s.stores = []storage.Stores{first}
	data, err := folder.Lookup(first.Stable, folder.KeyIdentity)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	if data == nil {
		return nil, fmt.Errorf("%w: it does not say whose it is; start its node once with this version, and end it", ErrSurvivor)
	}
	if err := json.Unmarshal(data, &s.id); err != nil {
		return nil, fmt.Errorf("read identity: %w: %w", storage.ErrCorrupt, err)
	}
	s.Node, s.Shards, s.Cluster = s.id.Node, s.id.Shards, s.id.Cluster
	others := map[string]bool{}
	for shard := range s.Shards {
		if shard > 0 {
			next, err := open(shard)
			if err != nil {
				return nil, err
			}
			s.stores = append(s.stores, next)
		}
		if err := s.look(shard, others); err != nil {
			return nil, fmt.Errorf("shard %d: %w", shard, err)
		}
	}
	s.Others = slices.Sorted(maps.Keys(others))
	return s, nil
}

// look reads a shard's newest members and counts what it holds.
func (s *Survivor) look(shard int, others map[string]bool) error {
	stores := s.stores[shard]
	log := storage.NewChecksummedLog(stores.Log)
	if err := log.Verify(); err != nil {
		return err
	}
	members, machine, end, err := replay(log, stores.Snapshots)
	if err != nil {
		return err
	}
	if end == 0 {
		return fmt.Errorf("%w: it holds nothing", ErrSurvivor)
	}
	for _, m := range members.Servers {
		if string(m.ID) == s.Node {
			s.Address = string(m.Address)
		} else if m.Suffrage == raft.Voter {
			others[string(m.ID)] = true
		}
	}
	_, messages := machine.Size()
	s.Messages, s.Ends = append(s.Messages, messages), append(s.Ends, end)
	return nil
}

// replay gives the newest members that a log and its snapshots tell of, the state
// that they lead to, and where they end.
func replay(log raft.LogStore, snapshots raft.SnapshotStore) (members raft.Configuration, machine *order.Machine, end uint64, err error) {
	machine = order.New()
	list, err := snapshots.List()
	if err != nil {
		return members, nil, 0, fmt.Errorf("look for snapshots: %w", err)
	}
	if len(list) > 0 {
		meta, state, err := snapshots.Open(list[0].ID)
		if err != nil {
			return members, nil, 0, fmt.Errorf("open snapshot: %w", err)
		}
		if err := errors.Join(machine.Restore(state), state.Close()); err != nil {
			return members, nil, 0, fmt.Errorf("read snapshot: %w", err)
		}
		members, end = meta.Configuration, meta.Index
	}
	last, err := log.LastIndex()
	if err != nil {
		return members, nil, 0, fmt.Errorf("read log: %w", err)
	}
	for index := end + 1; index <= last; index++ {
		var e raft.Log
		if err := log.GetLog(index, &e); err != nil {
			return members, nil, 0, fmt.Errorf("read log entry %d: %w", index, err)
		}
		switch e.Type {
		case raft.LogConfiguration:
			members = raft.DecodeConfiguration(e.Data)
		case raft.LogCommand:
			batch, err := order.DecodeBatch(e.Data)
			if err != nil {
				return members, nil, 0, fmt.Errorf("read log entry %d: %w", index, err)
			}
			machine.Apply(index, e.Term, batch)
		}
	}
	return members, machine, max(end, last), nil
}

// Recover makes the folder a cluster of its own, whose only member is its node at
// the address, under a new name, so that the old members, should they come back
// after all, and this one refuse each other. lost must name exactly the Others,
// whose messages beyond what this folder holds are given up by that. Every entry of
// the log counts as committed. It may be repeated after a crash.
func (s *Survivor) Recover(address string, lost []string) error {
	lost = slices.Sorted(slices.Values(lost))
	if !slices.Equal(lost, s.Others) {
		return fmt.Errorf("%w: its other members are %s, and %q were named as lost: name every one of them", ErrSurvivor, strings.Join(s.Others, ", "), strings.Join(lost, ", "))
	}
	// The name is first: if this breaks off, the old members refuse what is left.
	store := storage.NewFaultyStable(s.stores[0].Stable, fault.NewDisk())
	s.id.Cluster = folder.NewClusterID()
	if err := s.id.Keep(store); err != nil {
		return err
	}
	s.Cluster = s.id.Cluster
	alone := raft.Configuration{Servers: []raft.Server{{ID: raft.ServerID(s.Node), Address: raft.ServerAddress(address)}}}
	_, transport := raft.NewInmemTransport(raft.ServerAddress(address))
	defer transport.Close()
	promised := make(map[int]folder.Promise)
	for shard, stores := range s.stores {
		rc := raft.DefaultConfig()
		rc.LocalID, rc.Logger = raft.ServerID(s.Node), hclogger.New(slog.New(slog.DiscardHandler), nil)
		log, err := storage.OpenLog(storage.NewChecksummedLog(stores.Log), storage.LogConfig{HungAfter: DefaultConfig().HungAfter, Hung: func(bool) {}})
		if err != nil {
			return err
		}
		machine := &fsm{machine: order.New(), log: log, spread: func() {}, meter: meter.New().Shard("recover"), forked: func(string) {},
			leads: func() (uint64, bool) { return 0, false }}
		err = raft.RecoverCluster(rc, machine, storage.NewChecksummedLog(stores.Log), storage.NewStable(stores.Stable), stores.Snapshots, transport, alone)
		log.Close(0)
		if err != nil {
			return fmt.Errorf("shard %d: %w", shard, err)
		}
		list, err := stores.Snapshots.List()
		if err != nil || len(list) == 0 {
			return fmt.Errorf("shard %d: look for the new snapshot: %w", shard, err)
		}
		promised[shard] = folder.Promise{Log: folder.Mark{Term: list[0].Term, Index: list[0].Index}, Applied: machine.machine.Index()}
	}
	return folder.WritePromises(store, promised)
}

// Close gives the folder back.
func (s *Survivor) Close() (err error) {
	for _, stores := range s.stores {
		if stores.Closer != nil {
			err = errors.Join(err, stores.Close())
		}
	}
	s.stores = nil
	return err
}
