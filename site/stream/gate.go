package stream

import (
	"errors"
	"net/http"
	"sync"
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

// Why nobody more is let in. The texts are for who asks.
var (
	ErrYours = errors.New("you, or your network, follow too many pages live; close some")
	ErrAll   = errors.New("too many readers follow live; load the page again later")
)

// Gate counts the streams of a server that are open, of whatever kind. Its methods
// may be called from any goroutine; a Gate without Who counts all as one network.
type Gate struct {
	// Who says whom a request comes from: the id of a person, "" if nobody is known,
	// and the network.
	Who func(*http.Request) (person, network string)

	mu       sync.Mutex
	all      int
	nameless int
	by       map[string]int // persons and networks
}

// Enter lets one more stream in, until leave is called. Its error is [ErrYours] or
// [ErrAll].
func (g *Gate) Enter(r *http.Request) (leave func(), err error) {
	var person, network string
	if g.Who != nil {
		person, network = g.Who(r)
	}
	key, limit, nameless := "who "+person, maxPersonStreams, 0
	if person == "" {
		key, limit, nameless = "net "+network, maxNetworkStreams, 1
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.by[key] >= limit:
		return nil, ErrYours
	case g.all >= maxStreams, g.nameless+nameless > maxNamelessStreams:
		return nil, ErrAll
	}
	if g.by == nil {
		g.by = make(map[string]int)
	}
	g.all++
	g.nameless += nameless
	g.by[key]++
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.all--
		g.nameless -= nameless
		if g.by[key]--; g.by[key] == 0 {
			delete(g.by, key)
		}
	}), nil
}

// Limit counts each request to a stream that next answers.
func (g *Gate) Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave, err := g.Enter(r)
		if err != nil {
			w.Header().Set("Retry-After", "10")
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}
