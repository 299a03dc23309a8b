package backup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

const (
	// together is how many conversations are restored at a time. Within one, a message is
	// sent when the one before it has its place: with two under way an unlucky failover
	// could swap them, and nothing could mend that.
	together = 32
	// sendPatience is how long a message is tried: longer than a node needs to be started
	// again.
	sendPatience = time.Minute
)

// Report says what a restore has done.
type Report struct {
	Conversations int // that are the same now
	Sent, There   uint64
	Nodes         int
	// LeftOut are the conversations whose first messages no backup has: their numbers
	// would be others.
	LeftOut []Conversation
}

// ErrOther is the error for a conversation that has other messages than the backup.
var ErrOther = errors.New("it has other messages than the backup")

// restoring is a restore under way.
type restoring struct {
	cfg    Config
	client *client.Client
	all    map[string]*held
	list   []Conversation
	there  map[string]uint64 // messages that were there before
	sent   atomic.Uint64
}

// Restore sends the messages of a backup to another cluster, after it has verified
// the backup and compared what is there already.
func Restore(ctx context.Context, cfg Config) (Report, error) {
	cfg.complete()
	var report Report
	m, all, err := index(cfg.Dir, cfg.Progress)
	if err != nil {
		return report, err
	}
	r := &restoring{cfg: cfg, client: cfg.client(), all: all, there: make(map[string]uint64)}
	for _, c := range m.Conversations {
		switch {
		case c.Last == 0:
		case c.First > 1:
			report.LeftOut = append(report.LeftOut, c)
		default:
			r.list = append(r.list, c)
		}
	}
	var mu sync.Mutex
	err = r.each(ctx, "look", func(ctx context.Context, c Conversation) error {
		n, err := r.compare(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		r.there[c.Name] = n
		report.There += n
		return err
	})
	if err == nil {
		err = r.each(ctx, "send", r.send)
	}
	report.Sent = r.sent.Load()
	if err == nil {
		err = r.each(ctx, "check", r.check)
	}
	if err == nil {
		report.Conversations, report.Nodes = len(r.list), len(cfg.Targets)
	}
	return report, err
}

// each does something with every conversation, with some at a time, until the first
// error.
func (r *restoring) each(ctx context.Context, stage string, do func(context.Context, Conversation) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan Conversation)
	var workers sync.WaitGroup
	var done atomic.Int64
	for range together {
		workers.Go(func() {
			for c := range queue {
				if err := do(ctx, c); err != nil {
					cancel(fmt.Errorf("conversation %q: %w", c.Name, err))
				}
				r.cfg.Progress(stage, int(done.Add(1)), len(r.list))
			}
		})
	}
	for _, c := range r.list {
		if ctx.Err() != nil {
			break
		}
		queue <- c
	}
	close(queue)
	workers.Wait()
	return context.Cause(ctx)
}

var errEnd = errors.New("there is no more")

// compare says how many of a conversation's messages are there, and refuses others.
func (r *restoring) compare(ctx context.Context, c Conversation) (n uint64, err error) {
	var page []api.Placed
	err = r.all[c.Name].messages(r.cfg.Dir, 0, func(l line) error {
		if len(page) == 0 {
			var view api.View
			err := again(ctx, func(int) (err error) {
				view, err = r.client.Read(ctx, api.ReadRequest{Conversation: c.Name, After: n, Limit: int(min(readPage, c.Last-n))})
				return err
			})
			if isGone(err) {
				return fmt.Errorf("%w: its first messages have been dropped", ErrOther)
			}
			if err != nil {
				return err
			}
			if view.Last <= n {
				return errEnd
			}
			page = view.Messages
		}
		if len(page) == 0 || lineOf(page[0]).content() != l.content() {
			return fmt.Errorf("%w: look at message %d", ErrOther, l.Seq)
		}
		n, page = l.Seq, page[1:]
		return nil
	})
	if errors.Is(err, errEnd) {
		err = nil
	}
	return n, err
}

// send sends what is not there yet. Messages are numbered in sessions, since an id
// alone could be too old for the cluster to judge, or one more than it has room for.
func (r *restoring) send(ctx context.Context, c Conversation) error {
	sessions := make(map[string]*client.Ordered)
	return r.all[c.Name].messages(r.cfg.Dir, r.there[c.Name], func(l line) error {
		ctx, cancel := context.WithTimeout(ctx, sendPatience)
		defer cancel()
		ack, err := api.Ack{}, client.ErrSessionExpired
		for errors.Is(err, client.ErrSessionExpired) && ctx.Err() == nil {
			s := sessions[l.Sender]
			if s == nil {
				if s, err = r.client.OpenSession(ctx, c.Name, l.Sender); err != nil {
					break
				}
				sessions[l.Sender] = s
			}
			if ack, err = s.Send(ctx, l.ID, l.Body); errors.Is(err, client.ErrSessionExpired) {
				delete(sessions, l.Sender)
			}
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", l.Seq, err)
		}
		if ack.Seq != l.Seq {
			return fmt.Errorf("%w: message %d got the number %d; does somebody else write there?", ErrOther, l.Seq, ack.Seq)
		}
		r.sent.Add(1)
		return nil
	})
}

// check holds what is there now against the backup, and the nodes against one another.
func (r *restoring) check(ctx context.Context, c Conversation) error {
	n, err := r.compare(ctx, c)
	if err == nil && n != c.Last {
		err = fmt.Errorf("%w: it ends at %d, and the backup at %d", ErrOther, n, c.Last)
	}
	if err != nil {
		return err
	}
	said := ""
	for _, target := range r.cfg.Targets {
		node := client.New(client.Config{Targets: client.Fixed(target), Transport: r.cfg.Transport, AttemptTimeout: attemptTimeout})
		var d api.Digest
		err := again(ctx, func(int) (err error) {
			if d, err = node.Digest(ctx, c.Name, c.Last); err == nil && d.Seq != c.Last {
				err = fmt.Errorf("it has not reached %d", c.Last)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		if said != "" && said != d.Digest {
			return fmt.Errorf("up to %d the node %s has the digest %s, and %s has %s", c.Last, target, d.Digest, r.cfg.Targets[0], said)
		}
		said = d.Digest
	}
	return nil
}
