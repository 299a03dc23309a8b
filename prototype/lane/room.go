package lane

import (
	"crypto/sha256"
	"encoding/json"
	"slices"

	"lockstep/prototype/order"
)

// placed is an entry of a leader's log, and the seq of its message; 0 if its message
// had been there.
type placed struct {
	leaderEntry
	seq uint64
}

// room is one conversation of a [Leader]: its newest messages, and how many there were
// before them.
type room struct {
	name   string
	base   uint64       // messages that were dropped
	before order.Digest // of those
	kept   []*placed    // those with the seqs from base+1 on
	bytes  uint64       // of these; see order.Command.Bytes
	byID   map[clockID]*placed
}

func newRoom(name string) *room { return &room{name: name, byID: map[clockID]*placed{}} }

func (r *room) last() uint64 { return r.base + uint64(len(r.kept)) }

// place orders an entry's message, unless its sender has used its id among those that
// are kept.
func (r *room) place(p *placed) order.Result {
	if known := r.byID[idOf(&p.Command)]; known != nil {
		if known.Command.Body != p.Command.Body {
			return order.ConflictWith(known.seq, known.Epoch, known.Command.Body)
		}
		return order.Result{Seq: known.seq, Epoch: known.Epoch, Duplicate: true}
	}
	if n := len(r.kept); n > 0 { // a new leader's clock may be behind the old one's
		p.Time = max(p.Time, r.kept[n-1].Time)
	}
	p.seq = r.last() + 1
	p.Command.Conversation = r.name // one string for all
	r.kept = append(r.kept, p)
	r.bytes += p.Command.Bytes()
	r.byID[idOf(&p.Command)] = p
	return order.Result{Seq: p.seq, Epoch: p.Epoch}
}

// takeBack removes the newest message: its entry was truncated.
func (r *room) takeBack() {
	p := r.kept[len(r.kept)-1]
	delete(r.byID, idOf(&p.Command))
	r.bytes -= p.Command.Bytes()
	r.kept = r.kept[:len(r.kept)-1]
}

// drop removes the oldest message that is kept.
func (r *room) drop() {
	p := r.kept[0]
	r.before = p.after(r.before)
	delete(r.byID, idOf(&p.Command))
	r.base++
	r.bytes -= p.Command.Bytes()
	r.kept = r.kept[1:]
}

// trim gives the memory back that drops have left behind.
func (r *room) trim() { r.kept = slices.Clone(r.kept) }

func (p *placed) message() order.Message {
	return order.Message{Seq: p.seq, ID: p.Command.ID, Sender: p.Command.Sender, Body: p.Command.Body, Epoch: p.Epoch, Time: p.Time}
}

func (p *placed) after(before order.Digest) order.Digest {
	text, _ := json.Marshal(p.message()) // strings and numbers
	return sha256.Sum256(append(before[:], text...))
}

func (r *room) read(after uint64, limit int) order.View {
	view := order.View{First: r.base + 1, Last: r.last(), Begun: true, Bytes: r.bytes}
	if after < r.base || after >= view.Last || limit <= 0 {
		return view
	}
	kept := r.kept[after-r.base:]
	view.Messages = make([]order.Message, 0, min(limit, len(kept)))
	for _, p := range kept[:min(limit, len(kept))] {
		view.Messages = append(view.Messages, p.message())
	}
	return view
}

// digest is a hash chain over the messages up to a seq, or to the end. That at a seq
// that was dropped is gone with it, and the one at base is given for it.
func (r *room) digest(upto uint64) (uint64, order.Digest) {
	n := r.last()
	if upto > 0 {
		n = max(min(n, upto), r.base)
	}
	d := r.before
	for _, p := range r.kept[:n-r.base] {
		d = p.after(d)
	}
	return n, d
}
