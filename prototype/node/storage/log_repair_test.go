package storage

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"lockstep/prototype/node/disk"
)

// smallStore is a store on a disk that may be full. A write that fails leaves a
// part of itself behind, and every later one fails until the store is opened again,
// as with raft-wal.
type smallStore struct {
	*raft.InmemStore
	mu     sync.Mutex
	full   bool
	part   int // entries of a failing write that can be read afterwards
	broken bool
	opened int
	err    error // instead of ENOSPC
}

func (s *smallStore) fill(full bool, part int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full, s.part = full, part
}

func (s *smallStore) fails() error {
	switch {
	case s.broken:
		return errors.New("segment is sealed")
	case s.full && s.err != nil:
		s.broken = true
		return s.err
	case s.full:
		s.broken = true
		return syscall.ENOSPC
	}
	return nil
}

func (s *smallStore) StoreLogs(entries []*raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fails(); err != nil {
		if errors.Is(err, syscall.ENOSPC) {
			return errors.Join(err, s.InmemStore.StoreLogs(entries[:min(s.part, len(entries))]))
		}
		return err
	}
	if last, _ := s.InmemStore.LastIndex(); last != 0 && entries[0].Index != last+1 {
		return errors.New("non-monotonic log entries")
	}
	return s.InmemStore.StoreLogs(entries)
}

func (s *smallStore) DeleteRange(min, max uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fails(); err != nil {
		return err
	}
	return s.InmemStore.DeleteRange(min, max)
}

func (s *smallStore) reopen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	if s.full {
		return syscall.ENOSPC
	}
	s.broken = false
	return nil
}

func (s *smallStore) room() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return syscall.ENOSPC
	}
	return nil
}

func openSmall(t *testing.T, store *smallStore, lazy time.Duration, hang func(bool)) (*Log, *disk.Health) {
	t.Helper()
	health := disk.NewHealth(0, slog.New(slog.DiscardHandler), nil, store.room)
	l, err := OpenLog(store, LogConfig{HungAfter: 300 * time.Millisecond, Lazy: lazy, Hung: hang, Health: health, Reopen: store.reopen})
	if err != nil {
		t.Fatal(err)
	}
	return l, health
}

// TestLog_full: a log whose disk is full says so and goes on by itself within
// half a second after there is room; what waited becomes durable then.
func TestLog_full(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &smallStore{InmemStore: raft.NewInmemStore()}
		hung := false
		l, health := openSmall(t, store, 0, func(h bool) { hung = h })
		l.StoreLogs(entries(1, 1, 3))
		synctest.Wait()
		store.fill(true, 2)
		l.StoreLogs(entries(1, 4, 6))
		var told []error
		l.WhenDurable(6, func(err error) { told = append(told, err) })
		time.Sleep(time.Minute) // virtual time, here and below
		synctest.Wait()
		if !hung || health.Problem() == "" || len(told) > 0 || l.DurableIndex() != 3 || l.Err() != nil {
			t.Fatalf("full: hung %t, problem %q, told %v, durable %d, failed %v", hung, health.Problem(), told, l.DurableIndex(), l.Err())
		}
		l.StoreLogs(entries(1, 7, 8))
		store.fill(false, 0)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if hung || health.Problem() != "" || len(told) != 1 || told[0] != nil || l.DurableIndex() != 8 {
			t.Errorf("after there is room: hung %t, problem %q, told %v, durable %d", hung, health.Problem(), told, l.DurableIndex())
		}
		l.Close(time.Second)
	})
}

// TestLog_unsure: after an error that may have lost what was written, no room
// helps: the log is over, loudly, and its store is not opened again.
func TestLog_unsure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &smallStore{InmemStore: raft.NewInmemStore(), err: syscall.EIO}
		hung := false
		l, health := openSmall(t, store, 0, func(h bool) { hung = h })
		store.fill(true, 0)
		l.StoreLogs(entries(1, 1, 3))
		synctest.Wait()
		store.fill(false, 0)
		time.Sleep(time.Hour) // virtual time
		synctest.Wait()
		if !hung || !errors.Is(l.Err(), syscall.EIO) || health.Problem() == "" || store.opened != 0 {
			t.Errorf("hung %t, failed %v, problem %q, opened %d times", hung, l.Err(), health.Problem(), store.opened)
		}
		l.Close(time.Second)
	})
}

