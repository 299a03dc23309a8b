package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/fault"
)

var (
	// ErrUnreachable: the message certainly did not leave this node. The peer cannot
	// be reached, or as many bytes wait for it as may.
	ErrUnreachable = errors.New("peer is unreachable")
	// ErrLost: the message may have arrived; its answer will not.
	ErrLost = errors.New("no answer will come")
)

// Handler takes a message. It runs on the goroutine that reads the connection,
// so it must not block. For a request it calls reply once, from any goroutine;
// for a one-way message reply does nothing.
type Handler func(from string, payload []byte, reply func(payload []byte, err error))

// Network is how a node listens for its peers and reaches them.
type Network interface {
	Listen(address string) (net.Listener, error)
	Dial(address string, timeout time.Duration) (net.Conn, error)
}

// Verifier is a Network that knows who is at the other end of a connection, as
// one with certificates does. An error refuses the connection.
type Verifier interface {
	Verify(conn net.Conn, claimed string) error
}

// Config says who a node is and how it reaches the others.
type Config struct {
	Self    string
	Address string // to listen at
	Network Network
	Links   *fault.Links
	// Find gives the address of a peer.
	Find   func(id string) (address string, ok bool)
	Logger *slog.Logger

	// Features are what this node understands. A peer learns them with each
	// handshake; see [Mesh.Features].
	Features Features
	// Identity is what this node says of itself. It is read at each handshake, from
	// any goroutine. nil says nothing.
	Identity func() Identity
	// Admit judges a peer at each handshake, at both ends, from any goroutine. An
	// error refuses the connection, and its text is for the operators of both: it
	// says what is wrong and what to do, and 512 bytes of it are shown. A peer of
	// version 3 says nothing of itself: its identity is zero. nil admits all.
	Admit func(peer string, theirs Identity, features Features) error
	// Refused counts the refusals, this node's and its peers', by the class of the
	// reason; see [Refusal]. A peer that Find does not know is "stranger". It may be
	// nil, is called from any goroutine and must not block.
	Refused func(peer, reason string)
}

// Mesh is a node's end of its links. Its methods may be called from any
// goroutine, Handle and HandleStream only before Start.
type Mesh struct {
	cfg      Config
	listener net.Listener
	handlers map[uint16]Handler
	streams  map[uint16]func(from string, conn net.Conn)
	ids      atomic.Uint64
	began    time.Time
	life     uint64 // tells this process from others of its name

	heard    sync.Map // by peer: *atomic.Int64, how long after began it was heard last, or never
	refusals refusals
	limit    *LogLimiter

	mu    sync.Mutex
	peers map[string]*peer
	conns map[*conn]struct{} // every one that is open

	closed    chan struct{}
	closeOnce sync.Once
	done      sync.WaitGroup
}

// Listen takes the address; Start begins to use it.
func Listen(cfg Config) (*Mesh, error) {
	if n := len(cfg.Self); n == 0 || n > 255 {
		return nil, fmt.Errorf("listen for peers: the node's id has %d bytes; 1 to 255 are possible", n)
	}
	listener, err := cfg.Network.Listen(cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("listen for peers on %s: %w", cfg.Address, err)
	}
	return &Mesh{
		cfg: cfg, listener: listener, handlers: make(map[uint16]Handler),
		streams: make(map[uint16]func(string, net.Conn)), peers: make(map[string]*peer),
		conns: make(map[*conn]struct{}), began: time.Now(), life: rand.Uint64(), limit: NewLogLimiter(), closed: make(chan struct{}),
	}, nil
}

// Addr is where the mesh listens.
func (m *Mesh) Addr() net.Addr { return m.listener.Addr() }

// Handle sets who takes the messages of a channel.
func (m *Mesh) Handle(channel uint16, h Handler) { m.handlers[channel] = h }

