package lane

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"lockstep/prototype/order"
)

// Clock is one node's part of the multi-master lane of one shard. Its methods may
// be called from any goroutine.
type Clock struct {
	self   string          // this node and this life of it: a restart begins a new one
	peers  func() []string // the other replicas
	send   Send
	limit  int
	retain int // messages that are kept at least; 0 keeps all, up to the limit
	page   int // messages that are dropped, and told, at once

	mu     sync.Mutex
	turn   int   // counts the peers that were asked
	wall   int64 // of the newest stamp given or seen, milliseconds
	ticks  uint32
	rooms  map[string]*clockRoom
	kept   int                // messages
	bound  stamped            // the greatest stamp that was dropped
	sent   map[string]*origin // by name
	beyond map[string]map[uint64]*stamped
	heard  map[string]map[string]uint64 // by peer: what it told that it has
}

// stamped is a message with its place in the order of all times. Stamps of one
// origin increase, and origins differ, so no two messages have the same place.
// Nobody changes one that a lane keeps.
type stamped struct {
	Wall    int64
	Ticks   uint32
	Origin  string
	Number  uint64 // from 1, of the origin
	Command order.Command
}

func (a *stamped) compare(b *stamped) int {
	return cmp.Or(cmp.Compare(a.Wall, b.Wall), cmp.Compare(a.Ticks, b.Ticks), strings.Compare(a.Origin, b.Origin))
}

// clockRoom is one conversation, sorted by stamp. Of messages with the same id of
// the same sender the one with the smallest stamp counts.
type clockRoom struct {
	base   uint64 // messages that were dropped; all of them are older than those that are kept
	before order.Digest
	sorted []*stamped
	bytes  uint64 // of these; see order.Command.Bytes
	byID   map[clockID]*stamped
}

type clockID struct{ sender, id string }

func idOf(c *order.Command) clockID { return clockID{c.Sender, c.ID} }

// gossip is what nodes tell each other: messages, and how many of each origin the
// sender has.
type gossip struct {
	Messages []*stamped
	Have     map[string]uint64
	Ask      bool       // send me what I lack
	Base     *clockBase // what the sender has dropped; nil if the other one has all of it
}

const (
	clockPage = 256
	// maxDrift is how far ahead of this node's clock, in milliseconds, a stamp may
	// be and still move it. A message from further ahead is kept at its place, at
	// the end of everything, and does not drag the others along.
	maxDrift = 5_000
)

// NewClock is a lane that holds nothing. self must never have been used before.
func NewClock(self string, peers func() []string, send Send) *Clock {
	return &Clock{self: self, peers: peers, send: send, limit: laneLimit, page: clockPage, rooms: map[string]*clockRoom{},
		sent: map[string]*origin{}, beyond: map[string]map[uint64]*stamped{}, heard: map[string]map[string]uint64{}}
}

// Retain lets the lane drop old messages, as long as at least n are kept, so that it
// is never full. It is to be called before anything else. A message that comes to this
// node after newer ones were dropped is counted among those, and not shown.
func (c *Clock) Retain(n uint64) { c.retain = int(min(n, laneLimit)) }

// Submit accepts commands, whatever the others do. now is this node's clock in
// milliseconds, which may be wrong: that is what the lane is about.
func (c *Clock) Submit(now int64, commands []order.Command) (results []order.Result, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retain == 0 && c.kept+len(commands) > c.limit {
		return nil, false
	}
	var fresh []*stamped
	for _, command := range commands {
		if known, ok := c.room(command.Conversation).byID[idOf(&command)]; ok {
			r := order.Result{Seq: c.place(known), Duplicate: true}
			if known.Command.Body != command.Body {
				r = order.ConflictWith(r.Seq, 0, known.Command.Body)
			}
			results = append(results, r)
			continue
		}
		if c.ticks++; now > c.wall {
			c.wall, c.ticks = now, 0
		}
		m := &stamped{c.wall, c.ticks, c.self, c.origin(c.self).last() + 1, command}
		c.keep(m)
		fresh = append(fresh, m)
		results = append(results, order.Result{Seq: c.place(m)})
	}
	for _, p := range c.peers() {
		for page := range slices.Chunk(fresh, clockPage) {
			c.tell(p, gossip{Messages: page})
		}
	}
	c.drop()
	return results, true
}

func (c *Clock) origin(name string) *origin {
	o := c.sent[name]
	if o == nil {
		o = &origin{}
		c.sent[name] = o
	}
	return o
}

func (c *Clock) room(name string) *clockRoom {
	r := c.rooms[name]
	if r == nil {
		r = &clockRoom{byID: map[clockID]*stamped{}}
		c.rooms[name] = r
	}
	return r
}

// keep notes a message that is the next one of its origin.
func (c *Clock) keep(m *stamped) {
	o := c.origin(m.Origin)
	o.kept = append(o.kept, m)
	c.kept++
	r := c.room(m.Command.Conversation)
	if known, ok := r.byID[idOf(&m.Command)]; ok {
		if known.compare(m) <= 0 {
			return
		}
		r.remove(known)
	}
	r.byID[idOf(&m.Command)] = m
	r.sorted = slices.Insert(r.sorted, r.find(m), m)
	r.bytes += m.Command.Bytes()
	if m.compare(&c.bound) <= 0 {
		c.forget(o) // its place is among those that were dropped
	}
}

