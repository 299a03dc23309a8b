package node

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/member"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/storage"
)

// openStores opens the stores of all shards and holds them against this node. The
// first shard's votes are beside who this node is and what its replicas promised.
func openStores(cfg Config) (all []storage.Stores, own *member.Name, p *folder.Promises, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, closeStores(all))
		}
	}()
	for id := range cfg.groups() {
		s, err := cfg.Stores(id)
		if err != nil {
			return all, nil, nil, err
		}
		all = append(all, s)
	}
	store := storage.NewFaultyStable(all[0].Stable, cfg.Disk)
	i, err := folder.Claim(store, cfg.ID, cfg.Shards)
	if err == nil {
		p, err = folder.OpenPromises(store, cfg.Logger)
	}
	if err != nil && all[0].Advise != nil {
		err = all[0].Advise(err)
	}
	return all, member.NewName(store, i), p, err
}

func closeStores(all []storage.Stores) (err error) {
	for _, s := range all {
		if s.Closer != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

// openShards opens a replica for each shard, and closes all stores if one fails.
func openShards(cfg Config, stores []storage.Stores, m *meter.Meter, p replica.Parts) (shards []*replica.Replica, err error) {
	for id := range cfg.groups() {
		own, label := cfg.Config, strconv.Itoa(id)
		if id < cfg.Shards {
			own.Lazy = 0
		} else {
			label = LaneLazy
		}
		p.Stores, p.Meter = stores[id], m.Shard(label)
		s, err := replica.Open(id, own, p)
		if err != nil {
			p.Promises.Close(true)
			cfg.Disk.Close()
			return nil, errors.Join(fmt.Errorf("open shard %s: %w", label, err), closeStores(stores[id+1:]), closeShards(shards))
		}
		shards = append(shards, s)
	}
	return shards, nil
}

func closeShards(shards []*replica.Replica) error {
	errs := make([]error, len(shards))
	var closing sync.WaitGroup
	for i, s := range shards {
		closing.Go(func() { errs[i] = s.Close() })
	}
	closing.Wait()
	return errors.Join(errs...)
}
