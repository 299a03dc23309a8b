package site

import "slices"

// Graph is a drawing of decisions and the relations between them: supersedes
// and amends. Columns are generations, oldest first; rows keep related records
// beside each other. The same log gives the same graph.
type Graph struct {
	Nodes         []GraphNode
	Edges         []GraphEdge
	Columns, Rows int
}

// GraphNode is a decision and its place.
type GraphNode struct {
	Page        *Page
	Column, Row int
}

// GraphEdge leads from the newer record to the older one, by index into Nodes.
type GraphEdge struct {
	From, To int
	Relation Relation // Supersedes or Amends
}

// Graph draws every record that supersedes or amends, or is superseded or
// amended.
func (l *Log) Graph() Graph {
	var ids []string
	for _, p := range l.Decisions {
		if l.byID[p.Decision.ID] == p && len(l.neighbours(p.Decision.ID)) > 0 {
			ids = append(ids, p.Decision.ID)
		}
	}
	return l.draw(ids)
}

// Neighbourhood draws the records that are connected with one, however far.
func (l *Log) Neighbourhood(id string) Graph {
	if l.byID[id] == nil || len(l.neighbours(id)) == 0 {
		return Graph{}
	}
	return l.draw(l.component(id))
}

// neighbours are the records one step away.
func (l *Log) neighbours(id string) (ids []string) {
	for _, r := range []Relation{Supersedes, SupersededBy, Amends, AmendedBy} {
		for _, next := range l.byID[id].Decision.Related(r) {
			if l.byID[next] != nil && next != id && !slices.Contains(ids, next) {
				ids = append(ids, next)
			}
		}
	}
	return ids
}

// component is everything that can be reached from id, in log order.
func (l *Log) component(id string) []string {
	seen := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		for _, next := range l.neighbours(queue[0]) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	var ids []string
	for _, p := range l.Decisions {
		if seen[p.Decision.ID] && l.byID[p.Decision.ID] == p {
			ids = append(ids, p.Decision.ID)
		}
	}
	return ids
}

// draw places records: the column is the longest way back to a record that
// supersedes and amends nothing; each component takes rows of its own.
func (l *Log) draw(ids []string) (g Graph) {
	placed := map[string]int{} // index in g.Nodes
	top := 0
	for _, id := range ids {
		if _, ok := placed[id]; ok {
			continue
		}
		used := map[int]int{} // column -> rows used
		rows := 0
		for _, member := range l.component(id) {
			column := l.generation(member, map[string]bool{})
			placed[member] = len(g.Nodes)
			g.Nodes = append(g.Nodes, GraphNode{Page: l.byID[member], Column: column, Row: top + used[column]})
			used[column]++
			rows = max(rows, used[column])
			g.Columns = max(g.Columns, column+1)
		}
		top += rows
	}
	g.Rows = top
	for _, node := range g.Nodes {
		id := node.Page.Decision.ID
		for _, r := range []Relation{Supersedes, Amends} {
			for _, target := range node.Page.Decision.Related(r) {
				if to, ok := placed[target]; ok && target != id {
					g.Edges = append(g.Edges, GraphEdge{From: placed[id], To: to, Relation: r})
				}
			}
		}
	}
	return g
}

// generation ends at cycles, which are findings already.
func (l *Log) generation(id string, on map[string]bool) (g int) {
	on[id] = true
	defer delete(on, id)
	for _, r := range []Relation{Supersedes, Amends} {
		for _, older := range l.byID[id].Decision.Related(r) {
			if l.byID[older] != nil && !on[older] {
				g = max(g, 1+l.generation(older, on))
			}
		}
	}
	return g
}
