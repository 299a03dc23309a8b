package node

import (
	"fmt"
	"testing"

	"github.com/hashicorp/raft"
)

// TestEvidence_quorum: with this node, a majority of the voters must have accepted a
// request that began at or after the start that is given; half of them is too few.
func TestEvidence_quorum(t *testing.T) {
	for others := range 6 {
		for accepted := range others + 1 {
			e := newEvidence(nil)
			var ids []raft.ServerID
			var began []request
			for i := range others {
				ids = append(ids, raft.ServerID(fmt.Sprint("n", i+2)))
				began = append(began, e.begin())
			}
			// The newest requests are those of the last followers.
			for i := others - accepted; i < others; i++ {
				e.accept(ids[i], 1, began[i])
			}
			e.accept("guest", 1, e.begin())
			newest, ok, _ := e.quorum(1, ids)
			if want := majority(accepted+1, others+1); ok != want {
				t.Errorf("%d of %d followers have accepted: %v", accepted, others, ok)
			}
			if !ok || others == 0 {
				continue
			}
			loyal := 1 // this node
			for i := others - accepted; i < others; i++ {
				if began[i].tick >= newest.tick {
					loyal++
				}
			}
			if !majority(loyal, others+1) || majority(loyal-1, others+1) {
				t.Errorf("%d of %d followers have accepted: the start that is given is that of %d with this node", accepted, others, loyal)
			}
		}
	}
}

// TestEvidence_terms: what was accepted in another term, or forgotten, proves
// nothing, and neither does a late answer to an older request.
func TestEvidence_terms(t *testing.T) {
	e := newEvidence(nil)
	voters := []raft.ServerID{"n2", "n3"}
	older, newer := e.begin(), e.begin()
	_, _, changed := e.quorum(1, voters)
	e.accept("n2", 1, newer)
	select {
	case <-changed:
	default:
		t.Error("who waits for evidence is not told")
	}
	e.accept("n2", 1, older)
	if got, ok, _ := e.quorum(1, voters); !ok || got != newer {
		t.Errorf("after a late answer: %v, %v", got, ok)
	}
	if _, ok, _ := e.quorum(2, voters); ok {
		t.Error("evidence of term 1 counts in term 2")
	}
	e.accept("n3", 2, e.begin())
	e.accept("n2", 1, e.begin())
	if got, ok, _ := e.quorum(2, voters); !ok || got.tick != 3 || e.heard("n2") != (request{}).at {
		t.Errorf("after an answer of the term before: %v, %v", got, ok)
	}
	if _, ok, _ := e.quorum(1, voters); ok {
		t.Error("evidence of term 2 counts in term 1")
	}
	e.forget()
	if _, ok, _ := e.quorum(2, voters); ok {
		t.Error("what was forgotten counts")
	}
	alone, ok, _ := e.quorum(7, nil)
	if next := e.begin(); !ok || alone.tick != next.tick {
		t.Errorf("a node alone: %v, %v, and the next tick is %d", alone, ok, next.tick)
	}
}
