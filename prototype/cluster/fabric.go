package cluster

import (
	"errors"
	"net"
	"sync"
	"time"

	"lockstep/prototype/node"
)

// Fabric is a network within one process. A connection is a pair of pipes with
// buffers, and a listener has a backlog, so what runs above it is the code that
// runs above TCP.
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
	l := &pipeListener{fabric: f, address: address, incoming: make(chan net.Conn, backlog), closed: make(chan struct{})}
	f.listeners[address] = l
	return l, nil
}

// backlog is how many connections wait to be accepted, as in a kernel.
const backlog = 64

// Dial connects to an address that somebody listens to, at once or not at all.
func (f *Fabric) Dial(address string, _ time.Duration) (net.Conn, error) {
	near, far := newConnection()
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.listeners[address]; l != nil {
		select {
		case l.incoming <- far:
			return near, nil
		default:
		}
	}
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

// Close hangs up on those who were not accepted. Nobody can join them meanwhile,
// since Dial holds the lock, too.
func (l *pipeListener) Close() error {
	l.fabric.mu.Lock()
	defer l.fabric.mu.Unlock()
	l.once.Do(func() {
		close(l.closed)
		delete(l.fabric.listeners, l.address)
		for {
			select {
			case conn := <-l.incoming:
				conn.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr(l.address) }
