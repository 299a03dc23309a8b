package replica

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/storage"
)

// TestPromises_votes: a term and a vote are promised soon after they were written, by
// whoever wrote them.
func TestPromises_votes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := raft.NewInmemStore()
		p, err := folder.OpenPromises(store, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s := bare(t, 2, 9, 5)
		defer s.log.Close(0)
		s.stable = promisedVotes{storage.NewStable(store), p.Changed}
		p.Watch(0, s.promise)
		s.stable.SetUint64([]byte("CurrentTerm"), 7)
		s.stable.SetUint64([]byte("LastVoteTerm"), 6)
		s.stable.Set([]byte("LastVoteCand"), []byte("n2"))
		time.Sleep(folder.SaveEvery) // virtual time
		synctest.Wait()
		again, err := folder.OpenPromises(store, slog.New(slog.DiscardHandler))
		if want := (folder.Votes{Term: 7, Voted: 6, For: "n2"}); err != nil || again.Loaded[0].Votes != want {
			t.Errorf("%+v, %v; want %+v", again.Loaded[0].Votes, err, want)
		}
	})
}
