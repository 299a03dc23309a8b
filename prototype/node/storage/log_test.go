package storage

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

// gatedStore is a store whose writes wait until they are let through.
type gatedStore struct {
	*raft.InmemStore
	mu   sync.Mutex
	open *sync.Cond
	pass int // writes that may go through; below zero: all
	err  error
}

func newGatedStore() *gatedStore {
	g := &gatedStore{InmemStore: raft.NewInmemStore()}
	g.open = sync.NewCond(&g.mu)
	return g
}

func (g *gatedStore) let(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pass = n
	g.open.Broadcast()
}

func (g *gatedStore) gate() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.pass == 0 && g.err == nil {
		g.open.Wait()
	}
	if g.pass > 0 {
		g.pass--
	}
	return g.err
}

func (g *gatedStore) StoreLogs(entries []*raft.Log) error {
	if err := g.gate(); err != nil {
		return err
	}
	return g.InmemStore.StoreLogs(entries)
}

func (g *gatedStore) DeleteRange(min, max uint64) error {
	if err := g.gate(); err != nil {
		return err
	}
	return g.InmemStore.DeleteRange(min, max)
}

func entries(term, from, to uint64) (list []*raft.Log) {
	for i := from; i <= to; i++ {
		list = append(list, &raft.Log{Index: i, Term: term, Data: fmt.Appendf(nil, "%d/%d", term, i)})
	}
	return list
}

func open(t *testing.T, store raft.LogStore, hang func(bool)) *Log {
	t.Helper()
	return openLazy(t, store, 0, hang)
}

func openLazy(t *testing.T, store raft.LogStore, lazy time.Duration, hang func(bool)) *Log {
	t.Helper()
	l, err := OpenLog(store, LogConfig{HungAfter: 300 * time.Millisecond, Lazy: lazy, Hung: hang})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLog_speaks_after_the_disk: entries can be read at once, and nobody is
// told that they are durable before the store has them.
func TestLog_speaks_after_the_disk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		l := open(t, store, func(bool) {})
		told := 0
		if err := l.StoreLogs(entries(1, 1, 3)); err != nil {
			t.Fatal(err)
		}
		l.WhenDurable(2, func(err error) {
			if err != nil {
				t.Error(err)
			}
			told++
		})
		var e raft.Log
		if err := l.GetLog(3, &e); err != nil || string(e.Data) != "1/3" {
			t.Errorf("an entry that is on its way: %v, %v", e, err)
		}
		synctest.Wait()
		if told != 0 || l.DurableIndex() != 0 {
			t.Fatalf("told %d times, durable %d, before the disk had anything", told, l.DurableIndex())
		}
		store.let(-1)
		synctest.Wait()
		if told != 1 || l.DurableIndex() != 3 {
			t.Errorf("told %d times, durable %d; want once, 3", told, l.DurableIndex())
		}
		l.Close(time.Second)
	})
}

// TestLog_truncation: entries that another leader replaces while they are on
// their way to the disk do not count as durable, however late they arrive there.
func TestLog_truncation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		l := open(t, store, func(bool) {})
		l.StoreLogs(entries(1, 1, 5))
		var old, young error
		oldTold, youngTold := false, false
		l.WhenDurable(5, func(err error) { old, oldTold = err, true })
		synctest.Wait() // the write of 1 to 5 waits at the gate
		if err := l.DeleteRange(3, 5); err != nil {
			t.Fatal(err)
		}
		l.StoreLogs(entries(2, 3, 4))
		l.WhenDurable(4, func(err error) { young, youngTold = err, true })
		if !oldTold || !errors.Is(old, errTruncated) {
			t.Errorf("who waited for a replaced entry was told %v", old)
		}
		store.let(1)
		synctest.Wait()
		if d := l.DurableIndex(); d != 2 || youngTold {
			t.Errorf("the disk has the old entries: durable %d, told %v; want 2, false", d, youngTold)
		}
		store.let(-1)
		synctest.Wait()
		if d := l.DurableIndex(); d != 4 || !youngTold || young != nil {
			t.Errorf("durable %d, told %v %v; want 4, true", d, youngTold, young)
		}
		l.Close(time.Second)
	})
}