// HandleStream sets who takes the streams of a channel. It owns the connection
// and runs on a goroutine of its own.
func (m *Mesh) HandleStream(channel uint16, h func(from string, conn net.Conn)) {
	m.streams[channel] = h
}

// Start begins to accept connections.
func (m *Mesh) Start() { m.done.Go(m.accept) }

// Close ends all connections and returns when nothing of the mesh runs any more.
// Requests that wait for an answer end with ErrLost.
func (m *Mesh) Close() {
	m.closeOnce.Do(func() {
		close(m.closed)
		m.listener.Close()
		m.cfg.Links.Close()
		m.mu.Lock()
		var open []*conn
		for c := range m.conns {
			open = append(open, c)
		}
		m.mu.Unlock()
		for _, c := range open {
			c.fail()
		}
	})
	m.done.Wait()
}

// Answer runs what a handler must not wait for, since it holds up the connection. Close
// waits for it. Only handlers may call it, while they run.
func (m *Mesh) Answer(work func()) { m.done.Go(work) }

// Options of a message.
type Options struct {
	// Linger is how long the message may wait for company.
	Linger time.Duration
	// Long takes the line for long messages, whatever the size. Messages on one
	// line keep their order, as far as no fault disturbs it.
	Long bool
}

// Go sends a request and calls done once, with the answer or an error, possibly
// before Go returns. done must not block.
func (m *Mesh) Go(to string, channel uint16, payload []byte, o Options, done func([]byte, error)) {
	f := frame{kind: request, patient: o.Linger > 0, channel: channel, id: m.ids.Add(1), payload: payload}
	m.post(to, f, o, done)
}

// Call sends a request and waits for its answer, or until the context ends; the
// outcome is unknown then.
func (m *Mesh) Call(ctx context.Context, to string, channel uint16, payload []byte) ([]byte, error) {
	type result struct {
		payload []byte
		err     error
	}
	results := make(chan result, 1)
	m.Go(to, channel, payload, Options{}, func(p []byte, err error) { results <- result{p, err} })
	select {
	case r := <-results:
		return r.payload, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrLost, ctx.Err())
	}
}

// Send sends a one-way message. Nobody learns whether it arrives.
func (m *Mesh) Send(to string, channel uint16, payload []byte) {
	m.post(to, frame{kind: oneWay, channel: channel, payload: payload}, Options{}, nil)
}

// post lets the fault links decide on a message, and sends what is left of it.
func (m *Mesh) post(to string, f frame, o Options, done func([]byte, error)) {
	fate := m.cfg.Links.Fate(to, fault.Out)
	p := m.peer(to)
	if fate.Drop {
		p.swallow(f, done)
		return
	}
	if !m.hold(p, f, f.long(o)) {
		refuse(done)
		return
	}
	if fate == (fault.Fate{}) {
		p.post(f, o, done)
		return
	}
	send := func() {
		p.post(f, o, done)
		if fate.Duplicate {
			// Behind the original and with an id of its own: the answer to the copy is
			// nobody's, so that no client hears of a duplicate that it did not send.
			twin := f
			if twin.kind == request {
				twin.id = m.ids.Add(1)
			}
			if m.hold(p, twin, twin.long(o)) {
				p.post(twin, o, nil)
			}
		}
	}
	if fate.Delay == 0 {
		send()
		return
	}
	time.AfterFunc(fate.Delay, send)
}

// register notes an open connection; false means that the mesh is closed.
func (m *Mesh) register(c *conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.closed:
		return false
	default:
	}
	m.conns[c] = struct{}{}
	return true
}

// run reads and writes a connection until it breaks.
func (m *Mesh) run(c *conn) {
	if !m.register(c) {
		c.fail()
		return
	}
	if isTwin(c.life, m.peer(c.peer).life()) {
		c.Close() // another one has replaced it since the handshake
	}
	m.done.Go(c.write)
	m.done.Go(func() {
		m.read(c)
		c.fail()
		m.mu.Lock()
		delete(m.conns, c)
		m.mu.Unlock()
		m.lost(c)
	})
}

