package lab

import (
	"strings"
	"time"
)

// Band is a stretch of time in which something was broken at a node.
type Band struct {
	Node, What string
	From       time.Time
	To         time.Time // zero while it lasts
}

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
			r.bands = append(r.bands, Band{Node: n.member.ID, What: what, From: now})
		}
	}
	for len(r.bands) > 0 && !r.bands[0].To.IsZero() && now.Sub(r.bands[0].To) > Minute*time.Second {
		r.bands = r.bands[1:]
	}
}

func (r *record) openBand(node string) *Band {
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
	case ConditionDown, ConditionPaused, ConditionCut:
		words = append([]string{string(c)}, words...)
	}
	return strings.Join(words, ", ")
}
