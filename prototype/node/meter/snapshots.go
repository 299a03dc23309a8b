//go:build !js

package meter

import (
	"time"

	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
)

var snapshotBuckets = []time.Duration{
	10 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// snapshots counts those that a shard's replica writes.
type snapshots struct {
	ok, fail prometheus.Counter
	times    *Duration
}

func newSnapshots(m *Meter, label string) *snapshots {
	return &snapshots{ok: m.snapshots.WithLabelValues(label, "ok"), fail: m.snapshots.WithLabelValues(label, "fail"), times: m.writing.With(label)}
}

// Snapshots counts what is written to a store.
func (s *snapshots) Snapshots(store raft.SnapshotStore) raft.SnapshotStore {
	return countedSnapshots{store, s}
}

type countedSnapshots struct {
	raft.SnapshotStore
	meter *snapshots
}

func (s countedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, members raft.Configuration, membersIndex uint64, transport raft.Transport) (raft.SnapshotSink, error) {
	start := time.Now()
	sink, err := s.SnapshotStore.Create(version, index, term, members, membersIndex, transport)
	if err != nil {
		s.meter.fail.Inc()
		return nil, err
	}
	return &countedSink{SnapshotSink: sink, meter: s.meter, start: start}, nil
}

// countedSink counts one snapshot once, however it ends: the library cancels one of which
// a write failed, and may close it after that.
type countedSink struct {
	raft.SnapshotSink
	meter *snapshots
	start time.Time
	ended bool
}

func (s *countedSink) Close() error {
	err := s.SnapshotSink.Close()
	s.end(err == nil)
	return err
}

func (s *countedSink) Cancel() error {
	s.end(false)
	return s.SnapshotSink.Cancel()
}

func (s *countedSink) end(kept bool) {
	switch {
	case s.ended:
	case kept:
		s.meter.ok.Inc()
		s.meter.times.Observe(time.Since(s.start), 1)
	default:
		s.meter.fail.Inc()
	}
	s.ended = true
}
