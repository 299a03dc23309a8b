//go:build js && wasm

// Command lab-wasm is the laboratory in a browser: three real nodes with a real
// consensus library, their clients, and the judge, in one WebAssembly program
// without network, disk or clock of its own.
//
// The host (static/js/lab-worker.js) gives it time and randomness. Both follow
// from a seed, and the program has one thread, so the same seed and the same
// actions at the same virtual moments give the same run, to the last byte of
// every frame. The hash of each frame includes those before it, so two runs can
// be compared by one value.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"syscall/js"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/dashboard"
	"lockstep/prototype/lab"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/node"
)

const (
	nodes  = 3
	shards = 4
	flush  = time.Millisecond // of the simulated disks
	rate   = 20               // messages a second at first; one thread does everything

	// A run has to fit into 64 MB, however long it is. So what is settled is judged for
	// good and forgotten when so many operations have gathered, and while a fault keeps
	// it from that the load waits from so many on. Nodes retain the messages of all that
	// time, and the ids of three minutes.
	fold, held = 4_000, 14_000
	retain     = 4_000
	idMemory   = 256 << 10

	// How much garbage may gather, in percent of what lives: at first much, to be
	// quick; when a run has become long less, to be small. A limit in bytes would
	// not do: close to it the runtime collects without an end, since it measures what
	// that costs by a clock that stands still.
	garbageFirst, garbageLast = 100, 30
	long                      = 4_500 // messages

	// In entries. Snapshots keep the logs short, and there is something to see of them.
	snapshotEvery, trailing = 500, 250

	frames  = "frames"
	atLeast = 20 * time.Millisecond // between two frames
)

func main() {
	ctx := context.Background()
	l := lab.New(lab.Config{Rate: rate, Fold: fold, Held: held})
	var running *cluster.Memory // nil until it runs
	go l.Run(ctx, func(context.Context) (lab.Cluster, error) {
		m, err := cluster.NewMemoryOn(nodes, flush, func(c *node.Config) {
			c.Shards, c.Lazy = shards, node.LazyEvery
			c.SnapshotThreshold, c.TrailingLogs = snapshotEvery, trailing
			c.Retain, c.IDMemory = retain, idMemory
		})
		if err != nil {
			return nil, err
		}
		running = m
		return &revived{Cluster: lab.InMemory(m)}, nil
	})
	host := js.Global().Get("lockstepHost")
	// act(number, action, node, rate, scenario): the answer comes later, by number.
	// The action frames sets how many milliseconds are between two frames, and has
	// none. It is an action since drawing takes memory, and so moves the garbage
	// collection, which is a part of the run.
	host.Set("act", js.FuncOf(func(_ js.Value, args []js.Value) any {
		number, name := args[0].Int(), args[1].String()
		if name == frames {
			l.FramesEvery(max(time.Duration(args[3].Int())*time.Millisecond, atLeast))
			return nil
		}
		action, err := dashboard.Action(name, args[2].String(), args[3].String())
		action.Scenario = args[4].String()
		if err != nil {
			host.Call("answer", number, err.Error())
			return nil
		}
		go func() {
			reason := ""
			if err := l.Do(ctx, action); err != nil {
				reason = err.Error()
			}
			host.Call("answer", number, reason)
		}()
		return nil
	}))
	// tell() is the newest frame as a picture of it keeps it, in JSON. It takes memory,
	// which moves the garbage collection: a run that was asked is another run from then on.
	host.Set("tell", js.FuncOf(func(js.Value, []js.Value) any {
		text, err := json.Marshal(dashboard.StillOf(l.Frame()))
		if err != nil {
			host.Call("fail", err.Error())
		}
		return string(text)
	}))
	watch := l.Watch()
	var html, states bytes.Buffer
	// What is drawn has a hash, and what happened one of its own, which stays as it is
	// when only words change.
	var chain, trace chain
	garbage := garbageFirst
	for f := range watch.Frames() {
		if now := garbageAt(f.Counts.Ordered); now != garbage {
			debug.SetGCPercent(now)
			garbage = now
		}
		html.Reset()
		if err := dashboard.View(f).Render(ctx, &html); err != nil {
			host.Call("fail", err.Error())
			return
		}
		states.Reset()
		if running != nil {
			replicas(&states, running, f.Conversation)
		}
		chain.add(html.Bytes(), states.Bytes())
		for _, l := range f.Lanes {
			fmt.Fprintln(&states, l.Lane, l.Counts, l.Findings, l.Members)
		}
		trace.add(states.Bytes())
		host.Call("frame", int(f.Number), f.Time.UnixMilli(), html.String(), chain.String(), f.Playing.Over, trace.String())
	}
}

// chain is a hash over frames, each together with those before it.
type chain [sha256.Size]byte

func (c *chain) add(parts ...[]byte) {
	digest := sha256.New()
	digest.Write(c[:])
	for _, part := range parts {
		digest.Write(part)
	}
	digest.Sum(c[:0])
}

func (c *chain) String() string { return hex.EncodeToString(c[:8]) }

// garbageAt goes down from garbageFirst to garbageLast in steps, as a run gets long.
func garbageAt(ordered uint64) int {
	step := min(int(10*ordered/long), 10)
	return garbageFirst - step*(garbageFirst-garbageLast)/10
}

// replicas writes what each node holds: the state of its shards, and how the
// conversation stands in the strong lane. The weak lanes have no digest that is
// cheap enough for every frame; of them, what is shown counts.
func replicas(w io.Writer, m *cluster.Memory, conversation string) {
	for _, id := range m.IDs() {
		fmt.Fprintln(w, id)
		n := m.Node(id)
		if n == nil {
			continue
		}
		for _, s := range n.Status().Shards {
			fmt.Fprintln(w, s.Role, s.Term, s.Leader, s.CommitIndex, s.AppliedIndex)
		}
		seq, digest := n.DigestIn(string(frame.LaneQuorum), conversation, 0)
		fmt.Fprintf(w, "%d %x\n", seq, digest)
	}
}
