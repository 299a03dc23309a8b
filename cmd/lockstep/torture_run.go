package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/node"
	"lockstep/prototype/workload"
)

// How long each step may take before the run counts as stuck. They are generous,
// since a busy machine must not look like a broken cluster.
const (
	startPatience    = 30 * time.Second
	recoverPatience  = 30 * time.Second
	readBackPatience = 2 * time.Minute
)

// strikeRun is one run on processes.
//
//	cluster (child processes) ◄── strikes: kill, pause, isolate, one after the other
//	   ▲            │
//	 load ──► history ◄── final reads of every replica
//	   │            └──► check ──► verdict
//	   └──► acks, by shard ──► windows
type strikeRun struct {
	flags  tortureFlags
	dir    string
	struck func(done int, s strike)

	cluster *cluster.Processes
	ask     *http.Transport // for statuses
	acks    *shardAcks
	began   time.Time
	ended   time.Time // of the load
	load    *workload.Load
	strikes []strike
}

func (t *strikeRun) run(ctx context.Context, historyPath string) (_ check.Report, err error) {
	executable, err := os.Executable()
	if err != nil {
		return check.Report{}, err
	}
	t.ask = client.NewTransport()
	starting, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	t.cluster, err = cluster.Start(starting, cluster.Config{
		Executable: executable, Dir: filepath.Join(t.dir, "cluster"), Nodes: t.flags.nodes, Shards: t.flags.shards,
		RestartAfter: 300 * time.Millisecond, AllowFaults: true,
	})
	if err != nil {
		return check.Report{}, err
	}
	defer func() { err = errors.Join(err, t.cluster.Close()) }()
	if err := t.cluster.Ready(starting); err != nil {
		return check.Report{}, err
	}

	file, err := os.Create(historyPath)
	if err != nil {
		return check.Report{}, fmt.Errorf("create history: %w", err)
	}
	defer file.Close()
	buffer := bufio.NewWriterSize(file, 1<<16)
	defer buffer.Flush()
	cfg := t.workload(history.NewRecorder(buffer))
	if t.load, err = workload.New(cfg); err != nil {
		return check.Report{}, err
	}
	loading, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { t.load.Run(loading) })
	t.began = time.Now()
	err = t.strikeAll(ctx)
	stop()
	t.ended = time.Now()
	running.Wait()
	if err != nil {
		return check.Report{}, err
	}

	reading, cancel := context.WithTimeout(ctx, readBackPatience)
	defer cancel()
	if err := workload.ReadBack(reading, cfg); err != nil {
		return check.Report{}, err
	}
	if err := cfg.Recorder.Err(); err != nil {
		return check.Report{}, err
	}
	return check.Check(cfg.Recorder.Events()), nil
}

// workload names four conversations for each shard, so that each has its share
// of the load whatever their names hash to.
func (t *strikeRun) workload(recorder *history.Recorder) workload.Config {
	t.acks = newShardAcks(t.flags.shards)
	cfg := workload.Config{
		Sessions: t.flags.sessions, Rate: t.flags.rate, Reads: 0.2, Seed: t.flags.seed, Body: 64,
		AttemptTimeout: 500 * time.Millisecond, Transport: client.NewTransport(), Recorder: recorder,
		Observe: func(conversation string, _ time.Time, ack client.Ack) {
			t.acks.add(node.ShardOf(conversation, t.flags.shards), ack)
		},
	}
	for shard := range t.flags.shards {
		for i, found := 0, 0; found < 4; i++ {
			if name := fmt.Sprintf("room-%d", i); node.ShardOf(name, t.flags.shards) == shard {
				cfg.Conversations = append(cfg.Conversations, name)
				found++
			}
		}
	}
	for _, m := range t.cluster.Members() {
		cfg.Nodes = append(cfg.Nodes, workload.Node{Name: m.ID, URL: "http://" + m.HTTP})
	}
	return cfg
}

// strikeAll breaks one leader after the other. A failure that does not take
// effect, or from which the cluster does not recover, ends the run.
func (t *strikeRun) strikeAll(ctx context.Context) error {
	random := rand.New(rand.NewPCG(t.flags.seed, 0))
	for i := range t.flags.failures {
		s := strike{
			Number: i + 1,
			Fault:  t.flags.faults[random.IntN(len(t.flags.faults))],
			Shard:  random.IntN(t.flags.shards),
			hold:   300*time.Millisecond + time.Duration(random.Int64N(int64(500*time.Millisecond))),
		}
		if err := t.strike(ctx, &s); err != nil {
			return fmt.Errorf("failure %d (%s the leader of shard %d, %s): %w", s.Number, s.Fault, s.Shard, s.Node, err)
		}
		t.strikes = append(t.strikes, s)
		t.struck(len(t.strikes), s)
	}
	return nil
}
