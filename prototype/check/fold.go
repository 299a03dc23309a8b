package check

import "slices"

// folded is what a judge has forgotten of a conversation, and what it needs of that to
// judge the rest as if it had not.
type folded struct {
	upto   uint64     // the order up to this seq is settled
	floor  uint64     // up to this seq other messages stood first, of which nothing is kept
	times  int        // that a lane began again, without all of what was folded
	past   past       // messages that were forgotten; all of them were acknowledged
	top    *operation // that acknowledged or saw the one furthest on
	topSeq uint64
	newest map[name]*message // by session: the one furthest on
	late   latest            // in the order of seqs
	levels map[name]bool     // of reads that were answered
	kept   []*message        // of those that were forgotten, what the above refers to
}

// Fold forgets what is settled of a conversation up to a seq, so that a judge need not
// grow with the length of a history, and gives the seq up to which it did. Reports stay
// what they would have been.
//
// It needs final reads of all replicas since the last send was answered. Settled is a
// message that was acknowledged before any operation began that is still open, and that
// each of these reads shows up to the seq; or not at all, if they show the same to the end.
// What a read may show that is under way is kept, too. The caller goes on to read behind the
// seq that it is given; in the end each replica, if that gives the same digest up to there
// as now, and else from one that it was given before and of which that holds, or from the
// beginning. And no message that was acknowledged is sent again.
func (j *Judge) Fold(lane, name string, upto uint64) uint64 {
	if lane == "quorum" {
		lane = ""
	}
	c := j.byKey[key{lane, name}]
	if c == nil || len(c.finals) == 0 {
		return 0
	}
	shortest, longest, rewritten := uint64(beyond), uint64(0), 0
	for _, f := range c.finals {
		if f.assemble(); !f.whole || c.lastSend > f.pages[0].from {
			return c.folded.upto
		}
		if f.rewritten {
			rewritten++
		}
		shortest, longest = min(shortest, f.last), max(longest, f.last)
	}
	switch rewritten {
	case 0:
	case len(c.finals):
		for _, f := range c.finals {
			if f.first != c.finals[0].first {
				return c.folded.upto
			}
		}
		l := c.left(c.finals[0])
		j.gone(c, c.finals[0], l) // for good
		c.beginAgain(l)
	default:
		return c.folded.upto
	}
	for _, o := range j.open {
		if o.conversation == c && o.read != nil {
			upto = min(upto, o.read.after) // what it shows is to be compared
		}
	}
	agreed := c.agreed(shortest)
	settled, upto := j.settled(c, min(upto, agreed), agreed == longest)
	if upto <= c.folded.upto {
		return c.folded.upto
	}
	j.settle(c, settled, upto)
	j.forget(c, settled, upto)
	j.held = 0
	for _, c := range j.conversations {
		j.held += c.held()
	}
	return upto
}

// beginAgain: part of what was folded, or all of it, is in no replica any more, and the
// order goes on from what is left.
func (c *conversation) beginAgain(l left) {
	g, f := &c.folded, c.finals[0]
	g.past.follow(f, l)
	g.upto, g.times = f.first-1, g.times+1
	for _, f := range c.finals {
		f.rewritten = false
	}
}

// agreed is the seq up to which all replicas show the same in the end.
func (c *conversation) agreed(upto uint64) uint64 {
	for seq := c.folded.upto + 1; seq <= upto; seq++ {
		first := c.finals[0].page(seq).showed(seq)
		for _, f := range c.finals {
			if shown := f.page(seq).showed(seq); shown == nil || first == nil || shown.ID != first.ID || shown.Sender != first.Sender || shown.Body != first.Body {
				return seq - 1
			}
		}
	}
	return upto
}

// oldestOpen is the place at which the oldest operation began that has not ended.
func (j *Judge) oldestOpen() int {
	open := j.place + 1
	for _, o := range j.open {
		open = min(open, o.from)
	}
	return open
}

// settled are the messages that can be forgotten, in the order in which they were sent,
// and the seq up to which they are all that stands there, and that stood there first.
func (j *Judge) settled(c *conversation, upto uint64, alike bool) ([]*operation, uint64) {
	open := j.oldestOpen()
	sent := c.inOrderOfSending()
	for {
		var list []*operation
		is, blocked := map[*message]bool{}, map[name]bool{}
		for _, o := range sent {
			if m := o.message; !blocked[m.sender] && c.settles(m, upto, open, alike) {
				list, is[m] = append(list, o), true
			} else {
				blocked[m.sender] = true // or the order in which a session sent would not be known
			}
		}
		lower := upto
		for seq := c.folded.upto + 1; seq <= upto; seq++ {
			shown := c.finals[0].page(seq).showed(seq)
			s, there := c.sights.at(seq), c.known(shown)
			survives := there == nil && c.folded.survives(shown)
			missing := s == nil && seq > c.folded.floor && !survives
			if missing || s != nil && s.message.seq == seq && !is[s.message] && !s.message.settled || !is[there] && !survives {
				lower = seq - 1
				break
			}
		}
		if lower == upto {
			return list, upto
		}
		upto = lower
	}
}

