package node

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/order"
)

// What a version of this program can do, as its nodes tell each other.
const featureOncePerSender uint64 = 1 << 0 // order.OncePerSender, and the batches and snapshots that go with it

// ruling decides when a shard's log goes over to the newest [order.Rules]. The leader
// puts that into the first entry that it proposes when every member of the shard has
// been heard and knows them, so that no replica ever sees an entry that it cannot
// read. In a new cluster that is the first entry of all, since its founders have
// heard each other. There is no way back: from then on nobody is admitted who does
// not know the rules. So in a cluster that was upgraded it waits for as long as
// Config.UpgradeAfter after all members know them, in which any of them may still
// be taken back to the version before.
type ruling struct {
	machine  *order.Machine
	memory   uint64
	self     string
	members  func() []string
	features func(peer string) (features uint64, heard bool)

	// mu is held while a member is taken in, and while the change is proposed: one of
	// the two must see the other.
	mu       sync.Mutex
	proposed bool      // in this life, whatever became of it
	since    time.Time // when all members were first seen to know the rules; zero if they do not
	after    time.Duration
	founded  atomic.Bool // this replica founded the shard, in this life
}

func newRuling(cfg replicaConfig, machine *order.Machine, members func() []string) *ruling {
	return &ruling{machine: machine, memory: cfg.IDMemory, self: cfg.ID, members: members, features: cfg.Features, after: cfg.UpgradeAfter}
}

// during proposes an entry, with the change in it if it is time for it, and with
// this leader's budget for ids if that is another one than the shard's.
func (r *ruling) during(batch *order.Batch, propose func()) {
	rules, memory := r.machine.Rules()
	switch {
	case rules >= order.OncePerSender:
		if memory != r.memory {
			batch.Memory = r.memory
		}
	case r.mu.TryLock(): // an admission may take seconds, and sends do not wait for it
		defer r.mu.Unlock()
		if r.due(time.Now()) {
			batch.Rules, batch.Memory, r.proposed = order.OncePerSender, r.memory, true
		}
	}
	propose()
}

// due says whether it is time for the change. r.mu is held.
func (r *ruling) due(now time.Time) bool {
	if !r.all() {
		r.since = time.Time{}
		return false
	}
	if r.since.IsZero() {
		r.since = now
	}
	return r.founded.Load() || now.Sub(r.since) >= r.after
}

// admit takes a member in, unless it could not read what the log holds or may soon
// hold.
func (r *ruling) admit(id string, add func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	rules, _ := r.machine.Rules()
	if !r.knows(id) && (rules >= order.OncePerSender || r.proposed) {
		return errOldVersion
	}
	return add()
}

var errOldVersion = errors.New("its version of lockstep cannot read this shard's log: start it with the version of the members")

func (r *ruling) all() bool {
	members := r.members()
	return len(members) > 0 && !slices.ContainsFunc(members, func(id string) bool { return !r.knows(id) })
}

func (r *ruling) knows(id string) bool {
	features, heard := r.features(id)
	return id == r.self || heard && features&featureOncePerSender != 0
}
