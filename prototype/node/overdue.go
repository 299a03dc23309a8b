package node

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// overdue tells when an append that has been sent will not be answered any more. As long
// as the line has not delivered it, which a probe behind it tells, there is no limit of
// time but that the peer is heard and reads; see link.Mesh.Probe. Once the line has, the
// follower gets as long as the line took, and at most replicateTimeout.
type overdue struct {
	transport *transport
	peer      string
	expired   func()

	mu     sync.Mutex
	timer  *time.Timer
	probed time.Time
	over   bool // it was answered, or has expired
}

// watchOver calls expired once, unless stop is called before.
func (t *transport) watchOver(id raft.ServerID, expired func()) *overdue {
	o := &overdue{transport: t, peer: string(id), expired: expired}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timer = time.AfterFunc(replicateTimeout, o.look)
	return o
}

func (o *overdue) stop() (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	first = !o.over
	o.over = true
	o.timer.Stop()
	return first
}

func (o *overdue) expire() {
	if o.stop() {
		o.expired()
	}
}

// look comes back until the append is answered or has expired.
func (o *overdue) look() {
	if o.transport.stopped.Load() || !o.transport.Live.hears(o.peer) {
		o.expire()
		return
	}
	o.mu.Lock()
	first := o.probed.IsZero()
	if first {
		o.probed = time.Now()
	}
	if !o.over {
		o.timer.Reset(replicateTimeout)
	}
	o.mu.Unlock()
	if first {
		o.transport.Mesh.Probe(o.peer, func(read bool) {
			if !read {
				o.expire()
				return
			}
			time.AfterFunc(min(replicateTimeout, time.Since(o.probed)), o.expire)
		})
	}
}
