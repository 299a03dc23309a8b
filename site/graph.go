package site

import "slices"

// Graph is a drawing of decisions and the relations between them: supersedes
// and amends. Columns are generations, oldest first; rows keep related records
// beside each other. The same log gives the same graph.
type Graph struct {
	Nodes         []GraphNode
	Edges         []GraphEdge
	Columns, Rows int
	More          int // records that are connected as well and were left out
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

// Clusters are the groups of records that supersede or amend one another, each as a
// drawing of its own. Records without such relations are in none.
func (l *Log) Clusters() (clusters []Graph) {
	seen := make(map[string]bool)
	for _, p := range l.Decisions {
		id := p.Decision.ID
		if seen[id] || l.byID[id] != p || len(l.neighbours(id)) == 0 {
			continue
		}
		members := l.reach(id, len(l.Decisions))
		for _, member := range members {
			seen[member] = true
		}
		clusters = append(clusters, l.draw(members))
	}
	return clusters
}

// maxNear is how many records the drawing on a record's own page has at most.
const maxNear = 16

// Neighbourhood draws the records that are connected with one, the nearest if they
// are many: then More is how many others there are.
func (l *Log) Neighbourhood(id string) Graph {
	if l.byID[id] == nil || len(l.neighbours(id)) == 0 {
		return Graph{}
	}
	near := l.reach(id, maxNear)
	g := l.draw(near)
	if len(near) == maxNear {
		g.More = len(l.reach(id, len(l.Decisions))) - len(near)
	}
	return g
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

// reach is what can be reached from id, in log order: no more than most records, the
// nearest ones.
func (l *Log) reach(id string, most int) []string {
	seen := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		for _, next := range l.neighbours(queue[0]) {
			if !seen[next] && len(seen) < most {
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

// draw places records: the column is the longest way back, among them, to a record
// that supersedes and amends nothing.
func (l *Log) draw(ids []string) (g Graph) {
	placed := make(map[string]int, len(ids)) // index in g.Nodes
	for i, id := range ids {
		placed[id] = i
	}
	var columns []int
	rows := make(map[int]int) // by column
	generations := make(map[string]int, len(ids))
	for _, id := range ids {
		column := l.generation(id, placed, generations)
		g.Nodes = append(g.Nodes, GraphNode{Page: l.byID[id], Column: column, Row: rows[column]})
		columns = append(columns, column)
		rows[column]++
		g.Rows = max(g.Rows, rows[column])
	}
	g.Columns = slices.Max(columns) + 1
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

// generation ends at cycles, which are findings already, and looks at each record once:
// the ways through a log of hundreds are too many to be walked.
func (l *Log) generation(id string, within, known map[string]int) (g int) {
	if g, ok := known[id]; ok {
		return g
	}
	known[id] = 0
	for _, r := range []Relation{Supersedes, Amends} {
		for _, older := range l.byID[id].Decision.Related(r) {
			if _, ok := within[older]; ok {
				g = max(g, 1+l.generation(older, within, known))
			}
		}
	}
	known[id] = g
	return g
}

// HasRelations says whether any record names another one of its log.
func (l *Log) HasRelations() bool {
	return slices.ContainsFunc(l.Decisions, func(p *Page) bool {
		return slices.ContainsFunc(slices.Concat(p.Decision.Links, p.Decision.Incoming), func(link DecisionLink) bool { return l.byID[link.Target] != nil })
	})
}

// Related are the pairs of records that say no more than that they belong together, each
// pair once, the earlier record first.
func (l *Log) Related() (pairs [][2]*Page) {
	seen := make(map[[2]*Page]bool)
	for _, p := range l.Decisions {
		for _, id := range p.Decision.Related(Relates) {
			pair := [2]*Page{p, l.byID[id]}
			if pair[1] == nil || pair[1] == p || seen[[2]*Page{pair[1], p}] || seen[pair] {
				continue
			}
			seen[pair] = true
			pairs = append(pairs, pair)
		}
	}
	return pairs
}
