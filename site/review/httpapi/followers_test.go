package httpapi

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"lockstep/site/review/access"
)

// TestFollowers: many networks without names leave room for those with one, and what
// is left can be taken again.
func TestFollowers(t *testing.T) {
	var f followers
	var leave []func()
	enter := func(address string, who access.Actor) bool {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = address + ":1"
		l, err := f.enter(r, who)
		if err == nil {
			leave = append(leave, l)
		}
		return err == nil
	}
	for i := range 1000 {
		enter(fmt.Sprintf("10.0.%d.1", i%256), access.Actor{})
	}
	if len(leave) != maxNamelessStreams {
		t.Errorf("%d without a name", len(leave))
	}
	if !enter("10.0.1.1", access.Actor{ID: "ada"}) {
		t.Error("they shut out who has a name")
	}
	for _, l := range leave {
		l()
	}
	if f.all != 0 || f.nameless != 0 || len(f.by) != 0 {
		t.Errorf("after all have left: %d, %d, %v", f.all, f.nameless, f.by)
	}
	for i := range 600 {
		enter("192.0.2.1", access.Actor{ID: fmt.Sprint(i / 20)})
	}
	if f.all != maxStreams {
		t.Errorf("%d in all", f.all)
	}
}
