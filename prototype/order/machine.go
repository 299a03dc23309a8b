package order

import (
	"sync"

	"lockstep/prototype/mutant"
)

// Machine holds the conversations of one shard.
//
// One goroutine applies; any number may read at the same time. Apply must see
// the entries in log order, each once, which is what a Raft library promises its
// state machine.
type Machine struct {
	mu            sync.RWMutex
	index         uint64 // of the newest applied entry
	conversations map[string]*conversation
}

// conversation is append-only: a message, once placed, is never touched again,
// so a reader may keep a slice of messages after the lock is released.
//
// Invariants: messages[i].Seq == i+1; digests[i] covers messages[:i+1];
// seqs holds exactly the ids of messages.
type conversation struct {
	messages []Message
	digests  []Digest
	seqs     map[string]uint64
}

// New is a machine that has applied nothing.
func New() *Machine {
	return &Machine{conversations: make(map[string]*conversation)}
}

// Apply orders the commands of one committed entry and says what became of
// each, in the order of the batch. Epoch is the term of the entry.
func (m *Machine) Apply(index, epoch uint64, batch Batch) []Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = index
	results := make([]Result, len(batch.Commands))
	for i, command := range batch.Commands {
		results[i] = m.conversation(command.Conversation).place(command, epoch, batch.Time)
	}
	return results
}

// Skip notes an entry that carries no commands: a barrier, a configuration.
func (m *Machine) Skip(index uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = index
}

func (m *Machine) conversation(name string) *conversation {
	c := m.conversations[name]
	if c == nil {
		c = &conversation{seqs: make(map[string]uint64)}
		m.conversations[name] = c
	}
	return c
}

func (c *conversation) place(command Command, epoch uint64, time int64) Result {
	if seq, ok := c.seqs[command.ID]; ok && !mutant.On(mutant.NoDedupe) {
		return Result{Seq: seq, Epoch: c.messages[seq-1].Epoch, Duplicate: true}
	}
	// A new leader's clock may be behind the old one's. What people see next to
	// a message should still not run backwards.
	if n := len(c.messages); n > 0 && time < c.messages[n-1].Time {
		time = c.messages[n-1].Time
	}
	c.append(Message{
		Seq: uint64(len(c.messages)) + 1, ID: command.ID, Sender: command.Sender, Body: command.Body,
		Epoch: epoch, Time: time,
	})
	return Result{Seq: uint64(len(c.messages)), Epoch: epoch}
}

func (c *conversation) append(message Message) {
	c.messages = append(c.messages, message)
	c.digests = append(c.digests, c.digest(len(c.digests)).next(message))
	c.seqs[message.ID] = message.Seq
}

// digest covers the first n messages.
func (c *conversation) digest(n int) Digest {
	if n == 0 {
		return Digest{}
	}
	return c.digests[n-1]
}
