package stream

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestGate: many networks without names leave room for those with one, and what is
// left can be taken again.
func TestGate(t *testing.T) {
	g := Gate{Who: func(r *http.Request) (person, network string) { return r.Header.Get("Who"), r.RemoteAddr }}
	var leave []func()
	enter := func(network, person string) bool {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = network
		r.Header.Set("Who", person)
		l, err := g.Enter(r)
		if err == nil {
			leave = append(leave, l)
		}
		return err == nil
	}
	for i := range 1000 {
		enter(fmt.Sprintf("10.0.%d.0/24", i%256), "")
	}
	if len(leave) != maxNamelessStreams {
		t.Errorf("%d without a name", len(leave))
	}
	if !enter("10.0.1.0/24", "ada") {
		t.Error("they shut out who has a name")
	}
	for _, l := range leave {
		l()
		l() // a second time changes nothing
	}
	if g.all != 0 || g.nameless != 0 || len(g.by) != 0 {
		t.Errorf("after all have left: %d, %d, %v", g.all, g.nameless, g.by)
	}
	for i := range 600 {
		enter("192.0.2.0/24", fmt.Sprint(i/20))
	}
	if g.all != maxStreams {
		t.Errorf("%d in all", g.all)
	}
}

// TestGate_parts: one network, and one person, have a part of the streams.
func TestGate_parts(t *testing.T) {
	for person, want := range map[string]int{"": maxNetworkStreams, "ada": maxPersonStreams} {
		g := Gate{Who: func(*http.Request) (string, string) { return person, "192.0.2.0/24" }}
		open := 0
		for {
			if _, err := g.Enter(httptest.NewRequest("GET", "/", nil)); err != nil {
				break
			}
			open++
		}
		if open != want {
			t.Errorf("%q has %d streams, want %d", person, open, want)
		}
	}
}
