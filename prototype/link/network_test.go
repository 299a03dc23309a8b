package link

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/prototype/fault"
)

// sockets is the network of the machine, and counts the dials.
type sockets struct{ dials atomic.Int64 }

func (*sockets) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }

func (s *sockets) Dial(address string, timeout time.Duration) (net.Conn, error) {
	s.dials.Add(1)
	return net.DialTimeout("tcp", address, timeout)
}

// pipes is a network in virtual time, without buffers.
type pipes struct {
	dials     atomic.Int64
	mu        sync.Mutex
	listeners map[string]*pipeListener
}

var errNobody = errors.New("nobody listens")

func (p *pipes) Listen(address string) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listeners == nil {
		p.listeners = make(map[string]*pipeListener)
	}
	l := &pipeListener{incoming: make(chan net.Conn), closed: make(chan struct{})}
	p.listeners[address] = l
	return l, nil
}

func (p *pipes) Dial(address string, _ time.Duration) (net.Conn, error) {
	p.dials.Add(1)
	p.mu.Lock()
	l := p.listeners[address]
	p.mu.Unlock()
	if l == nil {
		return nil, errNobody
	}
	near, far := net.Pipe()
	select {
	case l.incoming <- far:
		return near, nil
	case <-l.closed:
		return nil, errNobody
	}
}

type pipeListener struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// opened is a mesh with what it counts and logs.
type opened struct {
	begun atomic.Int64 // on the channel later, and not ended
	*Mesh
	log    *logLines
	faults *fault.Links

	mu      sync.Mutex
	counted map[string]int // refusals, by peer and reason
}

type logLines struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

func (o *opened) count(peer, reason string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.counted[peer+" "+reason]
}

const (
	echoed = iota + 1
	neverAnswered
	held  // a stream that stays open until the peer closes it
	later // what it begins goes on for a second
)

// open starts a mesh that reaches others at addresses.
func open(t *testing.T, cfg Config, addresses map[string]string) *opened {
	t.Helper()
	o := &opened{log: &logLines{}, faults: fault.NewLinks(), counted: make(map[string]int)}
	cfg.Links, cfg.Logger = o.faults, slog.New(slog.NewTextHandler(o.log, nil))
	if cfg.Address == "" {
		cfg.Address = "127.0.0.1:0"
	}
	cfg.Find = func(id string) (string, bool) { a, ok := addresses[id]; return a, ok }
	cfg.Refused = func(peer, reason string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.counted[peer+" "+reason]++
	}
	m, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.Mesh = m
	m.Handle(echoed, func(_ string, payload []byte, reply func([]byte, error)) { reply(payload, nil) })
	m.Handle(neverAnswered, func(string, []byte, func([]byte, error)) {})
	m.Handle(later, func(string, []byte, func([]byte, error)) {
		o.begun.Add(1)
		m.Answer(func() {
			time.Sleep(time.Second) // virtual time
			o.begun.Add(-1)
		})
	})
	m.HandleStream(held, func(_ string, conn net.Conn) {
		defer conn.Close()
		io.Copy(conn, conn)
	})
	m.Start()
	t.Cleanup(m.Close)
	return o
}

// peerAt listens at a free port as something that is no mesh; serve has each
// connection to itself until it returns.
func peerAt(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, serve)
	return l.Addr().String()
}

func serveOn(t *testing.T, l net.Listener, serve func(net.Conn)) {
	var serving sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			serving.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
}

// acceptAs answers a hello of version 4 as node id, and says whether the caller was
// content.
func acceptAs(c net.Conn, id string) bool {
	h, err := readHello(c)
	if err != nil || h.version < 4 {
		return false
	}
	if writeVerdict(c, accepted, terms{oldest: 3, newest: 4, id: id}.append(nil)) != nil {
		return false
	}
	verdict, _, err := readVerdict(c)
	return err == nil && verdict == accepted
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits for a condition that nothing announces.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx := within(t)
	for !holds() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// answers calls until the peer answers; the first attempts may find it unreachable.
func answers(t *testing.T, m *opened, peer string) {
	t.Helper()
	eventually(t, peer+" answers", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got, err := m.Call(ctx, peer, echoed, []byte("x"))
		return err == nil && string(got) == "x"
	})
}
