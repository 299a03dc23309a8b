package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
)

// All shards of a node share one listener. A connection begins with a header
// that names the shard and the caller; hashicorp/raft's own stream follows.
//
//	magic    4 bytes "LKRT"
//	version  1 byte, 1
//	shard    2 bytes, big endian
//	length   1 byte
//	caller   length bytes: the id of the node that connects
const (
	headerMagic   = "LKRT"
	headerVersion = 1
	headerTimeout = 2 * time.Second
)

// mux hands incoming connections to the shard that they name, and opens
// outgoing ones. Both run under the node's links, so that a fault cuts them.
type mux struct {
	listener  net.Listener
	network   Network
	links     *fault.Links
	self      string
	peers     map[raft.ServerAddress]string // id by raft address
	layers    []*streamLayer
	logger    *slog.Logger
	closed    chan struct{}
	closeOnce sync.Once
	done      sync.WaitGroup
}

func newMux(cfg Config, links *fault.Links) (*mux, error) {
	self, _ := cfg.peer(cfg.ID)
	listener, err := cfg.Network.Listen(self.Raft)
	if err != nil {
		return nil, fmt.Errorf("listen for peers on %s: %w", self.Raft, err)
	}
	m := &mux{
		listener: listener, network: cfg.Network, links: links, self: cfg.ID,
		peers: make(map[raft.ServerAddress]string), logger: cfg.Logger, closed: make(chan struct{}),
	}
	for _, p := range cfg.Peers {
		m.peers[raft.ServerAddress(p.Raft)] = p.ID
	}
	for shard := range cfg.Shards {
		m.layers = append(m.layers, &streamLayer{mux: m, shard: shard, incoming: make(chan net.Conn)})
	}
	m.done.Add(1)
	go m.accept()
	return m, nil
}

// closeListener ends all listening; shards may still use their connections.
func (m *mux) closeListener() {
	m.closeOnce.Do(func() {
		close(m.closed)
		m.listener.Close()
	})
}

// close waits for what is still being routed.
func (m *mux) close() {
	m.closeListener()
	m.links.Close()
	m.done.Wait()
}

func (m *mux) accept() {
	defer m.done.Done()
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			select {
			case <-m.closed:
				return
			case <-time.After(10 * time.Millisecond): // out of file descriptors, perhaps
				continue
			}
		}
		m.done.Add(1)
		go func() {
			defer m.done.Done()
			if err := m.route(conn); err != nil {
				m.logger.Debug("connection refused", "from", conn.RemoteAddr(), "reason", err)
				conn.Close()
			}
		}()
	}
}

// route reads the header and hands the connection to its shard.
func (m *mux) route(conn net.Conn) error {
	if err := conn.SetReadDeadline(time.Now().Add(headerTimeout)); err != nil {
		return err
	}
	shard, caller, err := readHeader(conn)
	if err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if shard >= len(m.layers) {
		return fmt.Errorf("no shard %d here", shard)
	}
	attached, err := m.links.Attach(conn, caller, fault.In)
	if err != nil {
		return err
	}
	select {
	case m.layers[shard].incoming <- attached:
		return nil
	case <-m.closed:
		attached.Close()
		return nil
	}
}

func readHeader(r io.Reader) (shard int, caller string, err error) {
	var fixed [len(headerMagic) + 4]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return 0, "", fmt.Errorf("read header: %w", err)
	}
	if string(fixed[:4]) != headerMagic || fixed[4] != headerVersion {
		return 0, "", errors.New("not a node of this version")
	}
	id := make([]byte, fixed[7])
	if _, err := io.ReadFull(r, id); err != nil {
		return 0, "", fmt.Errorf("read header: %w", err)
	}
	return int(binary.BigEndian.Uint16(fixed[5:7])), string(id), nil
}

func appendHeader(dst []byte, shard int, caller string) []byte {
	dst = append(dst, headerMagic...)
	dst = append(dst, headerVersion)
	dst = binary.BigEndian.AppendUint16(dst, uint16(shard))
	dst = append(dst, byte(len(caller)))
	return append(dst, caller...)
}

// streamLayer is the listener and dialer of one shard.
type streamLayer struct {
	mux      *mux
	shard    int
	incoming chan net.Conn
}

var _ raft.StreamLayer = (*streamLayer)(nil)

func (l *streamLayer) Accept() (net.Conn, error) {
	select {
	case conn := <-l.incoming:
		return conn, nil
	case <-l.mux.closed:
		return nil, net.ErrClosed
	}
}

// Close does nothing: the listener belongs to all shards.
func (l *streamLayer) Close() error { return nil }

func (l *streamLayer) Addr() net.Addr { return l.mux.listener.Addr() }

func (l *streamLayer) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	peer, ok := l.mux.peers[address]
	if !ok {
		return nil, fmt.Errorf("dial %s: not a peer", address)
	}
	if l.mux.links.IsCut(peer, fault.Out) {
		return nil, fmt.Errorf("dial %s: %w", peer, fault.ErrCut)
	}
	conn, err := l.mux.network.Dial(string(address), timeout)
	if err != nil {
		return nil, err
	}
	attached, err := l.mux.links.Attach(conn, peer, fault.Out)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", peer, err)
	}
	if err := attached.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		attached.Close()
		return nil, err
	}
	if _, err := attached.Write(appendHeader(nil, l.shard, l.mux.self)); err != nil {
		attached.Close()
		return nil, fmt.Errorf("dial %s: write header: %w", peer, err)
	}
	if err := attached.SetWriteDeadline(time.Time{}); err != nil {
		attached.Close()
		return nil, err
	}
	return attached, nil
}
