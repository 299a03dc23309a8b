package mutant_test

import (
	"context"
	"fmt"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// fullMemory fills the memory of ids with both kinds and then sends the first ones
// again, with their own text and with another.
var fullMemory = scenario{name: "the memory of ids is full", tune: func(c *node.Config) { c.IDMemory = 64 << 10 }, play: func(w *world) {
	w.run(0, 0, 0)
	c := w.client("i")
	began := time.Now()
	timed := func(i int) string {
		ms := began.Add(time.Duration(i) * 10 * time.Millisecond).UnixMilli()
		return fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, i)
	}
	plain := func(i int) string { return fmt.Sprint("plain", i) }
	for i := range 1000 {
		c.say(timed(i), "x")
		c.say(plain(i), "x")
		w.sleep(10 * time.Millisecond)
	}
	for _, id := range []string{timed(0), plain(0), timed(999), plain(1)} {
		c.say(id, "x")
		c.say(id, "y")
	}
}}

func (c *client) say(id, body string) {
	at, n := c.node()
	m := order.Command{Conversation: room, ID: id, Sender: c.session(), Body: body}
	op := c.invoke(at, m)
	results, err := n.Submit(context.WithoutCancel(c.t.Context()), room, []order.Command{m})
	c.ended(op, results, err)
}
