package lane

import (
	"sync"

	"lockstep/prototype/order"
)

// Send passes a one-way message to another node. It may be lost.
type Send func(to string, payload []byte)

// Leader is one node's part of the asynchronous lane of one shard. Its methods
// may be called from any goroutine.
type Leader struct {
	self  string
	peers func() []string // the other replicas
	send  Send
	limit int

	mu      sync.Mutex
	epoch   uint64 // the newest that this node has heard of
	leader  string // of that epoch; "" if unknown
	log     []leaderEntry
	machine *order.Machine
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
}

const (
	leaderPage = 256 // entries in one message
	// laneLimit bounds a lane of a shard, in messages.
	laneLimit = 200_000
)

// NewLeader is a lane that holds nothing.
func NewLeader(self string, peers func() []string, send Send) *Leader {
	return &Leader{self: self, peers: peers, send: send, limit: laneLimit, machine: order.New(), have: map[string]int{}}
}

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
		l.have[p] = len(l.log)
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
	if l.leader != l.self || len(l.log)+len(commands) > l.limit {
		return nil, false
	}
	for _, c := range commands {
		results = append(results, l.apply(leaderEntry{l.epoch, now, c})...)
	}
	for _, p := range l.peers() {
		l.push(p)
	}
	return results, true
}

func (l *Leader) apply(e leaderEntry) []order.Result {
	l.log = append(l.log, e)
	return l.machine.Apply(uint64(len(l.log)), e.Epoch, order.Batch{Time: e.Time, Rules: order.OncePerSender, Commands: []order.Command{e.Command}})
}

// push sends a follower what it is believed to lack, and believes that it
// arrives. l.mu is held.
func (l *Leader) push(to string) {
	from := min(l.have[to], len(l.log))
	m := leaderMessage{Epoch: l.epoch, Leader: l.self, From: from, Length: len(l.log), Entries: l.log[from:min(len(l.log), from+leaderPage)]}
	if from > 0 {
		m.Before = l.log[from-1].Epoch
	}
	l.have[to] = from + len(m.Entries)
	l.post(to, m)
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
	}
	switch {
	case m.Answer:
		if l.leader == l.self && m.Epoch == l.epoch {
			l.have[from] = m.Have
			if m.Have < len(l.log) {
				l.push(from)
			}
		}
	case m.Epoch < l.epoch:
		// The sender does not know yet that it leads no more.
		l.post(from, leaderMessage{Epoch: l.epoch, Leader: l.leader, Answer: true})
	case m.Leader == from && from == l.leader:
		l.follow(from, m)
	}
}

// follow takes over the leader's log, whatever this node had instead.
func (l *Leader) follow(from string, m leaderMessage) {
	answer := leaderMessage{Epoch: l.epoch, Leader: l.leader, Answer: true}
	if m.From > len(l.log) || m.From > 0 && l.log[m.From-1].Epoch != m.Before {
		// The logs part before that place. Epochs never decrease along a log, so they
		// agree nowhere behind the last entry of an epoch up to the leader's.
		have := min(m.From, len(l.log))
		for have > 0 && (have == m.From || l.log[have-1].Epoch > m.Before) {
			have--
		}
		answer.Have = have
		l.post(from, answer)
		return
	}
	for i, e := range m.Entries {
		at := m.From + i
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
	if end := m.From + len(m.Entries); end == m.Length && len(l.log) > end && l.log[end].Epoch < m.Epoch {
		l.truncate(end)
	}
	answer.Have = m.From + len(m.Entries)
	if len(m.Entries) > 0 {
		l.post(from, answer)
	}
}

// truncate throws a fork away: the messages that nobody else will ever see.
func (l *Leader) truncate(length int) {
	kept := l.log[:length]
	l.log, l.machine = nil, order.New()
	for _, e := range kept {
		l.apply(e)
	}
}

// Read and Digest are those of the order that this node has at the moment.
func (l *Leader) Read(conversation string, after uint64, limit int) order.View {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.machine.Read(conversation, after, limit)
}

func (l *Leader) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.machine.Digest(conversation, upto)
}