// TestLog_read_only: a log whose disk was mounted read-only goes on when it can
// be written.
func TestLog_read_only(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &smallStore{InmemStore: raft.NewInmemStore(), err: syscall.EROFS}
		l, health := openSmall(t, store, 0, func(bool) {})
		store.fill(true, 0)
		l.StoreLogs(entries(1, 1, 3))
		time.Sleep(time.Second) // virtual time, here and below
		synctest.Wait()
		if problem := health.Problem(); !strings.Contains(problem, "read-only") {
			t.Errorf("the problem is %q", problem)
		}
		store.fill(false, 0)
		time.Sleep(time.Second)
		synctest.Wait()
		if l.DurableIndex() != 3 || health.Problem() != "" {
			t.Errorf("durable %d, problem %q", l.DurableIndex(), health.Problem())
		}
		l.Close(time.Second)
	})
}

// TestLog_full_lost: a store that has lost durable entries when it is opened
// again is not used.
func TestLog_full_lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &smallStore{InmemStore: raft.NewInmemStore()}
		l, _ := openSmall(t, store, 0, func(bool) {})
		l.StoreLogs(entries(1, 1, 5))
		synctest.Wait()
		store.fill(true, 0)
		l.StoreLogs(entries(1, 6, 6))
		synctest.Wait()
		if err := store.InmemStore.DeleteRange(4, 5); err != nil {
			t.Fatal(err)
		}
		store.fill(false, 0)
		time.Sleep(time.Second) // virtual time
		synctest.Wait()
		if !errors.Is(l.Err(), ErrCorrupt) {
			t.Errorf("the log ended with %v", l.Err())
		}
		l.Close(time.Second)
	})
}

// TestLog_full_model: whatever the library does while the disk is full, now and
// then, nothing that was called durable is missing or another one's, and in the end
// the store holds what the library believes.
func TestLog_full_model(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			store := &smallStore{InmemStore: raft.NewInmemStore()}
			var lazy time.Duration
			if rapid.Bool().Draw(rt, "lazy") {
				lazy = 300 * time.Millisecond
			}
			l, _ := openSmall(t, store, lazy, func(bool) {})
			want := map[uint64]uint64{} // term by index
			first, last, term := uint64(1), uint64(0), uint64(1)
			forget := func(from, to uint64) {
				if err := l.DeleteRange(from, to); err != nil {
					rt.Fatal(err)
				}
				for i := from; i <= to; i++ {
					delete(want, i)
				}
			}
			for range rapid.IntRange(1, 40).Draw(rt, "steps") {
				switch rapid.IntRange(0, 5).Draw(rt, "step") {
				case 0, 1:
					n := rapid.Uint64Range(1, 4).Draw(rt, "entries")
					l.StoreLogs(entries(term, last+1, last+n))
					for i := last + 1; i <= last+n; i++ {
						want[i] = term
					}
					last += n
				case 2:
					if last > first {
						term++
						from := rapid.Uint64Range(first+1, last).Draw(rt, "truncate from")
						forget(from, last)
						last = from - 1
					}
				case 3:
					if d := l.DurableIndex(); d > first {
						to := rapid.Uint64Range(first, d-1).Draw(rt, "compact to")
						forget(first, to)
						first = to + 1
					}
				case 4: // a snapshot takes the place of all
					if last >= first {
						forget(first, last)
						last += rapid.Uint64Range(0, 5).Draw(rt, "jump")
						first = last + 1
					}
				case 5:
					store.fill(rapid.Bool().Draw(rt, "full"), rapid.IntRange(0, 4).Draw(rt, "left behind"))
				}
				if rapid.Bool().Draw(rt, "wait") {
					time.Sleep(rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond, time.Second}).Draw(rt, "time"))
					synctest.Wait()
				}
				if lazy == 0 {
					for i := first; i <= l.DurableIndex(); i++ {
						var e raft.Log
						if err := store.InmemStore.GetLog(i, &e); err != nil || e.Term != want[i] {
							rt.Fatalf("entry %d is called durable and the disk has %v, term %d; want term %d", i, err, e.Term, want[i])
						}
					}
				}
			}
			store.fill(false, 0)
			time.Sleep(3 * time.Second) // virtual time
			synctest.Wait()
			if err := l.Err(); err != nil {
				rt.Fatal(err)
			}
			low, _ := store.InmemStore.FirstIndex()
			high, _ := store.InmemStore.LastIndex()
			if uint64(len(want)) > 0 && (low != first || high != last || l.DurableIndex() != last) {
				rt.Fatalf("the store holds %d to %d, durable is %d, want %d to %d", low, high, l.DurableIndex(), first, last)
			}
			for i, term := range want {
				var e raft.Log
				if err := store.InmemStore.GetLog(i, &e); err != nil || e.Term != term {
					rt.Fatalf("entry %d: %v, term %d, want %d", i, err, e.Term, term)
				}
			}
			l.Close(time.Second)
		})
	})
}
