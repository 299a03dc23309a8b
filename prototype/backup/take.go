package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/order"
)

// Config says what is copied, and where to.
type Config struct {
	Dir       string
	Targets   []string // nodes, as base URLs
	Transport http.RoundTripper
	// Progress is told how many conversations of all that are known are done; it may be
	// nil.
	Progress func(stage string, done, of int)
	// Note is told what somebody should know and is no error; it may be nil.
	Note func(text string)
	// FileSize is where a file ends, in bytes; 0 means fileSize.
	FileSize int
}

func (c *Config) complete() {
	if c.Transport == nil {
		c.Transport = client.NewTransport()
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	if c.Note == nil {
		c.Note = func(string) {}
	}
	c.FileSize = cmp.Or(c.FileSize, fileSize)
}

func (c *Config) client() *client.Client {
	return client.New(client.Config{Targets: client.Fixed(c.Targets...), Transport: c.Transport, AttemptTimeout: attemptTimeout})
}

// ErrChanged is the error for a conversation whose old messages are not those of the
// backup any more.
var ErrChanged = errors.New("the order of a conversation has changed")

// taking is a run under way.
type taking struct {
	cfg    Config
	client *client.Client
	m      Manifest
	known  map[string]*Conversation
	run    Run
	w      writer
	seen   map[string]bool
}

// Take adds a run to the backup in a folder, and gives what it holds then. The
// folder is the caller's alone.
func Take(ctx context.Context, cfg Config) (Manifest, error) {
	cfg.complete()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return Manifest{}, err
	}
	m, err := Read(cfg.Dir)
	if err != nil {
		return m, err
	}
	t := &taking{cfg: cfg, client: cfg.client(), m: m, known: make(map[string]*Conversation), seen: make(map[string]bool), run: Run{Number: len(m.Runs) + 1, Began: time.Now().UTC().Truncate(time.Second)}}
	for i := range m.Conversations {
		c := m.Conversations[i]
		t.known[c.Name] = &c
	}
	t.w = writer{dir: cfg.Dir, run: t.run.Number, size: cfg.FileSize}
	if err := clear(cfg.Dir, t.run.Number); err != nil {
		return m, err
	}
	if err := awaitName(ctx, cfg.Transport, cfg.Targets); err != nil {
		return m, fmt.Errorf("list shard 0: %w", err)
	}
	for shard, shards := 0, 1; shard < shards; shard++ {
		if shards, err = t.shard(ctx, shard); err != nil {
			return m, err
		}
	}
	for name, c := range t.known {
		if !t.seen[name] {
			return m, fmt.Errorf("conversation %q: %w: the cluster does not have it, and the backup has %d messages", name, ErrChanged, c.Last)
		}
	}
	t.run.Ended, t.run.Files = time.Now().UTC().Truncate(time.Second), t.w.files
	next := t.m
	next.Runs = append(slices.Clone(m.Runs), t.run)
	next.Conversations = nil
	for _, c := range t.known {
		next.Conversations = append(next.Conversations, *c)
	}
	slices.SortFunc(next.Conversations, func(a, b Conversation) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Name, b.Name))
	})
	return next, next.write(cfg.Dir)
}

// shard copies one, and says how many there are.
func (t *taking) shard(ctx context.Context, shard int) (shards int, err error) {
	t.w.shard = shard
	for after, more := "", true; more; {
		page, err := list(ctx, t.cfg.Transport, t.cfg.Targets, shard, after, listPage)
		if err != nil {
			return 0, fmt.Errorf("list shard %d: %w", shard, err)
		}
		if err := t.belongs(page); err != nil {
			return 0, err
		}
		for _, c := range page.Conversations {
			if err := t.conversation(ctx, c); err != nil {
				return 0, fmt.Errorf("conversation %q: %w", c.Conversation, err)
			}
			after = c.Conversation
			t.seen[c.Conversation] = true
			t.cfg.Progress("backup", len(t.seen), max(len(t.seen), len(t.known)))
		}
		more, shards = page.More && len(page.Conversations) > 0, page.Shards
	}
	return shards, t.w.end()
}

// belongs refuses a list of another cluster than the one whose backup this is. A
// cluster of an old version may have no name; then digests alone tell.
func (t *taking) belongs(page api.Conversations) error {
	if page.Cluster == "" {
		page.Cluster = t.m.Cluster
	}
	if t.m.Cluster != "" && t.m.Cluster != page.Cluster {
		return fmt.Errorf("%s is a backup of the cluster %s, and this is %s: choose another folder", t.cfg.Dir, t.m.Cluster, page.Cluster)
	}
	t.m.Cluster, t.m.Shards = page.Cluster, page.Shards
	return nil
}

