package lab

import (
	"strings"
	"time"

	"lockstep/prototype/lab/frame"
)

// watchTroubles notes what begins and what ends to be broken. It is as exact as
// frames are frequent.
func (r *record) watchTroubles(now time.Time) {
	for _, n := range r.nodes {
		what := n.trouble()
		open := r.openBand(n.member.ID)
		if open != nil && open.What != what {
			open.To, open = now, nil
		}
		if open == nil && what != "" {
			r.bands = append(r.bands, frame.Band{Node: n.member.ID, What: what, From: now})
		}
	}
	for len(r.bands) > 0 && !r.bands[0].To.IsZero() && now.Sub(r.bands[0].To) > frame.Minute*time.Second {
		r.bands = r.bands[1:]
	}
}

func (r *record) openBand(node string) *frame.Band {
	for i := range r.bands {
		if b := &r.bands[i]; b.Node == node && b.To.IsZero() {
			return b
		}
	}
	return nil
}

// trouble is what is broken at a node, in words; "" if nothing is.
func (n *observed) trouble() string {
	words := n.ails
	switch c := n.condition(); c {
	case frame.ConditionDown, frame.ConditionPaused, frame.ConditionCut:
		words = append([]string{string(c)}, words...)
	}
	return strings.Join(words, ", ")
}