func (r *clockRoom) find(m *stamped) int {
	i, _ := slices.BinarySearchFunc(r.sorted, m, (*stamped).compare)
	return i
}

func (r *clockRoom) remove(m *stamped) {
	i := r.find(m)
	r.sorted = slices.Delete(r.sorted, i, i+1)
	r.bytes -= m.Command.Bytes()
}

// place is the seq of a message at this moment.
func (c *Clock) place(m *stamped) uint64 {
	r := c.room(m.Command.Conversation)
	return r.base + uint64(r.find(m)) + 1
}

func (c *Clock) tell(to string, g gossip) {
	c.send(to, g.append(nil))
}

// Tick asks one peer for what is missing here, each in turn. It is called some
// twenty times a second.
func (c *Clock) Tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if peers := c.peers(); len(peers) > 0 {
		c.turn++
		c.tell(peers[c.turn%len(peers)], gossip{Have: c.have(), Ask: true})
	}
}

func (c *Clock) have() map[string]uint64 {
	have := make(map[string]uint64, len(c.sent))
	for name, o := range c.sent {
		have[name] = o.last()
	}
	return have
}

// Receive takes a message of another node. now is this node's clock.
func (c *Clock) Receive(now int64, from string, payload []byte) {
	g, err := decodeGossip(payload)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.Base != nil {
		c.adopt(g.Base)
	}
	for _, m := range g.Messages {
		c.learn(now, m)
	}
	if g.Ask {
		c.heard[from] = g.Have
	}
	c.drop()
	if !g.Ask {
		return
	}
	var answer gossip
	for name, o := range c.sent {
		n := g.Have[name]
		if n < o.floor {
			answer.Base = c.base()
		}
		if n < o.last() {
			answer.Messages = append(answer.Messages, o.kept[max(n, o.floor)-o.floor:]...)
		}
	}
	if len(answer.Messages) > clockPage {
		answer.Messages = answer.Messages[:clockPage] // the rest at the next tick
	}
	if len(answer.Messages) > 0 || answer.Base != nil {
		c.tell(from, answer)
	}
}

// learn keeps a message of another node, once, in the order of its origin.
func (c *Clock) learn(now int64, m *stamped) {
	next := c.origin(m.Origin).last() + 1
	if m.Number < next || c.retain == 0 && c.kept >= c.limit || m.Number > next+uint64(c.limit) || m.Origin == c.self {
		return
	}
	if m.Wall <= now+maxDrift && (m.Wall > c.wall || m.Wall == c.wall && m.Ticks > c.ticks) {
		c.wall, c.ticks = m.Wall, m.Ticks
	}
	if m.Number > next {
		if c.beyond[m.Origin] == nil {
			c.beyond[m.Origin] = map[uint64]*stamped{}
		}
		if len(c.beyond[m.Origin]) < clockPage*4 {
			c.beyond[m.Origin][m.Number] = m
		}
		return
	}
	c.keep(m)
	c.follow(m.Origin)
}

// follow keeps what came before its turn and has it now.
func (c *Clock) follow(origin string) {
	for {
		next := c.origin(origin).last() + 1
		m := c.beyond[origin][next]
		if m == nil {
			return
		}
		delete(c.beyond[origin], next)
		c.keep(m)
	}
}

// Read gives messages in the order of this moment.
func (c *Clock) Read(conversation string, after uint64, limit int) order.View {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rooms[conversation]
	if r == nil {
		return order.View{First: 1}
	}
	view := order.View{First: r.base + 1, Last: r.base + uint64(len(r.sorted)), Begun: true, Bytes: r.bytes}
	if after < r.base || after >= view.Last || limit <= 0 {
		return view
	}
	sorted := r.sorted[after-r.base:]
	view.Messages = make([]order.Message, 0, min(limit, len(sorted)))
	for i, m := range sorted[:min(limit, len(sorted))] {
		view.Messages = append(view.Messages, order.Message{Seq: after + uint64(i) + 1, ID: m.Command.ID, Sender: m.Command.Sender, Body: m.Command.Body, Time: m.Wall})
	}
	return view
}

// Digest covers the messages up to a seq of this moment, or to the end, with their
// stamps, which are their order. That at a seq that was dropped is gone with it, and the
// one of all that were dropped is given for it.
func (c *Clock) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rooms[conversation]
	if r == nil {
		return 0, order.Digest{}
	}
	n := r.base + uint64(len(r.sorted))
	if upto > 0 {
		n = max(min(n, upto), r.base)
	}
	d := r.before
	for _, m := range r.sorted[:n-r.base] {
		add(&d, m.mark())
	}
	return n, d
}

// Conversations counts those that this node has.
func (c *Clock) Conversations() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.rooms)
}
