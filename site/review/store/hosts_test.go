package store

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"lockstep/site"
	"lockstep/site/review/anchor"
)

// wire joins hosts in one process. Those that are away do not answer.
type wire struct {
	hosts map[string]*Shared

	mu   sync.Mutex // a host may still be asked when the one who asks has heard enough
	away map[string]bool
}

func (w *wire) set(away bool, hosts ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, host := range hosts {
		w.away[host] = away
	}
}

type wireEnd struct {
	wire *wire
	self string
}

func (e wireEnd) Others() (others []string) {
	for id := range e.wire.hosts {
		if id != e.self {
			others = append(others, id)
		}
	}
	return others
}

var errAway = errors.New("away")

func (e wireEnd) Ask(_ context.Context, host string, question []byte) ([]byte, error) {
	e.wire.mu.Lock()
	away := e.wire.away[host]
	e.wire.mu.Unlock()
	if away {
		return nil, errAway
	}
	return e.wire.hosts[host].Answer(question)
}

func newWire(t *testing.T, ids ...string) *wire {
	t.Helper()
	w := &wire{hosts: make(map[string]*Shared), away: make(map[string]bool)}
	for _, id := range ids {
		dir := t.TempDir()
		keys, err := OpenKeyFile(filepath.Join(dir, "keys"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { keys.Close() })
		revisions, err := OpenRevisions(filepath.Join(dir, "revisions"))
		if err != nil {
			t.Fatal(err)
		}
		w.hosts[id] = Share(keys, revisions, wireEnd{w, id})
	}
	return w
}

// TestShared_keys: a key is at a majority or the event is not written, it is found
// from any host while one that has it is there, and a key that was destroyed
// comes back from nowhere.
func TestShared_keys(t *testing.T) {
	w := newWire(t, "a", "b", "c")
	a, b, c := w.hosts["a"], w.hosts["b"], w.hosts["c"]
	ctx := t.Context()

	w.set(true, "b", "c")
	if err := a.Put(ctx, "alone", newKey()); err == nil {
		t.Error("a key was taken by one of three hosts")
	}
	if _, ok, err := b.Get(ctx, "unknown"); ok || !errors.Is(err, errAway) {
		t.Errorf("a key that an absent host may have: %v %v", ok, err)
	}

	w.set(false, "b")
	k := newKey()
	if err := a.Put(ctx, "k", k); err != nil {
		t.Fatal(err)
	}
	w.set(false, "c")
	w.set(true, "a")
	if got, ok, err := c.Get(ctx, "k"); !ok || err != nil || got != k {
		t.Errorf("c does not find a key that b has: %v %v", ok, err)
	}
	w.set(true, "b")
	if got, ok, err := c.Get(ctx, "k"); !ok || err != nil || got != k {
		t.Errorf("c did not keep it: %v %v", ok, err)
	}
	w.set(false, "a", "b")
	if _, ok, err := c.Get(ctx, "unknown"); ok || err != nil {
		t.Errorf("a key that nobody has: %v %v", ok, err)
	}

	// c destroys one that it never had; then the key comes, late.
	if err := a.Put(ctx, "gone", k); err != nil {
		t.Fatal(err)
	}
	for _, host := range []*Shared{a, b, c} {
		if err := host.Destroy("gone"); err != nil {
			t.Fatal(err)
		}
	}
	late := w.hosts["c"]
	if err := late.keys.Put(ctx, "gone", k); err == nil {
		t.Error("a key was taken after it was destroyed")
	}
	for id, host := range w.hosts {
		if _, ok, err := host.Get(ctx, "gone"); ok || err != nil {
			t.Errorf("%s: a destroyed key: %v %v", id, ok, err)
		}
	}
	// One host is enough to know that it was destroyed.
	d := newWire(t, "a", "b", "c")
	d.hosts["a"].Destroy("x")
	d.set(true, "c")
	if _, ok, err := d.hosts["b"].Get(ctx, "x"); ok || err != nil {
		t.Errorf("destroyed at a, and c is away: %v %v", ok, err)
	}
}

// TestShared_revisions: a text that was saved is found from any host.
func TestShared_revisions(t *testing.T) {
	w := newWire(t, "a", "b", "c")
	doc := &anchor.Doc{Revision: string(slices.Repeat([]byte("ab"), 32)), Blocks: []site.Block{{Text: "We keep one log."}}}
	w.set(true, "b", "c")
	if err := w.hosts["a"].revisions.Save(t.Context(), doc); err == nil {
		t.Error("a text was saved by one of three hosts")
	}
	w.set(false, "b")
	if err := w.hosts["a"].revisions.Save(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	w.set(false, "c")
	w.set(true, "a")
	if got := w.hosts["c"].revisions.Get(doc.Revision); got == nil || got.Blocks[0].Text != doc.Blocks[0].Text {
		t.Errorf("c does not find a text that b has: %v", got)
	}
	w.set(true, "b")
	if w.hosts["c"].revisions.get(doc.Revision) == nil {
		t.Error("c did not keep it")
	}
}

// FuzzShared_Answer: whatever another host sends, it is answered or refused.
func FuzzShared_Answer(f *testing.F) {
	for _, seed := range []string{`{"get":"x"}`, `{"put":{"id":"x","secret":"","salt":""}}`, `{"save":{"revision":"../x"}}`, `{"revision":"x"}`, `{}`, `null`, `[`} {
		f.Add([]byte(seed))
	}
	keys, err := OpenKeyFile(filepath.Join(f.TempDir(), "keys"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { keys.Close() })
	revisions, err := OpenRevisions("")
	if err != nil {
		f.Fatal(err)
	}
	s := Share(keys, revisions, wireEnd{&wire{}, "a"})
	f.Fuzz(func(t *testing.T, question []byte) {
		if answer, err := s.Answer(question); (answer == nil) == (err == nil) {
			t.Errorf("%q: %q %v", question, answer, err)
		}
	})
}
