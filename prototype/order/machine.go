package order

import (
	"sync"
	"sync/atomic"
)

// Machine holds the conversations of one shard.
//
// One goroutine applies; any number may read at the same time. Apply must see
// the entries in log order, each once, which is what a Raft library promises its
// state machine.
//
// A message is told from another by its sender and its id, for as long as the id is
// remembered; what is no longer is refused, and never ordered again. A machine
// begins with the first [Rules], under which an id is the conversation's and is
// known for as long as its message is retained. A message of a session is told by
// its number, too, for as long as the session lives: number n is ordered after n-1 and before n+1, or is rejected
// and has no effect. So a sender who has several messages under way keeps their
// order through any retries, which ids alone cannot give.
type Machine struct {
	limits limits

	mu            sync.RWMutex
	index         uint64 // of the newest applied entry
	conversations map[string]*conversation
	fingerprint   Fingerprint
	rules         Rules
	ids           *idMemory
	labels        labeller
	inForce       atomic.Pointer[inForce]
}

// New is a machine that has applied nothing.
func New() *Machine { return newMachine(defaultLimits) }

func newMachine(l limits) *Machine {
	m := &Machine{limits: l, conversations: make(map[string]*conversation), rules: FirstRules, ids: newIDMemory()}
	m.tell()
	return m
}

// Apply orders the commands of one committed entry and says what became of
// each, in the order of the batch. Epoch is the term of the entry.
func (m *Machine) Apply(index, epoch uint64, batch Batch) []Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = index
	m.adopt(&batch)
	results := make([]Result, len(batch.Commands))
	var c *conversation
	for i := range batch.Commands {
		command := &batch.Commands[i]
		if i%labelsAhead == 0 {
			m.labelNext(batch.Commands[i:])
		}
		of := m.labels.next[i%labelsAhead]
		if i == 0 || command.Conversation != batch.Commands[i-1].Conversation {
			if c != nil {
				m.leave(batch.Commands[i-1].Conversation, c, batch.Retain)
			}
			c = m.conversation(command.Conversation)
		}
		switch {
		case c == nil:
			results[i].Rejected = TooManyConversations
		case command.Register:
			results[i] = m.register(c, sessionID(index, i), command.Sender, batch.Time, index)
		case command.Number > 0:
			results[i] = m.placeNumbered(c, command, of, index, epoch, batch.Time)
		case m.rules >= OncePerSender:
			results[i] = m.placeOnce(c, command, of, epoch, batch.Time)
		default:
			results[i] = c.place(command, epoch, batch.Time, m.limits)
		}
	}
	if c != nil {
		m.leave(batch.Commands[len(batch.Commands)-1].Conversation, c, batch.Retain)
	}
	return results
}

// leave ends a run of commands of one conversation.
func (m *Machine) leave(name string, c *conversation, retain uint64) {
	m.mix(name, c)
	c.forget(retain)
}

// sessionID is unique for the life of a shard: an entry and a place in it.
func sessionID(index uint64, place int) uint64 { return index<<16 | uint64(place) }

func (m *Machine) register(c *conversation, id uint64, sender string, now int64, index uint64) Result {
	if !c.admit(sender, m.limits) {
		return Result{Rejected: TooManySenders}
	}
	c.open(id, sender, now, index, m.limits)
	return Result{Session: id}
}

func (m *Machine) placeNumbered(c *conversation, command *Command, of label, index, epoch uint64, now int64) Result {
	s := c.session(command.Session, now, m.limits.idle.Milliseconds())
	if s == nil || s.sender != command.Sender {
		return Result{Rejected: SessionExpired}
	}
	s.used, s.lastUsedIndex = max(s.used, now), index
	r, next := s.lookup(command.Number, of)
	switch {
	case r.Rejected == Conflict:
		r.Hash = c.hashOf(r.Seq)
	case !next:
	case m.rules >= OncePerSender:
		r = m.placeOnce(c, command, of, epoch, now)
	default:
		r = c.place(command, epoch, now, m.limits)
	}
	if next && r.Rejected == 0 {
		s.note(command.Number, of, r)
	}
	return r
}

// Skip notes an entry that carries no commands: a barrier, a configuration.
func (m *Machine) Skip(index uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = index
}

// conversation finds or makes one, or gives nil if there is no room.
func (m *Machine) conversation(name string) *conversation {
	c := m.conversations[name]
	if c == nil && len(m.conversations) < m.limits.conversations {
		c = newConversation(m.rules)
		m.conversations[name] = c
	}
	return c
}
