package check

import (
	"slices"

	"lockstep/prototype/history"
)

// remembered is how many of the messages that were forgotten are still known one by one,
// the newest ones: some 300 kB for a conversation. Of older ones only their number is known.
var remembered = 1 << 13

// past is what is left of the messages that were forgotten. Up to the seq to which the
// order was folded it holds one of them at each seq.
type past struct {
	list                  []forgotten    // the newest, in the order of forgetting
	index                 map[uint64]int // in list, by mark; nil until it is needed
	older                 int            // messages that are not in list
	olderLost, olderMoved int            // of those
	olderUpto             uint64         // none of those stands behind it
	vague                 bool           // olderLost and olderMoved are lower bounds
}

// forgotten is a message that was forgotten.
type forgotten struct {
	mark      uint64 // stands for its id, its sender and its body; two with the same one are taken for one
	acked     uint64 // its seq
	seq       uint64 // where it was seen first
	at        uint64 // where it stands; 0 if it is lost
	elsewhere uint64 // where a read showed it last, if that is another place; else 0
	read      bool   // a read has shown it
	doubled   bool   // it is counted as shown in two places
}

func markOf(id, sender, body string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, part := range [...]string{id, sender, body} {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * prime
		}
		h *= prime
	}
	return h
}

// size is how many messages were forgotten.
func (p *past) size() int { return len(p.list) + p.older }

// add takes messages that will be forgotten, and where a replica holds them.
func (p *past) add(j *Judge, f *replica, settled []*operation) {
	for _, o := range settled {
		m := o.message
		at := m.acked.seq
		if !f.page(at).shows(m, at) {
			at = f.find(m)
		}
		p.list = append(p.list, forgotten{markOf(m.id, j.names.text(m.sender), m.body), m.acked.seq, m.seq, at, m.elsewhere, m.wasRead(), m.doubled})
	}
	n := max(0, len(p.list)-remembered)
	for _, e := range p.list[:n] {
		p.older++
		p.olderUpto = max(p.olderUpto, e.at)
		if e.at == 0 {
			p.olderLost++
		} else if e.at != e.acked {
			p.olderMoved++
		}
	}
	p.list, p.index = slices.Clone(p.list[n:]), nil
}

// find gives the message that was shown, if it was forgotten and is known by itself.
func (p *past) find(shown *history.Message) *forgotten {
	if shown == nil || len(p.list) == 0 {
		return nil
	}
	if p.index == nil {
		p.index = make(map[uint64]int, len(p.list))
		for i := range p.list {
			p.index[p.list[i].mark] = i
		}
	}
	if i, found := p.index[markOf(shown.ID, shown.Sender, shown.Body)]; found {
		return &p.list[i]
	}
	return nil
}

// survives says whether a message that no history knows any more may be one that was
// forgotten.
func (g *folded) survives(shown *history.Message) bool {
	return shown != nil && (g.past.find(shown) != nil || g.past.older > 0 && shown.Seq <= g.floor)
}

// left is what a replica holds of the messages that were forgotten.
type left struct {
	at                    []uint64 // by place in the list: where it stands; 0 if it is lost
	lost                  int      // of all
	olderLost, olderMoved int
	strangers             uint64 // the last seq at which one stands that may be an older one; 0 if there is none
	vague                 bool
}

// left looks for all that was forgotten in a replica. What stands before the part that was
// read is there: so its digest says.
func (c *conversation) left(f *replica) (l left) {
	p, before := &c.folded.past, f.first-1
	elsewhere, strangers := map[*forgotten]uint64{}, 0
	for _, page := range f.pages {
		for i := range page.read.messages {
			m := &page.read.messages[i]
			if c.known(m) != nil {
				continue
			}
			if e := p.find(m); e == nil {
				strangers++
				l.strangers = max(l.strangers, m.Seq)
			} else if elsewhere[e] != e.acked {
				elsewhere[e] = m.Seq
			}
		}
	}
	l.at = make([]uint64, len(p.list))
	youngerBefore := 0
	for i := range p.list {
		e := &p.list[i]
		if l.at[i] = elsewhere[e]; e.at > 0 && e.at <= before {
			l.at[i] = e.at
			youngerBefore++
		}
		if l.at[i] == 0 {
			l.lost++
		}
	}
	l.olderLost, l.olderMoved, l.vague = p.olderLost, p.olderMoved, p.vague
	if before < p.olderUpto {
		there := int(before) - youngerBefore
		l.olderLost = max(0, p.older-there-strangers)
		l.vague = p.vague || strangers > 0 || p.olderMoved > 0 && there > 0
		l.olderMoved = 0
	}
	l.lost += l.olderLost
	return l
}

// follow goes on with what is left.
func (p *past) follow(f *replica, l left) {
	for i := range p.list {
		p.list[i].at = l.at[i]
	}
	if f.first-1 < p.olderUpto {
		p.olderUpto = max(f.first-1, l.strangers)
	}
	p.olderLost, p.olderMoved, p.vague = l.olderLost, l.olderMoved, l.vague
}
