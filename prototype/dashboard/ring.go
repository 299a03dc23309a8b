package dashboard

import (
	"fmt"
	"math"
	"strings"

	"lockstep/prototype/lab"
)

// place is a node in the picture.
type place struct {
	ID, Class, Term, Role string
	X, Y, NameY, RoleY    string
	x, y                  float64
}

// links and nodes stand on a circle, the first at the top.
const ringX, ringY, ringR = 150.0, 146.0, 100.0

func places(f lab.Frame) []place {
	places := make([]place, len(f.Nodes))
	for i, n := range f.Nodes {
		angle := 2*math.Pi*float64(i)/float64(len(f.Nodes)) - math.Pi/2
		x, y := ringX+ringR*math.Cos(angle), ringY+ringR*math.Sin(angle)
		places[i] = place{ID: n.ID, Class: nodeClass(n), Term: term(n.Shard.Term), Role: roleWord(n),
			X: pixels(x), Y: pixels(y), NameY: pixels(y - 1), RoleY: pixels(y + 16), x: x, y: y}
	}
	return places
}

// link is the way between two nodes.
type link struct {
	ID, Class, Path, Cross string
	Cut                    bool
}

func links(f lab.Frame) []link {
	at := places(f)
	var links []link
	for i, a := range f.Nodes {
		for j := i + 1; j < len(f.Nodes); j++ {
			b := f.Nodes[j]
			from, to := at[i], at[j]
			if b.Leader {
				from, to = to, from // entries flow from the leader
			}
			l := link{ID: "link-" + a.ID + "-" + b.ID, Class: "quiet",
				Path: fmt.Sprintf("M%.1f %.1fL%.1f %.1f", from.x, from.y, to.x, to.y)}
			switch {
			case a.Condition == lab.ConditionCut || b.Condition == lab.ConditionCut:
				x, y := (from.x+to.x)/2, (from.y+to.y)/2
				l.Class, l.Cut = "cut", true
				l.Cross = fmt.Sprintf("M%.1f %.1fl14 14m0-14l-14 14", x-7, y-7)
			case a.Condition != lab.ConditionUp || b.Condition != lab.ConditionUp:
				l.Class = "dead"
			case a.Leader || b.Leader:
				l.Class = "flow"
			}
			links = append(links, l)
		}
	}
	return links
}

func pixels(v float64) string { return fmt.Sprintf("%.1f", v) }

func ringWords(f lab.Frame) string {
	var words []string
	for _, n := range f.Nodes {
		words = append(words, n.ID+" "+roleWord(n))
	}
	return "The nodes and the links between them: " + strings.Join(words, ", ")
}
