package cluster

import (
	"errors"
	"net"
	"sync"
	"time"

	"lockstep/prototype/node"
)

// Fabric is a network within one process. A connection is a pair of pipes, so
// what runs above it is the code that runs above TCP.
type Fabric struct {
	mu        sync.Mutex
	listeners map[string]*pipeListener
}

var _ node.Network = (*Fabric)(nil)

// NewFabric is a network to which nobody listens yet.
func NewFabric() *Fabric { return &Fabric{listeners: make(map[string]*pipeListener)} }

var errRefused = errors.New("connection refused")

// Listen takes an address, any string.
func (f *Fabric) Listen(address string) (net.Listener, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[address] != nil {
		return nil, &net.OpError{Op: "listen", Net: "fabric", Addr: pipeAddr(address), Err: errors.New("address already in use")}
	}
	l := &pipeListener{fabric: f, address: address, incoming: make(chan net.Conn), closed: make(chan struct{})}
	f.listeners[address] = l
	return l, nil
}

// Dial connects to an address that somebody listens to.
func (f *Fabric) Dial(address string, timeout time.Duration) (net.Conn, error) {
	f.mu.Lock()
	l := f.listeners[address]
	f.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "fabric", Addr: pipeAddr(address), Err: errRefused}
	}
	near, far := net.Pipe()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case l.incoming <- far:
		return near, nil
	case <-l.closed:
	case <-timer.C:
	}
	near.Close()
	far.Close()
	return nil, &net.OpError{Op: "dial", Net: "fabric", Addr: pipeAddr(address), Err: errRefused}
}

type pipeAddr string

func (pipeAddr) Network() string  { return "fabric" }
func (a pipeAddr) String() string { return string(a) }

type pipeListener struct {
	fabric   *Fabric
	address  string
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.incoming:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.fabric.mu.Lock()
		delete(l.fabric.listeners, l.address)
		l.fabric.mu.Unlock()
	})
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr(l.address) }
