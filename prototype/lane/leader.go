package lane

import (
	"maps"
	"slices"
	"sync"

	"lockstep/prototype/order"
)

// Send passes a one-way message to another node. It may be lost.
type Send func(to string, payload []byte)

// Leader is one node's part of the asynchronous lane of one shard. Its methods
// may be called from any goroutine.
//
// It keeps the newest part of its log and counts what was before. A follower whose own
// log does not reach that part takes the count over with it: then it holds what its
// leader holds, as it would have if it had got every entry.
type Leader struct {
	self   string
	peers  func() []string // the other replicas
	send   Send
	limit  int
	retain int // entries that are kept at least; 0 keeps all, up to the limit
	page   int // entries that are dropped, and told, at once

	mu      sync.Mutex
	epoch   uint64 // the newest that this node has heard of
	leader  string // of that epoch; "" if unknown
	dropped int    // entries before the log
	before  uint64 // the epoch of the newest of those
	log     []*placed
	rooms   map[string]*room
	have    map[string]int // by peer: how long the common log is, as far as known; the leader's view
}

// leaderEntry is one message as the leader of an epoch took it.
type leaderEntry struct {
	Epoch   uint64
	Time    int64
	Command order.Command
}

// leaderMessage goes from a leader to a follower, or back.
type leaderMessage struct {
	Epoch   uint64
	Leader  string // who leads in Epoch
	From    int    // the place in the log behind which Entries begin
	Before  uint64 // the epoch of the entry at From; 0 if From is 0
	Entries []leaderEntry
	Length  int // of the leader's log
	Answer  bool
	Have    int // of an answer: how long the log is that both share
	// Base is what the entries up to From came to, where the leader keeps none of them.
	Base []leaderBase
}

// leaderBase is what was dropped of a conversation.
type leaderBase struct {
	Name   string
	Count  uint64
	Digest order.Digest
}

const (
	leaderPage = 256 // entries in one message
	// laneLimit bounds a lane of a shard, in messages.
	laneLimit = 200_000
)

// NewLeader is a lane that holds nothing.
func NewLeader(self string, peers func() []string, send Send) *Leader {
	return &Leader{self: self, peers: peers, send: send, limit: laneLimit, page: leaderPage, rooms: map[string]*room{}, have: map[string]int{}}
}

// Retain lets the lane drop old messages, as long as at least n are kept, so that it
// is never full. It is to be called before anything else.
func (l *Leader) Retain(n uint64) { l.retain = int(min(n, laneLimit)) }

// Lead tells the node that it leads from this epoch on. Epochs are the terms of
// the shard's consensus, so there is one leader in each. It goes on from the log
// that it has: what an earlier leader had not passed on to it is lost.
func (l *Leader) Lead(epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch <= l.epoch {
		return
	}
	l.epoch, l.leader = epoch, l.self
	clear(l.have)
	for _, p := range l.peers() {
		l.have[p] = l.length()
		l.push(p)
	}
}

// Leading names the leader that this node believes in, and its epoch.
func (l *Leader) Leading() (leader string, epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leader, l.epoch
}

// Submit orders commands if this node believes to lead. It says so even if others
// have long elected a successor of whom it has not heard.
func (l *Leader) Submit(now int64, commands []order.Command) (results []order.Result, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leader != l.self || l.retain == 0 && len(l.log)+len(commands) > l.limit {
		return nil, false
	}
	for _, c := range commands {
		results = append(results, l.apply(leaderEntry{l.epoch, now, c}))
	}
	for _, p := range l.peers() {
		l.push(p)
	}
	l.drop()
	return results, true
}

// length is that of the log with what was dropped of it.
func (l *Leader) length() int { return l.dropped + len(l.log) }

// epochAt is the epoch of the entry at a place from dropped on; 0 at 0.
func (l *Leader) epochAt(place int) uint64 {
	if place == l.dropped {
		return l.before
	}
	return l.log[place-l.dropped-1].Epoch
}

func (l *Leader) room(name string) *room {
	r := l.rooms[name]
	if r == nil {
		r = newRoom(name)
		l.rooms[name] = r
	}
	return r
}

func (l *Leader) apply(e leaderEntry) order.Result {
	p := &placed{leaderEntry: e}
	l.log = append(l.log, p)
	return l.room(e.Command.Conversation).place(p)
}

// drop forgets the oldest entries, a page at a time.
func (l *Leader) drop() {
	for l.retain > 0 && len(l.log) >= l.retain+l.page {
		for _, p := range l.log[:l.page] {
			if p.seq > 0 {
				l.rooms[p.Command.Conversation].drop()
			}
		}
		l.dropped, l.before = l.dropped+l.page, l.log[l.page-1].Epoch
		l.log = slices.Clone(l.log[l.page:])
		for _, r := range l.rooms {
			r.trim()
		}
	}
}

// push sends a follower what it is believed to lack, and believes that it
// arrives. l.mu is held.
func (l *Leader) push(to string) {
	from := max(min(l.have[to], l.length()), l.dropped)
	m := leaderMessage{Epoch: l.epoch, Leader: l.self, From: from, Before: l.epochAt(from), Length: l.length()}
	if l.have[to] < l.dropped {
		m.Base = l.base()
	}
	for _, p := range l.log[from-l.dropped : min(len(l.log), from-l.dropped+l.page)] {
		m.Entries = append(m.Entries, p.leaderEntry)
	}
	l.have[to] = from + len(m.Entries)
	l.post(to, m)
}

