package mutant_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/history"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

const room = "room"

// world is a cluster in virtual time with a load on it and a history of both.
// One shard, one conversation: what happens anywhere happens to it.
type world struct {
	t        *testing.T
	random   *rand.Rand // of the schedule
	seed     uint64
	cluster  *cluster.Memory
	disks    map[string]*disk
	recorder *history.Recorder
	stop     context.CancelFunc
	slowly   time.Duration // by which factor clients are slower; 0 is 1
	load     sync.WaitGroup

	mu       sync.Mutex
	findings []string // what was seen beside the history
	clients  int
}

// newWorld starts three nodes.
func newWorld(t *testing.T, seed uint64, tune func(*node.Config)) *world {
	w := &world{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), disks: map[string]*disk{}, recorder: history.NewRecorder(nil)}
	for _, id := range []string{"n1", "n2", "n3"} {
		w.disks[id] = newDisk()
	}
	var err error
	w.cluster, err = cluster.NewMemory(3, func(c *node.Config) {
		c.Shards, c.Stores, c.SubmitTimeout, c.ReadTimeout = 1, w.disks[c.ID].open, 800*time.Millisecond, 400*time.Millisecond
		c.WorthAnEntry = 1 // many entries under way, though the load is small
		if tune != nil {
			tune(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.leader("")
	return w
}

// found notes a promise that was broken in a way that no history shows.
func (w *world) found(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.findings = append(w.findings, fmt.Sprintf(format, args...))
}

// leader waits for one that is not the other.
func (w *world) leader(other string) string {
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Second)
	defer cancel()
	leader, err := w.cluster.AwaitLeader(ctx, room, other)
	if err != nil {
		w.found("Availability: no leader within 5 s")
		return "n1"
	}
	return leader
}

// followers are the nodes beside one, in random order.
func (w *world) followers(leader string) (a, b string) {
	var others []string
	for _, id := range w.cluster.IDs() {
		if id != leader {
			others = append(others, id)
		}
	}
	i := w.random.IntN(2)
	return others[i], others[1-i]
}

func (w *world) sleep(d time.Duration) { time.Sleep(d) } // virtual time

func (w *world) upTo(d time.Duration) { time.Sleep(time.Duration(w.random.Int64N(int64(d)))) } // virtual time

func (w *world) fault(id string, f fault.Fault) {
	if n := w.cluster.Node(id); n != nil {
		if _, err := n.Fault(f); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) isolate(id string) { w.fault(id, fault.Fault{Kind: fault.Isolate}) }
func (w *world) cut(id, peer string) {
	w.fault(id, fault.Fault{Kind: fault.Cut, Peers: []string{peer}})
}

func (w *world) mend(id string) {
	if n := w.cluster.Node(id); n != nil {
		n.Heal()
	}
}

func (w *world) heal() {
	for _, id := range w.cluster.IDs() {
		w.mend(id)
	}
}

// crash ends nodes at one moment, with the power of their disks: writes that have
// not ended are lost, and no message leaves any more.
func (w *world) crash(ids ...string) {
	for _, id := range ids {
		w.isolate(id)
		w.disks[id].powerLoss()
	}
	var down sync.WaitGroup
	for _, id := range ids {
		down.Go(func() { w.cluster.Crash(id) }) // that a disk was lost is no news
	}
	down.Wait()
}

// restart brings a node back, or says why it refuses.
func (w *world) restart(id string) error {
	w.disks[id].powerOn()
	return w.cluster.Restart(id)
}

// run sends and reads with some clients until finish.
func (w *world) run(senders, pipelines, readers int) {
	ctx, stop := context.WithCancel(w.t.Context())
	w.stop = stop
	for range senders {
		c := w.client("s")
		w.load.Go(func() { c.send(ctx) })
	}
	for range pipelines {
		c := w.client("p")
		w.load.Go(func() { c.pipeline(ctx) })
	}
	for range readers {
		c := w.client("r")
		w.load.Go(func() { c.read(ctx) })
	}
}

// finish mends everything, waits for the replicas to agree, reads them, and
// judges.
func (w *world) finish() check.Report {
	w.stop()
	w.load.Wait()
	w.heal()
	for _, d := range w.disks {
		d.mend()
	}
	w.sleep(time.Second) // what is still under way
	w.rest()
	for _, id := range w.cluster.IDs() {
		if n := w.cluster.Node(id); n != nil {
			w.readBack(id, n)
		}
	}
	w.cluster.Close()
	return check.Check(w.recorder.Events())
}

// rest waits until all replicas hold equally many messages, for a while: whether
// they are the same is the judge's business.
func (w *world) rest() {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		var lengths []uint64
		for _, id := range w.cluster.IDs() {
			if n := w.cluster.Node(id); n != nil {
				last, _ := n.Digest(room, 0)
				lengths = append(lengths, last)
			}
		}
		equal := true
		for _, l := range lengths {
			equal = equal && l == lengths[0]
		}
		if equal {
			return
		}
		time.Sleep(20 * time.Millisecond) // virtual time
	}
}

func (w *world) readBack(id string, n *node.Node) {
	op := w.recorder.Invoke(history.Event{Kind: history.Digest, Node: id, Conversation: room})
	last, digest := n.Digest(room, 0)
	w.recorder.Complete(op, history.Event{Type: history.OK, Seq: last, Digest: digest.String()})
	op = w.recorder.Invoke(history.Event{Kind: history.Read, Node: id, Conversation: room, Level: "local", Final: true})
	view, err := n.Read(w.t.Context(), node.ReadRequest{Conversation: room, Level: node.Local, Limit: 1 << 20})
	w.complete(op, view, err)
}

func (w *world) complete(op int, view order.View, err *node.Error) {
	if err != nil {
		w.recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		return
	}
	messages := make([]history.Message, len(view.Messages))
	for i, m := range view.Messages {
		messages[i] = history.Message{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch}
	}
	w.recorder.Complete(op, history.Event{Type: history.OK, Last: view.Last, Messages: messages})
}
