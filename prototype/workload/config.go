package workload

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/history"
)

// Node is a member of the cluster, as its clients reach it.
type Node struct {
	Name string
	URL  string
}

// Config says what to do.
type Config struct {
	Nodes         []Node
	Transport     http.RoundTripper // nil: sockets
	Conversations []string
	Sessions      int
	Rate          float64 // messages a second, of all sessions together; 0: as fast as answers come
	Reads         float64 // reads for each message, 0 to 1
	Seed          uint64
	// Prefix begins the names of the sessions, and so the ids of their messages.
	// Two loads on the same conversations need two prefixes.
	Prefix string
	Body   int // bytes of a message's body, at least
	// Patience is how long a session pursues a message before it gives up; 0
	// means 30 s.
	Patience       time.Duration
	AttemptTimeout time.Duration // as in client.Config
	// Observe is told of each acknowledgement, with the moment at which its
	// message was due. It is called by many goroutines. It may be nil.
	Observe func(conversation string, due time.Time, ack api.Ack)
	// Recorder notes every attempt and every read.
	Recorder *history.Recorder
}

func (c Config) validate() error {
	switch {
	case len(c.Nodes) == 0:
		return errors.New("a workload needs nodes")
	case len(c.Conversations) == 0:
		return errors.New("a workload needs conversations")
	case c.Sessions < 1:
		return fmt.Errorf("a workload of %d sessions makes no sense", c.Sessions)
	case c.Rate < 0 || c.Reads < 0 || c.Reads > 1:
		return fmt.Errorf("a rate of %g a second with %g reads for each makes no sense", c.Rate, c.Reads)
	case c.Recorder == nil:
		return errors.New("a workload needs a recorder")
	}
	return nil
}

func (c Config) urls() []string {
	urls := make([]string, len(c.Nodes))
	for i, n := range c.Nodes {
		urls[i] = n.URL
	}
	return urls
}

// name is that of the node behind a URL.
func (c Config) name(url string) string {
	for _, n := range c.Nodes {
		if n.URL == url {
			return n.Name
		}
	}
	return url
}
