package folder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/storage"
)

// Mark is a place in a shard's log. Of two logs the one that ends at the later
// mark is the newer, as voters judge it.
type Mark struct {
	Term  uint64 `json:"term"`
	Index uint64 `json:"index"`
}

// Before says whether a log that ends at m is older than one that ends at o.
func (m Mark) Before(o Mark) bool { return m.Term < o.Term || m.Term == o.Term && m.Index < o.Index }

// Promise is what a replica must not forget, kept apart from the log that it
// speaks of. A log that is older than its promise was cut, emptied or replaced by
// an older copy: its replica has forgotten what it told others, and must not vote
// or acknowledge on the strength of what is left (ADR-0026).
type Promise struct {
	Log Mark `json:"log"` // the newest entry that was on disk, and may have been acknowledged
	// Applied is the newest entry that was applied, of which clients may have been
	// told. No leader may have this replica cut its log there; see replica.Replica.
	Applied uint64 `json:"applied"`
	// Votes are the newest term and vote that were written, so that one that has changed
	// on disk is noticed. What is newer there is the work of an earlier version.
	Votes Votes `json:"votes,omitzero"`
	// Filling is the entry by which the replica was admitted, while it does not hold
	// that; see package transport.
	Filling *Mark `json:"filling,omitempty"`
	// Peers is the newest entry that each follower has acknowledged to this
	// replica, so that a follower whose whole folder is an older copy is told what
	// it cannot know.
	Peers map[string]Mark `json:"peers,omitempty"`
}

// Promises keeps the promises of a node's replicas. A promise is written at most
// SaveEvery after it was made, all shards' together: writing each one before the
// acknowledgement would cost a second flush for every first. So a log that lost
// only what was written in the last moments before a crash is not found out here.
//
// What is written is never ahead of the log: entries are on disk before they are
// promised, and before a log is cut the lower mark is written (Promises.Save).
type Promises struct {
	store  raft.StableStore
	logger *slog.Logger

	mu      sync.Mutex
	shards  map[int]func(was Promise) Promise
	Loaded  map[int]Promise
	peers   map[int]map[string]Mark
	pending bool
	closed  bool
	failing bool
	saving  sync.WaitGroup

	turn chan struct{} // to save: one at a time, so that an older state never follows a newer
}

// SaveEvery is how far what is written may be behind what was promised.
const SaveEvery = 50 * time.Millisecond

var KeyPromises = []byte("Promises")

// OpenPromises reads what was promised in earlier lives.
func OpenPromises(store raft.StableStore, logger *slog.Logger) (*Promises, error) {
	p := &Promises{store: store, logger: logger, turn: make(chan struct{}, 1), shards: make(map[int]func(Promise) Promise), Loaded: make(map[int]Promise), peers: make(map[int]map[string]Mark)}
	data, err := Lookup(store, KeyPromises)
	if err != nil {
		return nil, fmt.Errorf("read promises: %w", err)
	}
	if data != nil {
		data, sum, _ := bytes.Cut(data, []byte("\n"))
		err := json.Unmarshal(data, &p.Loaded)
		if err == nil && string(sum) != checksum(data) {
			err = errors.New("their checksum is another one")
		}
		if err != nil {
			return nil, fmt.Errorf("read promises: %w: %w", storage.ErrCorrupt, err)
		}
	}
	for id, l := range p.Loaded {
		p.peers[id] = l.Peers
	}
	return p, nil
}

// WritePromises stores them as JSON, with a checksum in a line of its own: a promise
// that has changed on disk could be taken for a smaller one.
func WritePromises(store raft.StableStore, all map[int]Promise) error {
	data, err := json.Marshal(all)
	if err == nil {
		err = store.Set(KeyPromises, append(append(data, '\n'), checksum(data)...))
	}
	if err != nil {
		return fmt.Errorf("write promises: %w", err)
	}
	return nil
}

func checksum(data []byte) string {
	return fmt.Sprintf("%08x", crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}

// Watch begins to keep the promises of a shard. now tells, from what was written last,
// what has been promised by now.
func (p *Promises) Watch(shard int, now func(was Promise) Promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shards[shard] = now
}

// Acknowledged notes what a follower has acknowledged to this replica.
func (p *Promises) Acknowledged(shard int, follower string, m Mark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.peers[shard] == nil {
		p.peers[shard] = make(map[string]Mark)
	}
	if p.peers[shard][follower].Before(m) {
		p.peers[shard][follower] = m
		p.soon()
	}
}

// Remembers gives what a follower has acknowledged to this replica.
func (p *Promises) Remembers(shard int, follower string) Mark {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.peers[shard][follower]
}

// Releases forgets what a follower has acknowledged, once it was removed from the
// shard's voters: nothing rests on it any more.
func (p *Promises) Releases(shard int, follower string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.peers[shard][follower]; ok {
		delete(p.peers[shard], follower)
		p.soon()
	}
}

// Changed has the promises saved before long.
func (p *Promises) Changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.soon()
}

// soon is changed for those who hold p.mu.
func (p *Promises) soon() {
	if p.pending || p.closed {
		return
	}
	p.pending = true
	p.saving.Add(1)
	time.AfterFunc(SaveEvery, func() {
		defer p.saving.Done()
		p.mu.Lock()
		p.pending = false
		p.mu.Unlock()
		err := p.Save()
		p.mu.Lock()
		news := (err != nil) != p.failing
		p.failing = err != nil
		p.mu.Unlock()
		if err != nil && news {
			p.logger.Warn("what this node has promised could not be written; it is tried again with the next entry", "error", err)
		}
	})
}

// Save writes the promises as they are.
func (p *Promises) Save() error {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.mu.Lock()
	all, shards := maps.Clone(p.Loaded), maps.Clone(p.shards)
	p.mu.Unlock()
	for id, now := range shards {
		all[id] = now(all[id]) // reads the log, which may take a while
	}
	p.mu.Lock()
	for id, peers := range p.peers {
		one := all[id]
		one.Peers = maps.Clone(peers)
		all[id] = one
	}
	p.mu.Unlock()
	if err := WritePromises(p.store, all); err != nil {
		return err
	}
	p.mu.Lock()
	p.Loaded = all
	p.mu.Unlock()
	return nil
}

// Close saves once more, unless the disk hangs, and ends the saving.
func (p *Promises) Close(hangs bool) {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	if !hangs {
		p.saving.Wait()
		_ = p.Save() // an older promise is a weaker guard, and no untruth
	}
}
