package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
	"lockstep/site/review/store"
)

// reviewLog keeps reviews in the ordering engine itself: one Raft group on disk,
// with a page's review as a conversation. Its only voter is in this process, or
// its voters are the servers of several hosts. What the site says of conversations
// therefore holds for its own threads: an order that is dense and final, and
// nothing acknowledged ever lost. The laboratory's faults have no way to it.
//
//	review.Service ── reviewLog ── node.Node ── WAL + bolt in <data>/log
//	               └─ store.KeyFile             <data>/keys
//	               └─ store.Revisions           <data>/revisions/
//
// Keys and revisions are not in the log; [store.Shared] brings them to the other
// hosts.
type reviewLog struct {
	node *node.Node

	mu     sync.Mutex
	known  map[string]bool // pages that are in the index
	listed []string        // the index, as far as it was read
}

var _ store.Log = (*reviewLog)(nil)

// reviewIndex is the conversation that lists the pages. Theirs have a slash.
const reviewIndex = "pages"

// Append implements [store.Log].
func (l *reviewLog) Append(ctx context.Context, page, id string, data []byte) (uint64, error) {
	if err := l.list(ctx, page); err != nil {
		return 0, err
	}
	return l.submit(ctx, page, order.Command{Conversation: page, ID: id, Sender: "review", Body: string(data)})
}

// list puts a page into the index before its first event.
func (l *reviewLog) list(ctx context.Context, page string) error {
	l.mu.Lock()
	known := l.known[page]
	l.mu.Unlock()
	if known {
		return nil
	}
	if _, err := l.submit(ctx, reviewIndex, order.Command{Conversation: reviewIndex, ID: page, Sender: "review", Body: page}); err != nil {
		return err
	}
	l.mu.Lock()
	l.known[page] = true
	l.mu.Unlock()
	return nil
}

func (l *reviewLog) submit(ctx context.Context, conversation string, c order.Command) (uint64, error) {
	results, err := l.node.Submit(ctx, conversation, []order.Command{c})
	if err != nil {
		return 0, err
	}
	// A conflict is no refusal here: the first try of the event stands in the log,
	// sealed by another key.
	if r := results[0].Rejected; r != 0 && r != order.Conflict {
		return 0, fmt.Errorf("the log rejected the event: %s", r)
	}
	// Another host may have ordered it. Who reads here next shall find it.
	seq := results[0].Seq
	if err := l.node.Await(ctx, node.ReadRequest{Conversation: conversation, Level: node.Session, MinSeq: seq}); err != nil {
		return 0, err
	}
	return seq, nil
}

// Read implements [store.Log].
func (l *reviewLog) Read(ctx context.Context, page string, after uint64, limit int) ([][]byte, error) {
	view, err := l.node.Read(ctx, node.ReadRequest{Conversation: page, After: after, Limit: limit, Level: node.Local})
	if err != nil {
		return nil, err
	}
	entries := make([][]byte, len(view.Messages))
	for i, m := range view.Messages {
		entries[i] = []byte(m.Body)
	}
	return entries, nil
}

// Watch implements [store.Log].
func (l *reviewLog) Watch(page string) <-chan struct{} { return l.node.Watch(page) }

// Pages implements [store.Log].
func (l *reviewLog) Pages(ctx context.Context) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		batch, err := l.Read(ctx, reviewIndex, uint64(len(l.listed)), 1000)
		if err != nil || len(batch) == 0 {
			return slices.Clone(l.listed), err
		}
		for _, page := range batch {
			l.listed = append(l.listed, string(page))
			l.known[string(page)] = true
		}
	}
}

// reviewStore is everything that reviews keep on disk.
type reviewStore struct {
	Log       *reviewLog
	Keys      store.Keys
	Revisions *store.Revisions

	keys *store.KeyFile
	lock *cluster.Lock
}

type storeOptions struct {
	Dir    string
	Hosts  *reviewHosts // nil: this one alone
	Logger *slog.Logger
}

// reviewOpenWithin is how long the log may take to be ready: it elects a leader
// and applies what is there. Several hosts are not started at the same instant.
const (
	reviewOpenWithin      = 30 * time.Second
	reviewHostsOpenWithin = 5 * time.Minute
	reviewAskEvery        = 100 * time.Millisecond
)

// openReviewStore opens the store in a folder, or makes it. Only one process may
// have it open.
func openReviewStore(ctx context.Context, o storeOptions) (_ *reviewStore, err error) {
	dir, logger := o.Dir, o.Logger
	lock, err := cluster.LockFolder(dir, time.Second)
	if err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	opened := &reviewStore{lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}()
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	if err := sameHosts(dir, o.Hosts); err != nil {
		return nil, err
	}
	if opened.Revisions, err = store.OpenRevisions(filepath.Join(dir, "revisions")); err != nil {
		return nil, damagedReviews(dir, err)
	}
	if opened.keys, err = store.OpenKeyFile(filepath.Join(dir, "keys")); err != nil {
		return nil, damagedReviews(dir, err)
	}
	opened.Keys = opened.keys
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards = "review", []node.Peer{{ID: "review", Raft: "review"}}, 1
	cfg.MaxID, cfg.MaxBody, cfg.MaxBatch = 512, 256<<10, 1<<20
	cfg.Retain = 0 // a review is kept for ever
	cfg.Network, cfg.Stores, cfg.Logger = nobody{}, storage.DiskStores(filepath.Join(dir, "log"), storage.WAL, logger), logger
	within := reviewOpenWithin
	opened.Log = &reviewLog{known: make(map[string]bool)}
	if o.Hosts != nil {
		within = reviewHostsOpenWithin
		cfg.ID, cfg.Peers, cfg.Network = o.Hosts.ID, o.Hosts.Peers, o.Hosts.network
		shared := store.Share(opened.keys, opened.Revisions, opened.Log)
		opened.Keys, cfg.Answer = shared, func(_ string, question []byte) ([]byte, error) { return shared.Answer(question) }
	}
	n, err := node.Open(cfg)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, err
	}
	if err != nil {
		return nil, damagedReviews(dir, err)
	}
	opened.Log.node = n
	return opened, opened.await(ctx, within)
}

// await returns when the log can be read as it is.
func (s *reviewStore) await(ctx context.Context, within time.Duration) error {
	late, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := s.Log.node.Await(late, node.ReadRequest{Conversation: reviewIndex, Level: node.Linearizable})
		if err == nil {
			return nil
		}
		select {
		case <-s.Log.node.Watch(reviewIndex):
		case <-time.After(reviewAskEvery):
		case <-late.Done():
			if ctx.Err() != nil {
				return errors.New("open reviews: interrupted before the log was ready")
			}
			return fmt.Errorf("open reviews: the log was not ready within %s: %w", within, err)
		}
	}
}

// damagedReviews says what to do about a store that cannot be read.
func damagedReviews(dir string, err error) error {
	return fmt.Errorf("open reviews: %w\n\tmend: move %s away and run \"lockstep review restore FILE\" with your last backup, or \"lockstep review import\" with what was exported into the repository; \"--reviews off\" serves the site without them", err, dir)
}

// Close closes the store.
func (s *reviewStore) Close() error {
	var errs []error
	if s.Log != nil && s.Log.node != nil {
		errs = append(errs, s.Log.node.Close())
	}
	if s.keys != nil {
		errs = append(errs, s.keys.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}