// conversation adds what is new in one, up to what was listed.
func (t *taking) conversation(ctx context.Context, listed api.Conversation) error {
	c := t.known[listed.Conversation]
	if c == nil {
		c = &Conversation{Name: listed.Conversation, First: 1, Digest: order.Digest{}.String()}
		t.known[c.Name] = c
	}
	c.Shard = t.w.shard
	if listed.Last < c.Last {
		return fmt.Errorf("%w: it ends at %d, and the backup has %d", ErrChanged, listed.Last, c.Last)
	}
	if listed.Last == c.Last {
		if listed.Digest != c.Digest {
			return fmt.Errorf("%w: up to %d the cluster has the digest %s, and the backup %s; see the runbook for broken order", ErrChanged, c.Last, listed.Digest, c.Digest)
		}
		return nil
	}
	for {
		first, err := t.from(ctx, c, listed)
		if first == 0 {
			return err
		}
		// Messages were dropped since they were listed: what is left is asked for again.
		listed.First = first
	}
}

// from copies the messages above what the backup has. first is not 0 if the cluster
// has dropped some of them, and then nothing was added.
func (t *taking) from(ctx context.Context, c *Conversation, listed api.Conversation) (first uint64, err error) {
	after, digest := c.Last, c.Digest
	if listed.First > after+1 {
		after = listed.First - 1
		if digest, err = t.digest(ctx, c.Name, after); isGone(err) {
			return t.oldest(ctx, c.Name)
		} else if err != nil {
			return 0, err
		}
	}
	chain, err := parseDigest(digest)
	if err != nil {
		return 0, err
	}
	start, files := len(t.w.buf), len(t.w.files)
	if err := t.w.add(line{Conversation: c.Name, After: after, Digest: digest}); err != nil {
		return 0, err
	}
	for seq := after; seq < listed.Last; {
		view, err := t.read(ctx, api.ReadRequest{Conversation: c.Name, Level: api.LevelSession, MinSeq: listed.Last, After: seq, Limit: int(min(readPage, listed.Last-seq))})
		if isGone(err) && len(t.w.files) == files {
			t.w.buf = t.w.buf[:start]
			return t.oldest(ctx, c.Name)
		}
		if err != nil {
			return 0, err
		}
		for _, m := range view.Messages {
			if m.Seq != seq+1 {
				return 0, fmt.Errorf("message %d follows %d", m.Seq, seq)
			}
			if t.w.full() {
				if err := t.w.end(); err != nil {
					return 0, err
				}
				if err := t.w.add(line{Conversation: c.Name, After: seq, Digest: chain.String()}); err != nil {
					return 0, err
				}
			}
			l := lineOf(m)
			if err := t.w.add(l); err != nil {
				return 0, err
			}
			chain, seq = chain.Next(l.message()), m.Seq
		}
	}
	if chain.String() != listed.Digest {
		return 0, fmt.Errorf("%w: behind what the backup has up to %d, its messages give the digest %s at %d, and the cluster has %s; see the runbook for broken order", ErrChanged, after, chain, listed.Last, listed.Digest)
	}
	if after > c.Last {
		if c.Last > 0 {
			t.cfg.Note(fmt.Sprintf("%q: messages %d to %d were dropped by the cluster before they were copied", c.Name, c.Last+1, after))
		}
		c.First = after + 1
	}
	t.run.Messages += listed.Last - after
	c.Last, c.Digest = listed.Last, listed.Digest
	return 0, nil
}

func (t *taking) read(ctx context.Context, r api.ReadRequest) (view api.View, err error) {
	err = again(ctx, func(int) error { view, err = t.client.Read(ctx, r); return err })
	return view, err
}

// digest is that of a conversation up to a seq.
func (t *taking) digest(ctx context.Context, conversation string, upto uint64) (string, error) {
	var d api.Digest
	err := again(ctx, func(int) (err error) {
		if d, err = t.client.Digest(ctx, conversation, upto); err == nil && d.Seq != upto {
			err = fmt.Errorf("the node has not reached %d yet", upto)
		}
		return err
	})
	return d.Digest, err
}

// oldest is the first seq of a conversation that a node has.
func (t *taking) oldest(ctx context.Context, conversation string) (first uint64, err error) {
	err = again(ctx, func(attempt int) error {
		var d api.Digest
		err := get(ctx, t.cfg.Transport, t.cfg.Targets[attempt%len(t.cfg.Targets)]+"/v1/conversations/"+url.PathEscape(conversation)+"/digest?upto=1", &d)
		var no *refused
		if errors.As(err, &no) && no.first > 0 {
			first = no.first
			return nil
		}
		first = 1
		return err
	})
	if err != nil {
		first = 0
	}
	return first, err
}

func isGone(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Reason == "gone"
}
