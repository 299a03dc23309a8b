package dashboard

import (
	"math"
	"strconv"
	"strings"

	"lockstep/prototype/lab/frame"
)

// place is a node in the picture.
type place struct {
	ID, Is, Term, Role, At string
	Frozen                 bool // it stands still, in the middle of what it did
	Badges                 []badge
	x, y                   float64
}

// badge is what ails a node that goes on running, below its circle.
type badge struct{ Words, Icon, At string }

// mute is what ails a node that nobody hears: the picture shows it at the links.
const mute = "heard by nobody"

const (
	diskIcon  = "M-33-4c0-4 12-4 12 0v7c0 4-12 4-12 0zc0 4 12 4 12 0"
	clockIcon = "M-33 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0M-27-4v4l3 2"
)

// links and nodes stand on a circle, the first at the top.
const ringX, ringY, ringR = 150.0, 143.0, 100.0

func places(f frame.Frame) []place {
	places := make([]place, len(f.Nodes))
	for i, n := range f.Nodes {
		angle := 2*math.Pi*float64(i)/float64(len(f.Nodes)) - math.Pi/2
		x, y := ringX+ringR*math.Cos(angle), ringY+ringR*math.Sin(angle)
		places[i] = place{ID: n.ID, Is: nodeIs(n), Term: term(n.Shard.Term), Role: roleWord(n), At: "translate(" + xy(x, y) + ")",
			Frozen: n.Condition == frame.ConditionPaused, Badges: badges(n), x: x, y: y}
	}
	return places
}

func badges(n frame.Node) (list []badge) {
	for _, ail := range n.Ails {
		b := badge{Words: ail}
		switch {
		case ail == mute:
			continue
		case strings.Contains(ail, "disk"):
			b.Icon = diskIcon
		case strings.Contains(ail, "clock"):
			b.Icon, b.Words = clockIcon, strings.TrimPrefix(ail, "clock ")
		}
		b.At = "translate(0 " + integer(40+21*len(list)) + ")"
		list = append(list, b)
	}
	return list
}

// link is the way between two nodes. Heard is the direction that is left of one
// that is cut one way.
type link struct{ ID, Kind, Path, Cross, Heard string }

func links(f frame.Frame) []link {
	at := places(f)
	var links []link
	for i, a := range f.Nodes {
		for j := i + 1; j < len(f.Nodes); j++ {
			b := f.Nodes[j]
			l := link{ID: "link-" + a.ID + "-" + b.ID, Kind: "quiet"}
			from, to := at[i], at[j]
			if b.Leader {
				from, to = to, from // entries flow from the leader
			}
			x, y := (from.x+to.x)/2, (from.y+to.y)/2
			l.Path = "M" + xy(from.x, from.y) + "L" + xy(to.x, to.y)
			silent, deaf := muted(a), muted(b)
			switch {
			case a.Condition == frame.ConditionCut || b.Condition == frame.ConditionCut || silent && deaf:
				l.Kind, l.Cross = "cut", cross(x, y)
			case a.Condition != frame.ConditionUp || b.Condition != frame.ConditionUp:
				l.Kind = "dead"
			case silent:
				l.oneWay(at[i], at[j])
			case deaf:
				l.oneWay(at[j], at[i])
			case a.Leader || b.Leader:
				l.Kind = "flow"
			}
			links = append(links, l)
		}
	}
	return links
}

func muted(n frame.Node) bool {
	for _, ail := range n.Ails {
		if ail == mute {
			return true
		}
	}
	return false
}

// oneWay draws two arrows beside each other: from the mute node, cut, and to it.
func (l *link) oneWay(from, to place) {
	dx, dy := to.x-from.x, to.y-from.y
	length := math.Hypot(dx, dy)
	dx, dy = dx/length, dy/length
	arrow := func(fx, fy, tx, ty, aside float64) (string, float64, float64) {
		ux, uy := tx-fx, ty-fy
		n := math.Hypot(ux, uy)
		ux, uy = ux/n, uy/n
		fx, fy, tx, ty = fx+44*ux-aside*dy, fy+44*uy+aside*dx, tx-44*ux-aside*dy, ty-44*uy+aside*dx
		head := "M" + xy(tx-8*ux-5*uy, ty-8*uy+5*ux) + "L" + xy(tx, ty) + "L" + xy(tx-8*ux+5*uy, ty-8*uy-5*ux)
		return "M" + xy(fx, fy) + "L" + xy(tx, ty) + head, (fx + tx) / 2, (fy + ty) / 2
	}
	l.Kind = "mute"
	var x, y float64
	l.Path, x, y = arrow(from.x, from.y, to.x, to.y, 7)
	l.Cross = cross(x, y)
	l.Heard, _, _ = arrow(to.x, to.y, from.x, from.y, -7)
}

func cross(x, y float64) string { return "M" + xy(x-7, y-7) + "l14 14m0-14l-14 14" }

func xy(x, y float64) string {
	return strconv.FormatFloat(x, 'f', 0, 64) + " " + strconv.FormatFloat(y, 'f', 0, 64)
}

func ringWords(f frame.Frame) string {
	var words []string
	for _, n := range f.Nodes {
		word := n.ID + " " + roleWord(n)
		if len(n.Ails) > 0 {
			word += " with " + strings.Join(n.Ails, " and ")
		}
		words = append(words, word)
	}
	return "The nodes and the links between them: " + strings.Join(words, ", ")
}
