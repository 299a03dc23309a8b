package replica

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/order"
)

func entries(term, from, to uint64) (list []*raft.Log) {
	for i := from; i <= to; i++ {
		list = append(list, &raft.Log{Index: i, Term: term, Data: fmt.Appendf(nil, "%d/%d", term, i)})
	}
	return list
}

// TestPast_forgotten: a replica has forgotten something if its log ends before what
// it promised, or if it does not know the term of its own log.
func TestPast_forgotten(t *testing.T) {
	for name, tt := range map[string]struct {
		past  past
		wants string
	}{
		"new":                       {past{}, ""},
		"a vote and nothing else":   {past{votes: folder.Votes{Term: 3}}, ""},
		"as promised":               {past{held: folder.Mark{Term: 2, Index: 7}, votes: folder.Votes{Term: 2}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, ""},
		"more than promised":        {past{held: folder.Mark{Term: 2, Index: 8}, votes: folder.Votes{Term: 3}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, ""},
		"one entry short":           {past{held: folder.Mark{Term: 2, Index: 6}, votes: folder.Votes{Term: 2}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, "ends at entry 6 of term 2, and it had acknowledged entry 7 of term 2"},
		"longer, of an older term":  {past{held: folder.Mark{Term: 1, Index: 90}, votes: folder.Votes{Term: 2}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, "had acknowledged entry 7"},
		"shorter, of a newer term":  {past{held: folder.Mark{Term: 3, Index: 5}, votes: folder.Votes{Term: 3}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, ""},
		"no log left":               {past{votes: folder.Votes{Term: 2}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, "ends at entry 0"},
		"no votes left":             {past{held: folder.Mark{Term: 2, Index: 7}, promised: folder.Promise{Log: folder.Mark{Term: 2, Index: 7}}}, "its votes are of term 0 or older"},
		"votes of the term before":  {past{held: folder.Mark{Term: 2, Index: 7}, votes: folder.Votes{Term: 1}}, "its votes are of term 1 or older"},
		"nothing promised, no vote": {past{held: folder.Mark{Term: 1, Index: 1}}, "votes"},
		"a vote as written":         {past{votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, ""},
		"a vote since":              {past{votes: folder.Votes{Term: 4, Voted: 4, For: "n2"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, ""},
		"a term since":              {past{votes: folder.Votes{Term: 4, Voted: 3, For: "n1"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, ""},
		"a vote for another":        {past{votes: folder.Votes{Term: 3, Voted: 3, For: "n2"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, `a vote for "n2" in term 3, and it had written term 3 and a vote for "n1"`},
		"a vote of an older term":   {past{votes: folder.Votes{Term: 3, Voted: 1, For: "n1"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, "the disk has changed them"},
		"no vote any more":          {past{votes: folder.Votes{Term: 3}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 3, For: "n1"}}}, "the disk has changed them"},
		"an older term":             {past{votes: folder.Votes{Term: 2, Voted: 1, For: "n1"}, promised: folder.Promise{Votes: folder.Votes{Term: 3, Voted: 1, For: "n1"}}}, "the disk has changed them"},
	} {
		got := tt.past.forgotten()
		if (got == "") != (tt.wants == "") || !strings.Contains(got, tt.wants) {
			t.Errorf("%s: %q, want %q", name, got, tt.wants)
		}
		if tt.past.empty() != (tt.past.held == folder.Mark{}) {
			t.Errorf("%s: empty %v", name, tt.past.empty())
		}
	}
}

// TestRecall: a replica holds what its log and its newest snapshot hold, whichever
// ends later, and knows the term that was stored.
func TestRecall(t *testing.T) {
	for name, tt := range map[string]struct {
		log       []*raft.Log
		snapshots []folder.Mark
		want      folder.Mark
	}{
		"nothing":                     {nil, nil, folder.Mark{}},
		"a log":                       {entries(2, 1, 7), nil, folder.Mark{Term: 2, Index: 7}},
		"a snapshot":                  {nil, []folder.Mark{{Term: 2, Index: 9}}, folder.Mark{Term: 2, Index: 9}},
		"a log behind the snapshot":   {entries(2, 8, 12), []folder.Mark{{Term: 2, Index: 9}}, folder.Mark{Term: 2, Index: 12}},
		"a snapshot behind the log":   {entries(2, 1, 7), []folder.Mark{{Term: 2, Index: 9}}, folder.Mark{Term: 2, Index: 9}},
		"a snapshot of a later term":  {entries(2, 1, 20), []folder.Mark{{Term: 3, Index: 9}}, folder.Mark{Term: 3, Index: 9}},
		"a snapshot of an older term": {entries(2, 1, 3), []folder.Mark{{Term: 1, Index: 9}}, folder.Mark{Term: 2, Index: 3}},
	} {
		store, snapshots := raft.NewInmemStore(), listed(tt.snapshots)
		if err := store.StoreLogs(tt.log); err != nil {
			t.Fatal(err)
		}
		p, err := recall(store, store, snapshots, folder.Promise{Applied: 3})
		if err != nil || p.held != tt.want || p.votes.Term != 0 || p.promised.Applied != 3 {
			t.Errorf("%s: %+v, %v; want %v", name, p, err, tt.want)
		}
		if err := store.SetUint64([]byte("CurrentTerm"), 8); err != nil {
			t.Fatal(err)
		}
		if p, err := recall(store, store, snapshots, folder.Promise{}); err != nil || p.votes.Term != 8 {
			t.Errorf("%s: term %d, %v; want 8", name, p.votes.Term, err)
		}
	}
}

// TestRecall_unreadable: a replica that cannot read its past does not take it for
// an empty one.
func TestRecall_unreadable(t *testing.T) {
	store := raft.NewInmemStore()
	for name, err := range map[string]error{
		"log":       second(recall(sick{store, "last"}, store, listed(nil), folder.Promise{})),
		"entry":     second(recall(sick{store, "entry"}, store, listed(nil), folder.Promise{})),
		"term":      second(recall(store, sick{store, "term"}, listed(nil), folder.Promise{})),
		"snapshots": second(recall(store, store, noList{listed(nil)}, folder.Promise{})),
	} {
		if !errors.Is(err, errSick) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errSick = errors.New("input/output error")

func second(_ past, err error) error { return err }

// sick cannot read one thing.
type sick struct {
	*raft.InmemStore
	what string
}

func (s sick) LastIndex() (uint64, error) {
	if s.what == "last" {
		return 0, errSick
	}
	return 1, nil
}

func (s sick) GetLog(uint64, *raft.Log) error { return errSick }

func (s sick) GetUint64([]byte) (uint64, error) { return 0, errSick }

// listed is a store of snapshots of which only the list is looked at, newest first.
type listed []folder.Mark

func (l listed) List() (list []*raft.SnapshotMeta, err error) {
	for _, m := range l {
		list = append(list, &raft.SnapshotMeta{Term: m.Term, Index: m.Index})
	}
	return list, nil
}

func (listed) Create(raft.SnapshotVersion, uint64, uint64, raft.Configuration, uint64, raft.Transport) (raft.SnapshotSink, error) {
	return nil, errSick
}

func (listed) Open(string) (*raft.SnapshotMeta, io.ReadCloser, error) { return nil, nil, errSick }

type noList struct{ listed }

func (noList) List() ([]*raft.SnapshotMeta, error) { return nil, errSick }

// bare is a shard that has a log and a state machine, and no library: its log
// holds entries up to last, and those up to applied are applied.
func bare(t *testing.T, term, last, applied uint64) *Replica {
	t.Helper()
	store := raft.NewInmemStore()
	if err := store.StoreLogs(entries(term, 1, last)); err != nil {
		t.Fatal(err)
	}
	l, err := storage.OpenLog(store, storage.LogConfig{HungAfter: time.Minute, Hung: func(bool) {}})
	if err != nil {
		t.Fatal(err)
	}
	s := &Replica{cfg: DefaultConfig(), log: l, stable: store, snapshots: listed(nil), fsm: &fsm{machine: order.New(), log: l}, transport: &transport.Transport{}}
	s.cfg.Logger = slog.New(slog.DiscardHandler)
	s.transport.Admitted.Store(true)
	if applied > 0 {
		s.fsm.machine.Skip(applied)
	}
	return s
}
