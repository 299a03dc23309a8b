package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
	"lockstep/site/review"
)

// reviewLog keeps reviews in the ordering engine itself: one Raft group on disk,
// in this process, with a page's review as a conversation. What the site says of
// conversations therefore holds for its own threads: an order that is dense and
// final, and nothing acknowledged ever lost. The laboratory's faults have no way
// to it.
//
//	review.Service ── reviewLog ── node.Node ── WAL + bolt in <data>/log
//	               └─ review.KeyFile            <data>/keys
//	               └─ review.Revisions          <data>/revisions/
type reviewLog struct {
	node *node.Node

	mu    sync.Mutex
	known map[string]bool // pages that are in the index
}

var _ review.Log = (*reviewLog)(nil)

// reviewIndex is the conversation that lists the pages. Theirs have a slash.
const reviewIndex = "pages"

// Append implements [review.Log].
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
	if r := results[0].Rejected; r != 0 {
		return 0, fmt.Errorf("the log rejected the event: %s", r)
	}
	return results[0].Seq, nil
}

// Read implements [review.Log].
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

// Watch implements [review.Log].
func (l *reviewLog) Watch(page string) <-chan struct{} { return l.node.Watch(page) }

// Pages implements [review.Log].
func (l *reviewLog) Pages(ctx context.Context) (pages []string, err error) {
	for {
		batch, err := l.Read(ctx, reviewIndex, uint64(len(pages)), 1000)
		if err != nil || len(batch) == 0 {
			return pages, err
		}
		for _, page := range batch {
			pages = append(pages, string(page))
			l.mu.Lock()
			l.known[string(page)] = true
			l.mu.Unlock()
		}
	}
}

// reviewStore is everything that reviews keep on disk.
type reviewStore struct {
	Log       *reviewLog
	Keys      *review.KeyFile
	Revisions *review.Revisions

	lock *cluster.Lock
}

// reviewOpenWithin is how long the log may take to be ready: it elects its only
// voter and applies what is there.
const reviewOpenWithin = 30 * time.Second

// openReviewStore opens the store in a folder, or makes it. Only one process may
// have it open.
func openReviewStore(ctx context.Context, dir string, logger *slog.Logger) (_ *reviewStore, err error) {
	lock, err := cluster.LockFolder(dir, time.Second)
	if err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	store := &reviewStore{lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	if store.Revisions, err = review.OpenRevisions(filepath.Join(dir, "revisions")); err != nil {
		return nil, damagedReviews(dir, err)
	}
	if store.Keys, err = review.OpenKeyFile(filepath.Join(dir, "keys")); err != nil {
		return nil, damagedReviews(dir, err)
	}
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards = "review", []node.Peer{{ID: "review", Raft: "review"}}, 1
	cfg.MaxID, cfg.MaxBody, cfg.MaxBatch = 512, 256<<10, 1<<20
	cfg.Retain = 0 // a review is kept for ever
	cfg.Network, cfg.Stores, cfg.Logger = nobody{}, node.DiskStores(filepath.Join(dir, "log"), node.WAL, logger), logger
	n, err := node.Open(cfg)
	if err != nil {
		return nil, damagedReviews(dir, err)
	}
	store.Log = &reviewLog{node: n, known: make(map[string]bool)}
	ctx, cancel := context.WithTimeout(ctx, reviewOpenWithin)
	defer cancel()
	if err := n.Await(ctx, node.ReadRequest{Conversation: reviewIndex, Level: node.Linearizable}); err != nil {
		return nil, fmt.Errorf("open reviews: the log in %s was not ready within %s: %w", dir, reviewOpenWithin, err)
	}
	return store, nil
}

// damagedReviews says what to do about a store that cannot be read.
func damagedReviews(dir string, err error) error {
	return fmt.Errorf("open reviews: %w\n\tmend: move %s away and run \"lockstep review restore FILE\" with your last backup, or \"lockstep review import\" with what was exported into the repository; \"--reviews off\" serves the site without them", err, dir)
}

// Close closes the store.
func (s *reviewStore) Close() error {
	var errs []error
	if s.Log != nil {
		errs = append(errs, s.Log.node.Close())
	}
	if s.Keys != nil {
		errs = append(errs, s.Keys.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}

// nobody is the network of a node that is alone: nobody can reach it, and it can
// reach nobody.
type nobody struct{}

var errNobody = errors.New("this node is alone")

func (nobody) Dial(string, time.Duration) (net.Conn, error) { return nil, errNobody }

func (nobody) Listen(string) (net.Listener, error) {
	return &silence{closed: make(chan struct{})}, nil
}

// silence is a listener to which nobody comes.
type silence struct {
	once   sync.Once
	closed chan struct{}
}

func (s *silence) Accept() (net.Conn, error) {
	<-s.closed
	return nil, net.ErrClosed
}

func (s *silence) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *silence) Addr() net.Addr { return &net.UnixAddr{Name: "nobody", Net: "unix"} }
