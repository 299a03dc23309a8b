//go:build js

// Command lab-wasm is the laboratory for a browser: the nodes, the clients and
// the dashboard of package lab, in one WebAssembly program.
//
// The program takes its clock, its timers and its random numbers from the host
// that runs it, static/js/lab-host.js, and has one thread. So everything that
// happens follows from the seed that the host was given and from the actions
// and their times: the same ones give the same frames, hash for hash, on every
// machine. That holds for one build of the program; another build, or another
// version of Go, may give another run for the same seed.
//
// What it is not: a network and disks. Messages between nodes take no time, a
// flush takes one millisecond, and a node cannot be stopped by a signal.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/fnv"
	"syscall/js"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/dashboard"
	"lockstep/prototype/lab"
	"lockstep/prototype/node"
)

const (
	conversation = "lockstep-lab"
	nodes        = 3
	shards       = 4
	flush        = time.Millisecond

	// The weak lanes have to sum up all that they hold for a digest, so that of
	// theirs goes into every so many frames only.
	allLanesEvery = 25
)

func main() {
	// A frame shows times of day; the zone of the reader must not be in its hash.
	time.Local = time.UTC
	host := js.Global().Get("labHost")
	ctx := context.Background()
	l := lab.New(lab.Config{Conversation: conversation})
	var memory *cluster.Memory
	watch := l.Watch()
	go func() {
		err := l.Run(ctx, func(context.Context) (lab.Cluster, error) {
			m, err := cluster.NewMemoryOn(nodes, flush, func(c *node.Config) { c.Shards = shards })
			if err != nil {
				return nil, err
			}
			memory = m
			return revive{lab.InMemory(m)}, nil
		})
		if err != nil {
			host.Call("failed", err.Error())
		}
	}()
	host.Call("ready", js.FuncOf(func(_ js.Value, args []js.Value) any {
		id, name := args[0].Int(), args[1].String()
		victim, rate, scenario := args[2].String(), args[3].String(), args[4].String()
		go func() { host.Call("answer", id, act(ctx, l, name, victim, rate, scenario)) }()
		return nil
	}))
	t := trace{began: time.Now(), cluster: func() *cluster.Memory { return memory }}
	for f := range watch.Frames() {
		number, at, sum, html := t.frame(ctx, f)
		host.Call("frame", number, at, sum, html)
	}
}

// act carries out an action and gives "", or the reason why not.
func act(ctx context.Context, l *lab.Lab, name, victim, rate, scenario string) string {
	a, err := dashboard.Action(name, victim, rate)
	if err == nil {
		if a.Verb == lab.Play {
			a.Scenario = scenario
		}
		err = l.Do(ctx, a)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// trace is a hash over everything that has been seen: each frame as it is shown,
// and for each node its term, its indexes and the digests of the conversation in
// every lane. Two runs with equal hashes at a frame were equal up to it.
type trace struct {
	began   time.Time
	cluster func() *cluster.Memory
	sum     [8]byte
	html    bytes.Buffer
}

// frame draws a frame. Its time is in milliseconds since the program began.
func (t *trace) frame(ctx context.Context, f lab.Frame) (number, at int, sum, html string) {
	t.html.Reset()
	if err := dashboard.View(f).Render(ctx, &t.html); err != nil {
		t.html.WriteString(err.Error()) // writing to memory does not fail
	}
	h := fnv.New64a()
	h.Write(t.sum[:])
	h.Write(t.html.Bytes())
	if m := t.cluster(); m != nil {
		for _, id := range m.IDs() {
			h.Write([]byte(id))
			if n := m.Node(id); n != nil {
				t.replica(h, f, n)
			}
		}
	}
	h.Sum(t.sum[:0])
	return int(f.Number), int(f.Time.Sub(t.began).Milliseconds()), hex.EncodeToString(t.sum[:]), t.html.String()
}

// replica adds what one node holds.
func (t *trace) replica(h hash.Hash, f lab.Frame, n *node.Node) {
	for _, s := range n.Status().Shards {
		h.Write([]byte(s.Role + s.Leader))
		h.Write(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.Term), s.CommitIndex), s.AppliedIndex))
	}
	lanes := lab.Lanes[:1]
	if f.Number%allLanesEvery == 0 {
		lanes = lab.Lanes
	}
	for _, lane := range lanes {
		seq, digest := n.DigestIn(string(lane), conversation, 0)
		h.Write(binary.BigEndian.AppendUint64(nil, seq))
		h.Write(digest[:])
	}
}
