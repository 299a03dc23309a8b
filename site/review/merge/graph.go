// Package merge gives the events of a review one order that does not depend on
// the order in which they arrived.
//
// A review travels in git, so two clones add to it without knowing of each other.
// What both have is a set of events. Each names its parents: the events that its
// author's clone had, and that nothing else there followed. So the events form a
// graph without cycles, as commits do, and "A was there when B was written" is a
// fact of the graph, whatever clocks say.
//
// [Graph.Order] is a total order of such a set: parents come before their
// children, and of those that may come next the smallest key comes first. It has
// a property on which everything else stands: the order of two events is the same
// in every set that holds them and what they stand on. A merge puts events
// between others and never swaps two.
package merge

import (
	"container/heap"
	"errors"
	"fmt"
	"slices"
)

// Graph is a set of events. Its methods are not safe for concurrent use.
type Graph struct {
	nodes map[string]*node
	heads map[string]bool
}

type node struct {
	id, key    string
	parents    []*node
	children   []*node
	generation int // one more than the largest of its parents
}

// NewGraph is empty.
func NewGraph() *Graph { return &Graph{nodes: make(map[string]*node), heads: make(map[string]bool)} }

// ErrMissing is the error for an event whose parent is not there.
var ErrMissing = errors.New("is missing")

// Add adds an event. Its parents must be there; where it is there itself, nothing
// happens. The key orders it among those that may stand at the same place.
func (g *Graph) Add(id, key string, parents []string) error {
	if g.nodes[id] != nil {
		return nil
	}
	n := &node{id: id, key: key}
	for _, parent := range parents {
		p := g.nodes[parent]
		if p == nil {
			return fmt.Errorf("its parent %s %w", parent, ErrMissing)
		}
		if slices.Contains(n.parents, p) {
			continue
		}
		n.parents = append(n.parents, p)
		n.generation = max(n.generation, p.generation+1)
	}
	for _, p := range n.parents {
		p.children = append(p.children, n)
		delete(g.heads, p.id)
	}
	g.nodes[id] = n
	g.heads[id] = true
	return nil
}

// Has says whether an event is there.
func (g *Graph) Has(id string) bool { return g.nodes[id] != nil }

// Len counts the events.
func (g *Graph) Len() int { return len(g.nodes) }

// Heads are the events that have no children, sorted. Since each event names its
// parents by their hashes, equal heads are equal sets.
func (g *Graph) Heads() []string {
	heads := make([]string, 0, len(g.heads))
	for id := range g.heads {
		heads = append(heads, id)
	}
	slices.Sort(heads)
	return heads
}

// Follows says whether an event with these parents stands on everything that is
// there.
func (g *Graph) Follows(parents []string) bool {
	if len(parents) < len(g.heads) {
		return false
	}
	for id := range g.heads {
		if !slices.Contains(parents, id) {
			return false
		}
	}
	return true
}

// Before says whether one event was there when another was written.
func (g *Graph) Before(earlier, later string) bool {
	a, b := g.nodes[earlier], g.nodes[later]
	if a == nil || b == nil || a == b {
		return false
	}
	seen := map[*node]bool{b: true}
	for todo := []*node{b}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range n.parents {
			if p == a {
				return true
			}
			// What is not above a cannot have it below.
			if p.generation > a.generation && !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return false
}

// Past is everything that the given events stand on, themselves included.
func (g *Graph) Past(ids []string) map[string]bool {
	past := make(map[string]bool)
	var todo []*node
	for _, id := range ids {
		if n := g.nodes[id]; n != nil && !past[id] {
			past[id] = true
			todo = append(todo, n)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range n.parents {
			if !past[p.id] {
				past[p.id] = true
				todo = append(todo, p)
			}
		}
	}
	return past
}

// Order is the one order of the set.
func (g *Graph) Order() []string {
	order := make([]string, 0, len(g.nodes))
	waiting := make(map[*node]int, len(g.nodes)) // parents that are not in the order yet
	var ready byKey
	for _, n := range g.nodes {
		if waiting[n] = len(n.parents); len(n.parents) == 0 {
			ready = append(ready, n)
		}
	}
	heap.Init(&ready)
	for len(ready) > 0 {
		n := heap.Pop(&ready).(*node)
		order = append(order, n.id)
		for _, c := range n.children {
			if waiting[c]--; waiting[c] == 0 {
				heap.Push(&ready, c)
			}
		}
	}
	return order
}

// byKey is a heap of events that may come next.
type byKey []*node

func (h byKey) Len() int { return len(h) }

func (h byKey) Less(i, j int) bool {
	if h[i].key != h[j].key {
		return h[i].key < h[j].key
	}
	return h[i].id < h[j].id
}

func (h byKey) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *byKey) Push(n any) { *h = append(*h, n.(*node)) }

func (h *byKey) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
