package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"lockstep/durable"
	"lockstep/site"
	"lockstep/site/review/anchor"
)

// Document is a page as reviewers see it now.
type Document struct {
	Page      string   // "adr/0007-shards"
	Former    []string // names that the page had before, the newest first
	Path      string   // "/adr/0007-shards/"
	Title     string
	Source    string // file of the repository
	Revision  string
	Blocks    []site.Block
	Approvers []string // the decision-makers of a decision
	Accepted  bool     // a decision that says that it is accepted
	Proposed  bool
	Trust     *Trust // what the repository says about people; nil: nothing
	// Lines gives lines of the source, from 1, without the last line break; nil if
	// there is none.
	Lines func(first, last int) string
}

func (d Document) doc() *anchor.Doc { return &anchor.Doc{Revision: d.Revision, Blocks: d.Blocks} }

// In finds what a map has for the page, under the name that it has or, failing that,
// one that it had; nil if there is nothing.
func (d Document) In(states map[string]*State) *State {
	for _, name := range append([]string{d.Page}, d.Former...) {
		if s := states[name]; s != nil {
			return s
		}
	}
	return nil
}

// Pages are the documents of the site as they are now. Document takes any
// spelling of a page that its site knows, and is called for every request;
// implementations keep what they have worked out.
type Pages interface {
	Document(page string) (Document, bool)
	Documents() []Document
}

// PageOf is the name under which a page is reviewed: its section and the rest of
// its path. A page at the root is in the section "page".
func PageOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case parts[0] == "":
		return "page/home"
	case len(parts) == 1:
		return "page/" + parts[0]
	}
	return parts[0] + "/" + strings.Join(parts[1:], "--")
}

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

// isRevision says whether a name may be that of a file of ours.
func isRevision(name string) bool { return site.SchemeOf(name) > 0 }

// Saw notes a revision that was shown to somebody.
func (r *Revisions) Saw(doc *anchor.Doc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(doc)
}

func (r *Revisions) keep(doc *anchor.Doc) {
	if _, ok := r.seen[doc.Revision]; ok || !isRevision(doc.Revision) {
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
	if doc != nil || r.shared == nil || !isRevision(revision) {
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
	if doc := r.seen[revision]; doc != nil || r.dir == "" || !isRevision(revision) {
		return doc
	}
	data, err := os.ReadFile(r.file(revision))
	if err != nil {
		return nil
	}
	var doc anchor.Doc
	if json.Unmarshal(data, &doc) != nil || doc.Revision != revision {
		return nil
	}
	r.keep(&doc)
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
	if r.dir == "" || !isRevision(doc.Revision) {
		return nil
	}
	if _, err := os.Stat(r.file(doc.Revision)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return durable.WriteFile(r.file(doc.Revision), data, 0o600)
}

func (r *Revisions) file(revision string) string { return filepath.Join(r.dir, revision+".json") }
