package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"lockstep/durable"
	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
)

// Revisions keeps the text of revisions that somebody said something about, so
// that anchors can be followed from there to any later text. They are files that
// never change, named by their hash. Those that were only seen are kept in
// memory, a few of each page.
type Revisions struct {
	dir    string  // "" for memory alone
	shared *Shared // nil where this is the only host

	mu   sync.Mutex
	seen map[string]*anchor.Doc
	ring []string
}

// maxSeen bounds the revisions in memory.
const maxSeen = 512

// OpenRevisions keeps revisions in a folder, which is made if need be.
func OpenRevisions(dir string) (*Revisions, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open revisions: %w", err)
		}
	}
	return &Revisions{dir: dir, seen: make(map[string]*anchor.Doc)}, nil
}

// HoldRevisions holds revisions in memory.
func HoldRevisions(docs []*anchor.Doc) *Revisions {
	r := &Revisions{seen: make(map[string]*anchor.Doc)}
	for _, doc := range docs {
		r.seen[doc.Revision] = doc
	}
	return r
}

// Saw notes a revision that was shown to somebody.
func (r *Revisions) Saw(doc *anchor.Doc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A text that was saved stays what the log says of it, also if blocks are made by
	// other rules by now.
	if r.seen[doc.Revision] == nil {
		if saved := r.read(doc.Revision); saved != nil {
			doc = saved
		}
	}
	r.keep(doc)
}

func (r *Revisions) keep(doc *anchor.Doc) {
	if _, ok := r.seen[doc.Revision]; ok || !event.IsRevision(doc.Revision) {
		return
	}
	if len(r.ring) >= maxSeen {
		delete(r.seen, r.ring[0])
		r.ring = r.ring[1:]
	}
	r.seen[doc.Revision] = doc
	r.ring = append(r.ring, doc.Revision)
}

// Get gives a revision that was shown or saved, here or at another host; nil if
// there is none.
func (r *Revisions) Get(revision string) *anchor.Doc {
	doc := r.get(revision)
	if doc != nil || r.shared == nil || !event.IsRevision(revision) {
		return doc
	}
	if doc = r.shared.revision(revision); doc != nil {
		r.save(doc) // if the disk refuses, it is in memory, and is asked for again
	}
	return doc
}

func (r *Revisions) get(revision string) *anchor.Doc {
	r.mu.Lock()
	defer r.mu.Unlock()
	if doc := r.seen[revision]; doc != nil {
		return doc
	}
	doc := r.read(revision)
	if doc != nil {
		r.keep(doc)
	}
	return doc
}

// read gives a revision that was saved here, nil if none was.
func (r *Revisions) read(revision string) *anchor.Doc {
	if r.dir == "" || !event.IsRevision(revision) {
		return nil
	}
	data, err := os.ReadFile(r.file(revision))
	if err != nil {
		return nil
	}
	var doc anchor.Doc
	if json.Unmarshal(data, &doc) != nil || doc.Revision != revision {
		return nil
	}
	return &doc
}

// Save writes a revision to disk before something is said about it.
func (r *Revisions) Save(ctx context.Context, doc *anchor.Doc) error {
	if err := r.save(doc); err != nil || r.shared == nil {
		return err
	}
	return r.shared.saved(ctx, doc)
}

func (r *Revisions) save(doc *anchor.Doc) error {
	r.Saw(doc)
	if r.dir == "" || !event.IsRevision(doc.Revision) {
		return nil
	}
	if _, err := os.Stat(r.file(doc.Revision)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.seen[doc.Revision] = doc
	r.mu.Unlock()
	return durable.WriteFile(r.file(doc.Revision), data, 0o600)
}

func (r *Revisions) file(revision string) string { return filepath.Join(r.dir, revision+".json") }
