package httpapi

import (
	"net/http"
	"sync"

	"lockstep/site/review/access"
	"lockstep/site/review/refusal"
)

// Streams that are open at once. A network has a part of those for people without a
// name, and they together leave a part to those with one: nobody who opens many
// shuts the others out.
const (
	maxStreams         = 512
	maxNamelessStreams = 384
	maxNetworkStreams  = 256 // without a name, from one network
	maxPersonStreams   = 32
)

// followers counts the streams that are open.
type followers struct {
	mu       sync.Mutex
	all      int
	nameless int
	by       map[string]int // persons and networks
}

// enter lets one more stream in, until leave is called.
func (f *followers) enter(r *http.Request, who access.Actor) (leave func(), err error) {
	key, limit, nameless := "who "+who.ID, maxPersonStreams, 0
	if who.ID == "" {
		key, limit, nameless = "net "+access.NetworkOf(r), maxNetworkStreams, 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.by[key] >= limit:
		return nil, refusal.New(http.StatusServiceUnavailable, "busy", "you, or your network, follow too many pages live; close some")
	case f.all >= maxStreams, f.nameless+nameless > maxNamelessStreams:
		return nil, refusal.New(http.StatusServiceUnavailable, "busy", "too many readers follow live; load the page again later")
	}
	if f.by == nil {
		f.by = make(map[string]int)
	}
	f.all++
	f.nameless += nameless
	f.by[key]++
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.all--
		f.nameless -= nameless
		if f.by[key]--; f.by[key] == 0 {
			delete(f.by, key)
		}
	}, nil
}
