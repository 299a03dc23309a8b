package lane

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"lockstep/prototype/order"
)

// Clock is one node's part of the multi-master lane of one shard. Its methods may
// be called from any goroutine.
type Clock struct {
	origin string          // this node and this life of it: a restart begins a new one
	peers  func() []string // the other replicas
	send   Send
	limit  int

	mu     sync.Mutex
	turn   int   // counts the peers that were asked
	wall   int64 // of the newest stamp given or seen, milliseconds
	ticks  uint32
	rooms  map[string]*clockRoom
	count  int
	sent   map[string][]*stamped // by origin: its messages, in the order of their numbers from 1
	beyond map[string]map[uint64]*stamped
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
	sorted []*stamped
	byID   map[clockID]*stamped
}

type clockID struct{ sender, id string }

func idOf(c *order.Command) clockID { return clockID{c.Sender, c.ID} }

// gossip is what nodes tell each other: messages, and how many of each origin the
// sender has.
type gossip struct {
	Messages []*stamped
	Have     map[string]uint64
	Ask      bool // send me what I lack
}

const (
	clockPage = 256
	// maxDrift is how far ahead of this node's clock, in milliseconds, a stamp may
	// be and still move it. A message from further ahead is kept at its place, at
	// the end of everything, and does not drag the others along.
	maxDrift = 5_000
)

// NewClock is a lane that holds nothing. origin must never have been used before.
func NewClock(origin string, peers func() []string, send Send) *Clock {
	return &Clock{origin: origin, peers: peers, send: send, limit: laneLimit, rooms: map[string]*clockRoom{},
		sent: map[string][]*stamped{}, beyond: map[string]map[uint64]*stamped{}}
}

// Submit accepts commands, whatever the others do. now is this node's clock in
// milliseconds, which may be wrong: that is what the lane is about.
func (c *Clock) Submit(now int64, commands []order.Command) (results []order.Result, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count+len(commands) > c.limit {
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
		m := &stamped{c.wall, c.ticks, c.origin, uint64(len(c.sent[c.origin]) + 1), command}
		c.keep(m)
		fresh = append(fresh, m)
		results = append(results, order.Result{Seq: c.place(m)})
	}
	for _, p := range c.peers() {
		for page := range slices.Chunk(fresh, clockPage) {
			c.tell(p, gossip{Messages: page})
		}
	}
	return results, true
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
	c.sent[m.Origin] = append(c.sent[m.Origin], m)
	c.count++
	r := c.room(m.Command.Conversation)
	if known, ok := r.byID[idOf(&m.Command)]; ok {
		if known.compare(m) <= 0 {
			return
		}
		i, _ := slices.BinarySearchFunc(r.sorted, known, (*stamped).compare)
		r.sorted = slices.Delete(r.sorted, i, i+1)
	}
	r.byID[idOf(&m.Command)] = m
	i, _ := slices.BinarySearchFunc(r.sorted, m, (*stamped).compare)
	r.sorted = slices.Insert(r.sorted, i, m)
}

// place is the seq of a message at this moment.
func (c *Clock) place(m *stamped) uint64 {
	i, _ := slices.BinarySearchFunc(c.room(m.Command.Conversation).sorted, m, (*stamped).compare)
	return uint64(i + 1)
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
	for origin, list := range c.sent {
		have[origin] = uint64(len(list))
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
	for _, m := range g.Messages {
		c.learn(now, m)
	}
	if !g.Ask {
		return
	}
	var missing []*stamped
	for origin, list := range c.sent {
		if n := g.Have[origin]; n < uint64(len(list)) {
			missing = append(missing, list[n:]...)
		}
	}
	if len(missing) > clockPage {
		missing = missing[:clockPage] // the rest at the next tick
	}
	if len(missing) > 0 {
		c.tell(from, gossip{Messages: missing})
	}
}

// learn keeps a message of another node, once, in the order of its origin.
func (c *Clock) learn(now int64, m *stamped) {
	next := uint64(len(c.sent[m.Origin]) + 1)
	if m.Number < next || c.count >= c.limit || m.Number > next+uint64(c.limit) || m.Origin == c.origin {
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
	for m != nil {
		c.keep(m)
		m = c.beyond[m.Origin][m.Number+1]
		if m != nil {
			delete(c.beyond[m.Origin], m.Number)
		}
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
	view := order.View{First: 1, Last: uint64(len(r.sorted))}
	view.Messages = make([]order.Message, 0, min(uint64(max(limit, 0)), view.Last-min(after, view.Last)))
	for i := after; i < view.Last && len(view.Messages) < limit; i++ {
		m := r.sorted[i]
		view.Messages = append(view.Messages, order.Message{Seq: i + 1, ID: m.Command.ID, Sender: m.Command.Sender, Body: m.Command.Body, Time: m.Wall})
	}
	return view
}

// Digest is a hash chain over the ids and texts in the order of this moment.
func (c *Clock) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rooms[conversation]
	if r == nil {
		return 0, order.Digest{}
	}
	n := uint64(len(r.sorted))
	if upto > 0 {
		n = min(n, upto)
	}
	var d order.Digest
	for _, m := range r.sorted[:n] {
		text, _ := json.Marshal(m.Command) // strings and numbers
		d = sha256.Sum256(append(d[:], text...))
	}
	return n, d
}
