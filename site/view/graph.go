package view

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/site"
)

// Sizes of the drawing of decisions, in pixels.
const (
	nodeWidth    = 252
	nodeHeight   = 70
	columnWidth  = 340
	rowHeight    = 112
	lineLength   = 36 // of a title, in letters
	graphPadding = 6
)

func graphWidth(g site.Graph) int { return (g.Columns-1)*columnWidth + nodeWidth + 2*graphPadding }
func graphHeight(g site.Graph) int {
	height := (g.Rows-1)*rowHeight + nodeHeight + 2*graphPadding
	for _, e := range g.Edges {
		if passes(g, e) {
			return height + lane // below the last row
		}
	}
	return height
}
func graphBox(g site.Graph) string { return fmt.Sprintf("0 0 %d %d", graphWidth(g), graphHeight(g)) }

func left(n site.GraphNode) int { return graphPadding + n.Column*columnWidth }
func top(n site.GraphNode) int  { return graphPadding + n.Row*rowHeight }

func nodeX(n site.GraphNode) string           { return strconv.Itoa(left(n)) }
func nodeY(n site.GraphNode) string           { return strconv.Itoa(top(n)) }
func textX(n site.GraphNode) string           { return strconv.Itoa(left(n) + 12) }
func statusX(n site.GraphNode) string         { return strconv.Itoa(left(n) + nodeWidth - 12) }
func textY(n site.GraphNode, line int) string { return strconv.Itoa(top(n) + 21 + 18*line) }

// lane is how far below its boxes an edge runs that passes other boxes.
const lane = 24

// passes says whether an edge leads over a column, where a box may stand.
func passes(g site.Graph, e site.GraphEdge) bool {
	return g.Nodes[e.From].Column-g.Nodes[e.To].Column > 1
}

// ends are where an edge leaves the newer record and reaches the older one. The
// newer one is in a later column, unless the relations go round in a circle.
func ends(g site.Graph, e site.GraphEdge) (x1, y1, x2, y2 int) {
	from, to := g.Nodes[e.From], g.Nodes[e.To]
	x1, y1, x2, y2 = left(from), top(from)+nodeHeight/2, left(to)+nodeWidth, top(to)+nodeHeight/2
	if passes(g, e) {
		y1, y2 = y1+nodeHeight/4, y2+nodeHeight/4
	}
	return x1, y1, x2, y2
}

func below(g site.Graph, e site.GraphEdge) int {
	return max(top(g.Nodes[e.From]), top(g.Nodes[e.To])) + nodeHeight + lane
}

func edgePath(g site.Graph, e site.GraphEdge) string {
	x1, y1, x2, y2 := ends(g, e)
	if passes(g, e) {
		y := below(g, e)
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %dH%dC%d %d %d %d %d %d", x1, y1, x1-30, y1, x1-20, y, x1-60, y, x2+60, x2+20, y, x2+37, y2, x2+7, y2)
	}
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
	if passes(g, e) {
		return strconv.Itoa(below(g, e) - 6)
	}
	return strconv.Itoa((y1+y2)/2 - 6)
}

// maxDrawn is how many records a drawing has at most.
const maxDrawn = 40

// edgeName is a relation as the list below the drawing says it.
func edgeName(g site.Graph, e site.GraphEdge) string {
	return fmt.Sprintf("%s %s %s", label(g.Nodes[e.From].Page.Decision), e.Relation, label(g.Nodes[e.To].Page.Decision))
}

// clusterTitle names a group by the first and the last of its records.
func clusterTitle(g site.Graph) string {
	first, last := g.Nodes[0].Page.Decision, g.Nodes[len(g.Nodes)-1].Page.Decision
	return fmt.Sprintf("%s to %s: %d records", label(first), label(last), len(g.Nodes))
}

// relationsWords says how much of a log is connected.
func relationsWords(l *site.Log) string {
	clusters, connected := l.Clusters(), 0
	for _, g := range clusters {
		connected += len(g.Nodes)
	}
	if connected == 0 {
		return "No record supersedes or amends another one."
	}
	said := fmt.Sprintf("Of %s, %d supersede, amend, are superseded or are amended, in %s.", count(len(l.Decisions), "record", "records"), connected, count(len(clusters), "group", "groups"))
	if rest := len(l.Decisions) - connected; rest > 0 {
		said += fmt.Sprintf(" The other %d stand alone.", rest)
	}
	return said
}

// graphWords is the drawing for those who cannot see it.
func graphWords(g site.Graph) string {
	var words []string
	for _, e := range g.Edges {
		words = append(words, edgeName(g, e))
	}
	return strings.Join(words, "; ")
}

// lines breaks a title into two lines at most.
func lines(title string) []string {
	words := strings.Fields(title)
	first := ""
	for len(words) > 0 && len([]rune(first+" "+words[0])) <= lineLength {
		first, words = strings.TrimSpace(first+" "+words[0]), words[1:]
	}
	if first == "" || len(words) == 0 {
		return []string{clip(title, lineLength)}
	}
	return []string{first, clip(strings.Join(words, " "), lineLength)}
}

func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n-1]), " ,.") + "…"
}
