package view

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/site"
)

// Sizes of the drawing of decisions, in pixels.
const (
	nodeWidth    = 236
	nodeHeight   = 52
	columnWidth  = 330
	rowHeight    = 72
	graphPadding = 6
)

func graphWidth(g site.Graph) int  { return (g.Columns-1)*columnWidth + nodeWidth + 2*graphPadding }
func graphHeight(g site.Graph) int { return (g.Rows-1)*rowHeight + nodeHeight + 2*graphPadding }
func graphBox(g site.Graph) string { return fmt.Sprintf("0 0 %d %d", graphWidth(g), graphHeight(g)) }

func left(n site.GraphNode) int { return graphPadding + n.Column*columnWidth }
func top(n site.GraphNode) int  { return graphPadding + n.Row*rowHeight }

func nodeX(n site.GraphNode) string           { return strconv.Itoa(left(n)) }
func nodeY(n site.GraphNode) string           { return strconv.Itoa(top(n)) }
func textX(n site.GraphNode) string           { return strconv.Itoa(left(n) + 12) }
func textY(n site.GraphNode, line int) string { return strconv.Itoa(top(n) + 21 + 18*line) }

// ends are where an edge leaves the newer record and reaches the older one. The
// newer one is in a later column, unless the relations go round in a circle.
func ends(g site.Graph, e site.GraphEdge) (x1, y1, x2, y2 int) {
	from, to := g.Nodes[e.From], g.Nodes[e.To]
	return left(from), top(from) + nodeHeight/2, left(to) + nodeWidth, top(to) + nodeHeight/2
}

func edgePath(g site.Graph, e site.GraphEdge) string {
	x1, y1, x2, y2 := ends(g, e)
	middle := (x1 + x2) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, middle, y1, middle, y2, x2+7, y2)
}

func edgeHead(g site.Graph, e site.GraphEdge) string {
	_, _, x, y := ends(g, e)
	return fmt.Sprintf("M%d %dl9 -5v10z", x, y)
}

func edgeX(g site.Graph, e site.GraphEdge) string {
	x1, _, x2, _ := ends(g, e)
	return strconv.Itoa((x1 + x2) / 2)
}

func edgeY(g site.Graph, e site.GraphEdge) string {
	_, y1, _, y2 := ends(g, e)
	return strconv.Itoa((y1+y2)/2 - 6)
}

// graphWords is the drawing for those who cannot see it.
func graphWords(g site.Graph) string {
	var words []string
	for _, e := range g.Edges {
		words = append(words, fmt.Sprintf("%s %s %s", label(g.Nodes[e.From].Page.Decision), e.Relation, label(g.Nodes[e.To].Page.Decision)))
	}
	return strings.Join(words, "; ")
}

func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n-1]), " ,.") + "…"
}
