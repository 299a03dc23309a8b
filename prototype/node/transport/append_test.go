package transport

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/roster"
)

// TestTransport_persist: an append to a follower that takes none goes on until the lead is
// lost, the transport is closed or patience is over. Meanwhile the follower takes no
// entries, as far as the leader knows, and before and after nobody says so.
func TestTransport_persist(t *testing.T) {
	for name, tt := range map[string]struct {
		after time.Duration // something happens
		what  func(tr *Transport, lost *atomic.Bool)
		err   error
		ends  time.Duration
	}{
		"the lead is lost": {10 * time.Second, func(_ *Transport, lost *atomic.Bool) { lost.Store(true) }, errLeadIsLost, 10*time.Second + replicateTimeout},
		"it is closed":     {10 * time.Second, func(tr *Transport, _ *atomic.Bool) { tr.Close() }, raft.ErrTransportShutdown, 10 * time.Second},
		"nothing happens":  {0, func(*Transport, *atomic.Bool) {}, link.ErrUnreachable, patience + replicateTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var lost atomic.Bool
				tr := &Transport{stop: make(chan struct{}), stuck: make(map[raft.ServerID]int), Config: Config{Fence: disk.NewFence(time.Second),
					State: State{LeadsIn: func() (uint64, bool) { return 3, !lost.Load() }}, Live: liveness.New("n1", time.Second, &link.Mesh{}, roster.New("n1", nil))}}
				defer tr.Fence.Close()
				if !tr.Takes("n2") {
					t.Error("it takes no entries before anybody has tried")
				}
				ended := make(chan error, 1)
				began := time.Now()
				go func() {
					ended <- tr.AppendEntries("n2", "n2:raft", &raft.AppendEntriesRequest{Term: 3, PrevLogEntry: 7}, &raft.AppendEntriesResponse{})
				}()
				time.Sleep(tt.after) // virtual time
				synctest.Wait()
				if tr.Takes("n2") {
					t.Error("nobody says that it takes no entries")
				}
				tt.what(tr, &lost)
				if err := <-ended; !errors.Is(err, tt.err) {
					t.Errorf("got %v, want %v", err, tt.err)
				}
				if took := time.Since(began); took < tt.after || took > tt.ends {
					t.Errorf("it ended after %s, want %s at most", took, tt.ends)
				}
				if !tr.Takes("n2") {
					t.Error("it takes no entries afterwards")
				}
			})
		})
	}
}