// Heard is when a message that the peer sent of its own accord arrived last; zero if
// none has. An answer does not count: a peer that can send nothing, and is silent to
// those who ask it nothing, may still answer on the connections of others, and must not
// seem to be there and gone by turns.
func (m *Mesh) Heard(peer string) time.Time {
	if at, ok := m.heard.Load(peer); ok {
		if since := at.(*atomic.Int64).Load(); since != never {
			return m.began.Add(time.Duration(since))
		}
	}
	return time.Time{}
}

// never stands for the time of a message that has not come.
const never = -1

func (m *Mesh) read(c *conn) {
	first := new(atomic.Int64)
	first.Store(never)
	at, _ := m.heard.LoadOrStore(c.peer, first)
	heard := at.(*atomic.Int64)
	in, late := bufio.NewReaderSize(c.Conn, 64<<10), &m.peer(c.peer).late
	var before []byte // of a message that comes in parts
	for {
		f, err := readFrame(in, before)
		if err != nil {
			return
		}
		if !c.heard {
			c.heard = true
			m.answeredOld(c)
		}
		switch {
		case f.kind == part:
			before = f.payload
			continue
		case f.channel == channelProbe:
			m.deliver(c, f)
			continue
		case f.parted:
			before = nil
		}
		fate := m.cfg.Links.Fate(c.peer, fault.In)
		if fate.Drop {
			continue
		}
		if f.kind != answer && f.kind != refusal {
			heard.Store(int64(time.Since(m.began)))
		}
		switch {
		case fate.Delay > 0 && late.take(f.cost(), false):
			time.AfterFunc(fate.Delay, func() {
				late.give(f.cost())
				m.deliver(c, f)
			})
			continue
		case fate.Delay > 0: // more are delayed than may be held: the line is full, and those behind wait
			select {
			case <-time.After(fate.Delay):
			case <-c.ended:
				return
			}
		}
		m.deliver(c, f)
	}
}

// answerLinger lets the answers to patient requests leave together.
const answerLinger = 500 * time.Microsecond

func (m *Mesh) deliver(c *conn, f frame) {
	switch f.kind {
	case request:
		if f.channel == channelProbe {
			m.answerProbe(c, f.id)
			return
		}
		m.serve(c, f)
	case oneWay:
		m.serve(c, f)
	case answer:
		if done := c.answered(f.id); done != nil {
			done(f.payload, nil)
		}
	case refusal:
		if done := c.answered(f.id); done != nil {
			done(nil, errors.New(string(f.payload)))
		}
	}
}

// serve hands a message to those that it is for.
func (m *Mesh) serve(c *conn, f frame) {
	reply := nobody
	if f.kind == request {
		to := f // what a closure holds is allocated; a one-way message need not be
		reply = func(payload []byte, err error) { m.reply(c, to, payload, err) }
	}
	if h := m.handlers[f.channel]; h != nil {
		h(c.peer, f.payload, reply)
		return
	}
	reply(nil, fmt.Errorf("there is no channel %d here", f.channel))
}

// nobody waits for an answer to a one-way message.
func nobody([]byte, error) {}

func (m *Mesh) reply(c *conn, to frame, payload []byte, err error) {
	f := frame{kind: answer, channel: to.channel, id: to.id, payload: payload}
	if err != nil {
		f.kind, f.payload = refusal, []byte(err.Error())
	}
	linger := time.Duration(0)
	if to.patient {
		linger = answerLinger
	}
	fate := m.cfg.Links.Fate(c.peer, fault.Out)
	if fate.Drop {
		return
	}
	if !m.hold(m.peer(c.peer), f, false) {
		c.Close() // so that who asked learns that no answer will come
		return
	}
	if fate.Delay > 0 {
		time.AfterFunc(fate.Delay, func() { c.send(f, linger) })
		return
	}
	c.send(f, linger)
}
