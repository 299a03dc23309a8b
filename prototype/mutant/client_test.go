package mutant_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/history"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// client is one session. It belongs to one goroutine.
type client struct {
	*world
	name         string
	random       *rand.Rand
	life, number int
	seen         uint64
	acknowledged []string
}

func (w *world) client(name string) *client {
	hash := uint64(0)
	for _, r := range name {
		hash = hash*31 + uint64(r)
	}
	w.clients++
	return &client{world: w, name: fmt.Sprintf("%s%d", name, w.clients), random: rand.New(rand.NewPCG(w.seed, hash))}
}

func (c *client) session() string { return fmt.Sprintf("%s.%d", c.name, c.life) }

func (c *client) next() order.Command {
	c.number++
	id := fmt.Sprintf("%s-%d", c.session(), c.number)
	return order.Command{Conversation: room, ID: id, Sender: c.session(), Body: "the body of " + id}
}

func (c *client) pause(d time.Duration) {
	time.Sleep(time.Duration(c.random.Int64N(int64(d))) * max(1, c.slowly)) // virtual time
}

func (c *client) node() (string, *node.Node) {
	id := c.cluster.IDs()[c.random.IntN(3)]
	return id, c.cluster.Node(id)
}

func (c *client) invoke(id string, m order.Command) int {
	return c.recorder.Invoke(history.Event{Kind: history.Send, Node: id, Conversation: room, ID: m.ID, Sender: m.Sender, Body: m.Body})
}

// ended notes how an attempt ended.
func (c *client) ended(op int, results []order.Result, err *node.Error) (outcome history.Type) {
	switch {
	case err == nil && results[0].Rejected != 0:
		c.recorder.Complete(op, history.Event{Type: history.Fail, Error: results[0].Rejected.String()})
		return history.Fail
	case err == nil:
		r := results[0]
		c.recorder.Complete(op, history.Event{Type: history.OK, Seq: r.Seq, Epoch: r.Epoch, Duplicate: r.Duplicate})
		c.seen = max(c.seen, r.Seq)
		return history.OK
	case err.Outcome == node.Fail:
		c.recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		return history.Fail
	}
	c.recorder.Complete(op, history.Event{Type: history.Info, Error: err.Error()})
	return history.Info
}

// send sends one message after the other, each until it is acknowledged or has
// been refused for too long; and now and then an old one again.
func (c *client) send(ctx context.Context) {
	for ctx.Err() == nil {
		m := c.next()
		if n := len(c.acknowledged); n > 0 && c.random.IntN(20) == 0 {
			c.number--
			m = order.Command{Conversation: room, ID: c.acknowledged[c.random.IntN(n)], Sender: c.session()}
			m.Body = "the body of " + m.ID
		}
		c.pursue(ctx, m)
		c.pause(8 * time.Millisecond)
	}
}

func (c *client) pursue(ctx context.Context, m order.Command) {
	maybe := false
	for range 40 {
		id, n := c.node()
		if n == nil {
			c.pause(5 * time.Millisecond)
			continue
		}
		op := c.invoke(id, m)
		results, err := n.Submit(context.WithoutCancel(ctx), room, []order.Command{m})
		switch c.ended(op, results, err) {
		case history.OK:
			c.acknowledged = append(c.acknowledged, m.ID)
			return
		case history.Info:
			maybe = true
		}
		if ctx.Err() != nil {
			break
		}
		c.pause(20 * time.Millisecond)
	}
	if maybe {
		c.life, c.number, c.acknowledged = c.life+1, 0, nil
	}
}

// pipeline sends a few messages at a time without waiting for the answers, and
// never again what may have been ordered.
func (c *client) pipeline(ctx context.Context) {
	for ctx.Err() == nil {
		id, n := c.node()
		if n == nil {
			c.pause(10 * time.Millisecond)
			continue
		}
		type attempt struct {
			op   int
			wait func(context.Context) ([]order.Result, *node.Error)
		}
		var attempts []attempt
		for range 1 + c.random.IntN(4) {
			m := c.next()
			attempts = append(attempts, attempt{c.invoke(id, m), n.SubmitLater(room, []order.Command{m})})
		}
		for _, a := range attempts {
			results, err := a.wait(context.WithoutCancel(ctx))
			if c.ended(a.op, results, err) == history.Info {
				c.life, c.number = c.life+1, 0
			}
		}
		c.pause(10 * time.Millisecond)
	}
}

// read reads at every level, at random nodes, as fast as answers come.
func (c *client) read(ctx context.Context) {
	levels := []node.Level{node.Linearizable, node.Leader, node.Session, node.Local}
	for ctx.Err() == nil {
		c.readOnce(ctx, levels[c.random.IntN(len(levels))])
		c.pause(3 * time.Millisecond)
	}
}

func (c *client) readOnce(ctx context.Context, level node.Level) {
	id, n := c.node()
	c.readAt(ctx, id, n, level)
}

func (c *client) readAt(ctx context.Context, id string, n *node.Node, level node.Level) {
	const overlap = 4
	if n == nil {
		return // it is down
	}
	r := node.ReadRequest{Conversation: room, After: max(c.seen, overlap) - overlap, Limit: 20, Level: level}
	if level == node.Session {
		r.MinSeq = c.seen
	}
	op := c.recorder.Invoke(history.Event{Kind: history.Read, Node: id, Conversation: room, Sender: c.session(),
		Level: string(level), After: r.After, Limit: r.Limit, MinSeq: r.MinSeq})
	view, err := n.Read(context.WithoutCancel(ctx), r)
	c.complete(op, view, err)
	if k := len(view.Messages); err == nil && k > 0 {
		c.seen = max(c.seen, view.Messages[k-1].Seq)
	}
}
