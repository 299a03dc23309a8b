package link

import (
	"testing"
	"testing/synctest"
)

// TestMesh_Answer: what a handler has begun has ended when the mesh is closed, and the
// connection was not held up for it.
func TestMesh_Answer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		addresses, network := map[string]string{"a": "a", "b": "b"}, &pipes{}
		a := open(t, Config{Self: "a", Address: "a", Network: network}, addresses)
		b := open(t, Config{Self: "b", Address: "b", Network: network}, addresses)
		answers(t, a, "b")
		a.Send("b", later, nil)
		answers(t, a, "b")
		if begun := b.begun.Load(); begun != 1 {
			t.Fatalf("%d are under way", begun)
		}
		b.Close()
		if begun := b.begun.Load(); begun != 0 {
			t.Errorf("the mesh is closed, and %d are under way", begun)
		}
	})
}
