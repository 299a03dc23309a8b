package link

import (
	"testing"
	"time"
)

// TestMesh_lost: the operator is told of a peer that closes every connection without a
// word, from the third one in a row on, and not of one that once said something or
// took its time.
func TestMesh_lost(t *testing.T) {
	silent := func() *conn { return &conn{peer: "b", old: true, dialed: time.Now()} }
	for name, tt := range map[string]struct {
		lose func(a *Mesh)
		told bool
	}{
		"two":   {func(a *Mesh) { a.lost(silent()); a.lost(silent()) }, false},
		"three": {func(a *Mesh) { a.lost(silent()); a.lost(silent()); a.lost(silent()) }, true},
		"a frame between": {func(a *Mesh) {
			a.lost(silent())
			a.lost(silent())
			a.answeredOld(silent())
			a.lost(silent())
			a.lost(silent())
		}, false},
		"one of version 4": {func(a *Mesh) {
			for range 4 {
				c := silent()
				c.old = false
				a.lost(c)
			}
		}, false},
		"one that said something": {func(a *Mesh) {
			for range 4 {
				c := silent()
				c.heard = true
				a.lost(c)
			}
		}, false},
		"one that stayed": {func(a *Mesh) {
			for range 4 {
				c := silent()
				c.dialed = time.Now().Add(-time.Hour)
				a.lost(c)
			}
		}, false},
	} {
		a := open(t, Config{Self: "a", Network: &sockets{}}, nil)
		tt.lose(a.Mesh)
		if told := len(a.Refusals()) == 1; told != tt.told {
			t.Errorf("%s: told %v, want %v", name, told, tt.told)
		}
	}
}