// TestLog_lazy: a lazy log says at once what it has accepted, writes what has
// gathered when its time has come, and loses the rest in a crash. A slow gathering
// is no hung disk.
func TestLog_lazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		store.let(-1)
		hung := false
		l := openLazy(t, store, time.Second, func(bool) { hung = true })
		onDisk := func(want uint64) {
			t.Helper()
			if last, _ := store.LastIndex(); last != want {
				t.Errorf("%s: the disk has entries up to %d, want %d", time.Now().Format("05.000"), last, want)
			}
		}
		l.StoreLogs(entries(1, 1, 3))
		told := false
		l.WhenDurable(3, func(err error) { told = err == nil })
		if !told || l.DurableIndex() != 3 || l.AwaitDurable(3) != nil {
			t.Errorf("told %t, durable %d: a lazy log does not wait", told, l.DurableIndex())
		}
		time.Sleep(999 * time.Millisecond) // virtual time, here and below
		synctest.Wait()
		onDisk(0) // as a crash would find it
		l.StoreLogs(entries(1, 4, 5))
		time.Sleep(time.Millisecond)
		synctest.Wait()
		onDisk(5)
		l.StoreLogs(entries(1, 6, recentCount+100)) // more than is kept of what is written
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		onDisk(5)
		var e raft.Log
		for i := uint64(1); i <= recentCount+100; i++ {
			if err := l.GetLog(i, &e); err != nil || e.Index != i {
				t.Fatalf("entry %d: %v", i, err)
			}
		}
		l.Close(time.Second) // in good order: nothing is left behind
		onDisk(recentCount + 100)
		if hung {
			t.Error("the watchdog took the gathering for a disk that hangs")
		}
	})
}

// TestLog_lazy_truncation: entries that another leader replaces before they
// are flushed do not come back.
func TestLog_lazy_truncation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		store.let(-1)
		l := openLazy(t, store, time.Second, func(bool) {})
		l.StoreLogs(entries(1, 1, 5))
		if err := l.DeleteRange(3, 5); err != nil {
			t.Fatal(err)
		}
		l.StoreLogs(entries(2, 3, 4))
		if err := l.DeleteRange(1, 1); err != nil { // a snapshot has it
			t.Fatal(err)
		}
		if d := l.DurableIndex(); d != 4 {
			t.Errorf("durable %d, want 4", d)
		}
		time.Sleep(time.Second) // virtual time
		synctest.Wait()
		first, _ := store.FirstIndex()
		last, _ := store.LastIndex()
		var e raft.Log
		if err := store.GetLog(3, &e); err != nil || e.Term != 2 || first != 2 || last != 4 {
			t.Errorf("the disk has %d to %d, entry 3 of term %d, %v; want 2 to 4, term 2", first, last, e.Term, err)
		}
		l.Close(time.Second)
	})
}

// TestLog_lazy_hung: a lazy log whose disk hangs goes on for as much as may be
// in memory only, and then waits like any other.
func TestLog_lazy_hung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		hung := false
		l := openLazy(t, store, time.Second, func(stuck bool) { hung = stuck })
		l.StoreLogs(entries(1, 1, 1))
		time.Sleep(2 * time.Second) // virtual time
		synctest.Wait()
		if !hung {
			t.Error("the watchdog did not notice a flush that hangs")
		}
		l.StoreLogs([]*raft.Log{{Index: 2, Term: 1, Data: make([]byte, lazyAtMost)}})
		told := false
		l.WhenDurable(2, func(err error) { told = err == nil })
		if told {
			t.Error("it says that it has more than may be in memory only")
		}
		store.let(-1)
		time.Sleep(2 * time.Second) // virtual time
		synctest.Wait()
		if !told || hung || l.DurableIndex() != 2 {
			t.Errorf("after the disk has come back: told %t, hung %t, durable %d", told, hung, l.DurableIndex())
		}
		l.Close(time.Second)
	})
}

// TestLog_failure: after an error of the disk nothing is promised any more.
func TestLog_failure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newGatedStore()
		stuck := false
		l := open(t, store, func(s bool) { stuck = s })
		store.let(-1)
		l.StoreLogs(entries(1, 1, 1))
		synctest.Wait()
		store.mu.Lock()
		store.err = errors.New("input/output error")
		store.mu.Unlock()
		l.StoreLogs(entries(1, 2, 2))
		err := l.AwaitDurable(2)
		synctest.Wait()
		if err == nil || !stuck || l.Err() == nil || l.DurableIndex() != 1 {
			t.Errorf("after a failed write: %v, stuck %v, durable %d", err, stuck, l.DurableIndex())
		}
		if l.StoreLogs(entries(1, 3, 3)) == nil {
			t.Error("a failed log takes entries")
		}
		l.Close(time.Second)
	})
}

