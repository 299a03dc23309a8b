package order

import (
	"cmp"
	"slices"
)

// Rules are what Apply makes of an entry. A log may hold entries of several
// versions of this program, and each replica must make the same of each; so new
// rules hold from an entry that says so, and old ones are carried out exactly for
// what stands before it. There is no way back. Whoever proposes such an entry must
// be certain that every replica, and each that will be one, knows its rules.
type Rules uint64

const (
	// FirstRules are those of a log that says nothing: an id belongs to the
	// conversation, whoever sends it, and is known for as long as its message is
	// retained.
	FirstRules Rules = 1
	// OncePerSender: an id belongs to its sender and outlives its message, the same
	// id with another body is a conflict, and so is the same number of a session.
	// What cannot be judged is refused; see Conflict, Forgotten, FromTheFuture and
	// MemoryFull.
	OncePerSender Rules = 2

	newestRules = OncePerSender
)

// Rules are those that hold at the moment, and the budget for ids in bytes. It does
// not wait for Apply: a leader asks before each entry.
func (m *Machine) Rules() (r Rules, memory uint64) {
	now := m.inForce.Load()
	return now.rules, now.memory
}

type inForce struct {
	rules  Rules
	memory uint64
}

func (m *Machine) tell() { m.inForce.Store(&inForce{m.rules, m.ids.budget}) }

// adopt takes from an entry what concerns the rules. m.mu is held.
func (m *Machine) adopt(batch *Batch) {
	if batch.Rules > m.rules || batch.Memory > 0 {
		defer m.tell()
	}
	if m.rules < OncePerSender && batch.Rules >= OncePerSender {
		m.remindAll(batch.Time)
		m.rules = OncePerSender
	}
	if m.rules < OncePerSender {
		return
	}
	if batch.Memory > 0 {
		m.ids.budget = batch.Memory
	}
	m.ids.tick(batch.Time, m.limits)
}

// remindAll fills the memory of ids with those of the retained messages, which are
// what the first rules remembered. They do not count against the budget: it could
// be too small for them, and none of them may be forgotten early.
func (m *Machine) remindAll(now int64) {
	type retained struct {
		conversation string
		*Message
	}
	var all []retained
	for name, c := range m.conversations {
		for seq := c.base + 1; seq <= c.last; seq++ {
			all = append(all, retained{name, c.at(seq)})
		}
		c.ids = ids{}
	}
	// The order in which they will be forgotten, the same at every replica. Epochs
	// come first, since the memory wants them in their order.
	slices.SortFunc(all, func(a, b retained) int {
		return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Time, b.Time), cmp.Compare(a.conversation, b.conversation), cmp.Compare(a.Seq, b.Seq))
	})
	m.ids.clock = now
	for _, r := range all {
		of := m.labels.label(&Command{Conversation: r.conversation, Sender: r.Sender, ID: r.ID, Body: r.Body})
		made, timed := created(r.ID)
		where := &m.ids.plain
		if timed && made <= r.Time+m.limits.skew.Milliseconds() {
			where = &m.ids.timed
		} else {
			made = max(made, r.Time)
		}
		where.add(remembered{label: of, seq: r.Seq, time: seconds(made)}, r.Epoch)
		where.exempt++
	}
}
