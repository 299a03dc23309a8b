package merge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type vertex struct {
	id, key string
	parents []string
}

// random is a graph as clones make it: each event stands on some heads of a
// past.
func random(r *rand.Rand, n int) []vertex {
	var all []vertex
	for i := range n {
		v := vertex{id: fmt.Sprintf("%08x-%d", r.Uint32(), i), key: fmt.Sprint(r.IntN(3))}
		for range r.IntN(3) {
			if len(all) > 0 {
				v.parents = append(v.parents, all[len(all)-1-r.IntN(min(len(all), 5))].id)
			}
		}
		all = append(all, v)
	}
	return all
}

func graphOf(t testing.TB, vertices []vertex) *Graph {
	g := NewGraph()
	for todo := vertices; len(todo) > 0; {
		var later []vertex
		for _, v := range todo {
			switch err := g.Add(v.id, v.key, v.parents); {
			case errors.Is(err, ErrMissing):
				later = append(later, v)
			case err != nil:
				t.Fatal(err)
			}
		}
		if len(later) == len(todo) {
			t.Fatal("a parent is missing for good")
		}
		todo = later
	}
	return g
}

// TestOrder: the order does not depend on the order of arrival, puts parents
// first, and the order of a part is that of the whole.
func TestOrder(t *testing.T) {
	for seed := range 500 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		vertices := random(r, 2+r.IntN(40))
		g := graphOf(t, vertices)
		order := g.Order()
		if len(order) != len(vertices) || g.Len() != len(vertices) {
			t.Fatalf("seed %d: %d of %d events have a place", seed, len(order), len(vertices))
		}
		place := make(map[string]int)
		for i, id := range order {
			place[id] = i
		}
		for _, v := range vertices {
			for _, p := range v.parents {
				if place[p] >= place[v.id] {
					t.Fatalf("seed %d: %s comes after its child", seed, p)
				}
				if !g.Before(p, v.id) || g.Before(v.id, p) {
					t.Fatalf("seed %d: Before does not know a parent", seed)
				}
			}
		}
		r.Shuffle(len(vertices), func(i, j int) { vertices[i], vertices[j] = vertices[j], vertices[i] })
		if diff := cmp.Diff(order, graphOf(t, vertices).Order()); diff != "" {
			t.Fatalf("seed %d: another order of arrival gives another order:\n%s", seed, diff)
		}
		past := g.Past([]string{order[r.IntN(len(order))], order[r.IntN(len(order))]})
		part := slices.DeleteFunc(slices.Clone(vertices), func(v vertex) bool { return !past[v.id] })
		want := slices.DeleteFunc(slices.Clone(order), func(id string) bool { return !past[id] })
		if diff := cmp.Diff(want, graphOf(t, part).Order()); diff != "" {
			t.Fatalf("seed %d: a part has another order than the whole:\n%s", seed, diff)
		}
	}
}

func TestGraph(t *testing.T) {
	g := graphOf(t, []vertex{{id: "a"}, {id: "b", parents: []string{"a"}}, {id: "c", parents: []string{"a", "a"}}})
	if diff := cmp.Diff([]string{"b", "c"}, g.Heads()); diff != "" {
		t.Error(diff)
	}
	if g.Follows([]string{"b"}) || g.Follows([]string{"a", "b"}) || !g.Follows([]string{"c", "b"}) {
		t.Error("Follows does not tell a merge from a fork")
	}
	if g.Before("b", "c") || g.Before("a", "a") || !g.Before("a", "c") {
		t.Error("Before does not know the past")
	}
	if err := g.Add("d", "", []string{"x"}); !errors.Is(err, ErrMissing) || g.Has("d") {
		t.Errorf("an event without its parent: %v", err)
	}
	g.Add("d", "", []string{"b", "c"})
	if diff := cmp.Diff([]string{"d"}, g.Heads()); diff != "" {
		t.Error(diff)
	}
}