// TestLog_model drives the log as a library might, with crashes of the disk
// at any moment, and compares it with two plain maps: what was stored, and what
// the disk would still have after a crash.
func TestLog_model(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			store := newGatedStore()
			l := open(t, store, func(bool) {})
			seen := map[uint64]uint64{} // term by index, as the library sees it
			first, last, term := uint64(1), uint64(0), uint64(1)
			for range rapid.IntRange(1, 40).Draw(rt, "steps") {
				switch rapid.IntRange(0, 4).Draw(rt, "step") {
				case 0, 1:
					n := rapid.Uint64Range(1, 4).Draw(rt, "entries")
					l.StoreLogs(entries(term, last+1, last+n))
					for i := last + 1; i <= last+n; i++ {
						seen[i] = term
					}
					last += n
				case 2:
					if last < first+1 {
						continue
					}
					term++
					from := rapid.Uint64Range(first+1, last).Draw(rt, "truncate from")
					if err := l.DeleteRange(from, last); err != nil {
						rt.Fatal(err)
					}
					for i := from; i <= last; i++ {
						delete(seen, i)
					}
					last = from - 1
				case 3:
					if d := l.DurableIndex(); d > first {
						to := rapid.Uint64Range(first, d-1).Draw(rt, "compact to")
						if err := l.DeleteRange(first, to); err != nil {
							rt.Fatal(err)
						}
						for i := first; i <= to; i++ {
							delete(seen, i)
						}
						first = to + 1
					}
				case 4:
					store.let(rapid.IntRange(1, 3).Draw(rt, "writes let through"))
					synctest.Wait()
					store.let(0)
				}
				for i := uint64(1); i <= last+2; i++ {
					var e raft.Log
					err := l.GetLog(i, &e)
					if want, ok := seen[i]; ok != (err == nil) || ok && e.Term != want {
						rt.Fatalf("entry %d: %v, term %d; want %v, term %d", i, err, e.Term, ok, want)
					}
				}
				// What is called durable survives a crash at this moment.
				for i := first; i <= l.DurableIndex(); i++ {
					var e raft.Log
					if err := store.GetLog(i, &e); err != nil || e.Term != seen[i] {
						rt.Fatalf("entry %d is called durable and the disk has %v, term %d; want term %d", i, err, e.Term, seen[i])
					}
				}
			}
			store.let(-1)
			synctest.Wait()
			if d := l.DurableIndex(); last >= first && d != last {
				rt.Fatalf("at rest, durable is %d of %d", d, last)
			}
			l.Close(time.Second)
		})
	})
}

// TestStable_issue661: a crash between the two steps of a vote leaves the vote
// before it as it was.
func TestStable_issue661(t *testing.T) {
	store := raft.NewInmemStore()
	vote := func(s *Stable, term uint64, candidate string) {
		t.Helper()
		if err := errors.Join(s.SetUint64([]byte(keyVoteTerm), term), s.Set([]byte(keyVoteCandidate), []byte(candidate))); err != nil {
			t.Fatal(err)
		}
	}
	check := func(term uint64, candidate string) {
		t.Helper()
		s := NewStable(store) // as after a restart
		gotTerm, err1 := s.GetUint64([]byte(keyVoteTerm))
		got, err2 := s.Get([]byte(keyVoteCandidate))
		if err1 != nil || err2 != nil || gotTerm != term || string(got) != candidate {
			t.Errorf("the vote is %q in term %d (%v, %v), want %q in %d", got, gotTerm, err1, err2, candidate, term)
		}
	}
	if _, err := NewStable(store).Get([]byte(keyVoteCandidate)); err == nil || err.Error() != "not found" {
		t.Errorf("no vote yet: %v; the library knows it by this text", err)
	}
	s := NewStable(store)
	vote(s, 5, "n1")
	check(5, "n1")
	if err := s.SetUint64([]byte(keyVoteTerm), 6); err != nil { // and a crash
		t.Fatal(err)
	}
	check(5, "n1")
	vote(s, 6, "n2")
	check(6, "n2")
}

// TestChecksummedLog_damage: no flipped bit of an entry goes unnoticed.
func TestChecksummedLog_damage(t *testing.T) {
	store := raft.NewInmemStore()
	s := NewChecksummedLog(store)
	if err := s.StoreLogs(entries(3, 1, 2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(); err != nil {
		t.Fatal(err)
	}
	var raw raft.Log
	if err := store.GetLog(2, &raw); err != nil {
		t.Fatal(err)
	}
	for i := range raw.Data {
		for bit := range 8 {
			bad := raw
			bad.Data = append([]byte(nil), raw.Data...)
			bad.Data[i] ^= 1 << bit
			if err := store.StoreLog(&bad); err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(); !errors.Is(err, ErrCorrupt) {
				t.Errorf("bit %d of byte %d: %v", bit, i, err)
			}
		}
	}
	for name, bad := range map[string]raft.Log{
		"another term": {Index: 2, Term: 4, Data: raw.Data},
		"another type": {Index: 2, Term: 3, Type: raft.LogNoop, Data: raw.Data},
		"cut short":    {Index: 2, Term: 3, Data: raw.Data[:2]},
	} {
		if err := store.StoreLog(&bad); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