func (c *conversation) settles(m *message, upto uint64, open int, alike bool) bool {
	if m.acked == nil || m.acked.to >= open || m.acked.seq == 0 {
		return false
	}
	if m.variant != nil || c.byID[messageID{m.id, m.sender}] != m {
		return false
	}
	lost := true
	for _, f := range c.finals {
		if m.acked.to > f.pages[0].from {
			return false
		}
		if f.page(m.acked.seq).shows(m, m.acked.seq) {
			lost = false
		} else if at := f.find(m); at > upto || at == 0 && !alike {
			return false
		} else if at > 0 {
			lost = false
		}
	}
	return lost || max(m.acked.seq, m.seq, m.elsewhere) <= upto
}

// settle judges what will be forgotten, for good.
func (j *Judge) settle(c *conversation, settled []*operation, upto uint64) {
	j.stale(c)
	lost, moved := map[*message]bool{}, map[*message]bool{}
	for _, o := range settled {
		for _, f := range c.finals {
			j.kept(c, f, o.message, lost, moved)
		}
		for a := range o.message.attempts() {
			if a.outcome == ok {
				j.truthful(o.message, a)
			}
		}
	}
	g := &c.folded
	g.past.add(j, c.finals[0], settled)
	if g.newest == nil {
		g.newest, g.levels = map[name]*message{}, map[name]bool{}
	}
	j.inTurn(c, settled, g.newest)
	g.late = j.scan(c, g.late, upto, upto-1)
	open := j.oldestOpen()
	for _, o := range c.reads { // reads are over, too
		if o.read.last < upto && o.to < open && o.read.last > g.topSeq {
			g.top, g.topSeq = o, o.read.last
		}
	}
	for seq := upto; seq > max(g.upto, g.topSeq); seq-- {
		if s := c.sights.at(seq); s != nil && s.message.seq == seq {
			g.top, g.topSeq = s.message.acked, seq
			break
		}
	}
}

func (j *Judge) forget(c *conversation, settled []*operation, upto uint64) {
	gone, open := map[*message]bool{}, j.oldestOpen()
	for _, o := range settled {
		gone[o.message], o.message.settled = true, true
		delete(c.byID, messageID{o.message.id, o.message.sender})
	}
	c.anyones = nil
	c.messages = slices.DeleteFunc(slices.Clone(c.messages), func(m *message) bool { return gone[m] })
	c.reads = slices.DeleteFunc(slices.Clone(c.reads), func(o *operation) bool {
		c.folded.levels[o.read.level] = true
		if o.read.last >= upto || o.to >= open {
			return false
		}
		o.read.messages, o.read.floorBy = nil, nil
		return true
	})
	c.sights.forget(c.folded.upto, upto)
	c.folded.upto, c.folded.floor = upto, max(upto, c.folded.floor)
	for _, f := range c.finals {
		f.beginAt(upto + 1)
		f.where = nil
	}
	c.release(settled)
}

// release empties what nothing refers to any more. Messages and operations lie in blocks
// and refer to each other, so that one of them would keep all others.
func (c *conversation) release(settled []*operation) {
	needed := map[*message]bool{}
	for _, m := range c.folded.newest {
		needed[m] = true
	}
	c.sights.after(c.folded.upto, func(_ uint64, s *sight) { // a lost one may have been seen far on
		needed[s.message] = true
		if s.by.message != nil {
			needed[s.by.message] = true
		}
	})
	for _, l := range c.folded.late {
		for _, o := range []*operation{l.began, l.ended} {
			if o != nil && o.message != nil {
				needed[o.message] = true
			}
		}
	}
	if c.folded.top != nil {
		needed[c.folded.top.message] = true
	}
	old := c.folded.kept
	for _, o := range settled {
		old = append(old, o.message)
	}
	c.folded.kept = nil
	for _, m := range old {
		if needed[m] {
			c.folded.kept = append(c.folded.kept, m)
			continue
		}
		for o := m.oldest; o != nil; {
			next := o.again
			*o = operation{}
			o = next
		}
		*m = message{}
	}
}

// stale looks for reads that end before what was folded, all of which was over when they
// began.
func (j *Judge) stale(c *conversation) {
	if c.folded.top == nil {
		return
	}
	early := point{seq: c.folded.topSeq, from: c.folded.top.from, to: c.folded.top.to, began: c.folded.top, ended: c.folded.top}
	for _, o := range c.reads {
		p := point{o.read.last, o.from, o.to, o, o}
		if o.read.last >= early.seq || o.from < early.to {
			continue
		}
		switch j.names.text(o.read.level) {
		case "linearizable":
			j.tooLate(c, LinearizableReads, p, early)
		case "leader":
			j.tooLate(c, LeaderReads, p, early)
		}
	}
}

// Held is how many operations the judge keeps: those that it cannot forget yet.
func (j *Judge) Held() int { return j.held }

// held counts what is kept of a conversation.
func (c *conversation) held() int {
	n := len(c.reads)
	for _, m := range c.messages {
		for range m.attempts() {
			n++
		}
	}
	return n
}