// base is what the dropped entries came to.
func (l *Leader) base() (list []leaderBase) {
	for _, name := range slices.Sorted(maps.Keys(l.rooms)) {
		if r := l.rooms[name]; r.base > 0 {
			list = append(list, leaderBase{name, r.base, r.before})
		}
	}
	return list
}

func (l *Leader) post(to string, m leaderMessage) {
	l.send(to, m.append(nil))
}

// Tick sends again what may have been lost. It is called a few times a second.
func (l *Leader) Tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leader != l.self {
		return
	}
	for _, p := range l.peers() {
		l.push(p)
	}
}

// Receive takes a message of another node. What makes no sense is ignored.
func (l *Leader) Receive(from string, payload []byte) {
	m, err := decodeLeader(payload)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Epoch > l.epoch {
		l.epoch, l.leader = m.Epoch, m.Leader
		if l.leader == l.self {
			l.leader = "" // it led in an earlier life, of which it has nothing
		}
	}
	switch {
	case m.Answer:
		if l.leader == l.self && m.Epoch == l.epoch {
			l.have[from] = m.Have
			if m.Have < l.length() {
				l.push(from)
			}
		}
	case m.Epoch < l.epoch:
		// The sender does not know yet that it leads no more.
		l.post(from, leaderMessage{Epoch: l.epoch, Leader: l.leader, Answer: true})
	case m.Leader == from && from == l.leader:
		l.follow(from, m)
		l.drop()
	}
}

// follow takes over the leader's log, whatever this node had instead.
func (l *Leader) follow(from string, m leaderMessage) {
	answer := leaderMessage{Epoch: l.epoch, Leader: l.leader, Answer: true}
	if end := m.From + len(m.Entries); m.From < l.dropped {
		// An entry has the same ones before it in every log that holds it. So the one at
		// the place up to which this node dropped tells whether it dropped the leader's.
		shorter := m.Length < l.dropped && l.before < m.Epoch // the leader never had what this node dropped
		if end < l.dropped && !shorter {
			return // it is late
		}
		if shorter || m.Entries[l.dropped-m.From-1].Epoch != l.before {
			l.begin(0, 0, nil)
			l.post(from, answer)
			return
		}
		m.Before, m.Entries, m.From, m.Base = l.before, m.Entries[l.dropped-m.From:], l.dropped, nil
	}
	if m.From > l.length() || l.epochAt(m.From) != m.Before {
		if m.Base == nil {
			answer.Have = l.shared(m)
			l.post(from, answer)
			return
		}
		l.begin(m.From, m.Before, m.Base)
	}
	for i, e := range m.Entries {
		at := m.From + i - l.dropped
		if at < len(l.log) && l.log[at].Epoch == e.Epoch && l.log[at].Command == e.Command {
			continue
		}
		if at < len(l.log) {
			l.truncate(at)
		}
		l.apply(e)
	}
	// What this node has behind the leader's end was taken by an earlier leader and
	// passed on to nobody who counts.
	end := m.From + len(m.Entries)
	if at := end - l.dropped; end == m.Length && len(l.log) > at && l.log[at].Epoch < m.Epoch {
		l.truncate(at)
	}
	answer.Have = end
	if len(m.Entries) > 0 {
		l.post(from, answer)
	}
}

// shared is how long the log is that this node may have in common with its leader. The
// two part before a message's place. Epochs never decrease along a log, so they agree
// nowhere behind the last entry of an epoch up to the leader's.
func (l *Leader) shared(m leaderMessage) int {
	have := min(m.From, l.length())
	for have > l.dropped && (have == m.From || l.epochAt(have) > m.Before) {
		have--
	}
	if l.dropped > 0 && have == l.dropped && (have == m.From || l.before > m.Before) {
		l.begin(0, 0, nil) // they part in what was dropped
		return 0
	}
	return have
}

// begin throws everything away, and goes on behind a place where others keep no
// entries any more.
func (l *Leader) begin(dropped int, before uint64, base []leaderBase) {
	l.dropped, l.before, l.log, l.rooms = dropped, before, nil, map[string]*room{}
	for _, b := range base {
		r := l.room(b.Name)
		r.base, r.before = b.Count, b.Digest
	}
}

// truncate throws a fork away, from an entry of the log on: the messages that nobody
// else will ever see.
func (l *Leader) truncate(at int) {
	for _, p := range slices.Backward(l.log[at:]) {
		if p.seq > 0 {
			l.rooms[p.Command.Conversation].takeBack()
		}
	}
	clear(l.log[at:])
	l.log = l.log[:at]
}

// Read and Digest are those of the order that this node has at the moment.
func (l *Leader) Read(conversation string, after uint64, limit int) order.View {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.rooms[conversation]; r != nil {
		return r.read(after, limit)
	}
	return order.View{First: 1}
}

func (l *Leader) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.rooms[conversation]; r != nil {
		return r.digest(upto)
	}
	return 0, order.Digest{}
}

// Conversations counts those that this node has.
func (l *Leader) Conversations() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.rooms)
}
