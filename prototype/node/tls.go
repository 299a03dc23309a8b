//go:build !js

package node

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/link"
)

// TLSFiles are what a node proves itself with, and whom it believes; all PEM.
type TLSFiles struct {
	Cert string // the node's certificate, and those between it and the CA
	Key  string // its private key
	CA   string // the authorities whose certificates are accepted
	// ClientCA are the authorities of the certificates that clients of the HTTP API may
	// show; "" asks them for none.
	ClientCA string
}

// TLS is a network in which both ends of each connection show a certificate, by
// TLS 1.3. A certificate speaks for the node whose id is among its DNS names,
// literally: no wildcards, and the host's name or address does not matter to
// other nodes, so a node may move. Anyone without a certificate of the CA learns
// nothing but the certificate of this node.
//
// The files are looked at again at new connections, at most once a second; if
// what they hold cannot be used, the old certificates stay in use and the log
// says so. Connections that are open are not ended when their certificate
// expires: restart a node to shut a peer out at once.
//
// Its methods may be called from any goroutine.
type TLS struct {
	files  TLSFiles
	logger *slog.Logger
	limit  *link.LogLimiter

	mu     sync.Mutex
	looked time.Time
	stamp  [4]fileStamp
	held
}

// held is what the files hold.
type held struct {
	pair    tls.Certificate
	roots   *x509.CertPool
	clients *x509.CertPool // of TLSFiles.ClientCA
	// authorities is what roots was read from, PEM.
	authorities []byte
}

type fileStamp struct {
	changed time.Time
	size    int64
}

var (
	_ Network       = (*TLS)(nil)
	_ link.Verifier = (*TLS)(nil)
)

// OpenTLS reads the files. The error says which one cannot be used.
func OpenTLS(files TLSFiles, logger *slog.Logger) (*TLS, error) {
	t := &TLS{files: files, logger: logger, limit: link.NewLogLimiter()}
	t.stamp = t.stamps()
	var err error
	if t.held, err = files.read(); err != nil {
		return nil, err
	}
	if t.clients, err = files.readClients(); err != nil {
		return nil, err
	}
	t.looked = time.Now()
	return t, nil
}

func (f TLSFiles) read() (h held, err error) {
	h.pair, err = tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return h, fmt.Errorf("read certificate %s with key %s: %w", f.Cert, f.Key, err)
	}
	h.roots, h.authorities, err = readAuthorities(f.CA)
	return h, err
}

// readClients gives nil if clients are asked for no certificate.
func (f TLSFiles) readClients() (pool *x509.CertPool, err error) {
	if f.ClientCA != "" {
		pool, _, err = readAuthorities(f.ClientCA)
	}
	return pool, err
}

func readAuthorities(file string) (pool *x509.CertPool, data []byte, err error) {
	if data, err = os.ReadFile(file); err != nil {
		return nil, nil, fmt.Errorf("read authorities: %w", err)
	}
	pool = x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, nil, fmt.Errorf("read authorities: %s holds no certificate", file)
	}
	return pool, data, nil
}

func (t *TLS) stamps() (stamps [4]fileStamp) {
	for i, name := range []string{t.files.Cert, t.files.Key, t.files.CA, t.files.ClientCA} {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = fileStamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// current is what the files hold, as of the last second.
func (t *TLS) current() (tls.Certificate, *x509.CertPool) {
	h := t.now()
	return h.pair, h.roots
}

func (t *TLS) now() held {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.looked) < time.Second {
		return t.held
	}
	t.looked = time.Now()
	stamps := t.stamps()
	if stamps == t.stamp {
		return t.held
	}
	h, err := t.files.read()
	if err != nil {
		t.warn("certificates have changed and cannot be used", "", err)
		return t.held
	}
	// The node's own certificate is renewed whatever is wrong with what clients need.
	if h.clients, err = t.files.readClients(); err != nil {
		t.warn("the authorities of clients have changed and cannot be used: those before stay in use", "", err)
		h.clients = t.clients
	}
	t.stamp, t.held = stamps, h
	t.logger.Info("certificates were read again")
	return h
}

// Listen accepts connections of nodes. The handshake happens at the first read.
func (t *TLS) Listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &tlsListener{listener, t}, nil
}

type tlsListener struct {
	net.Listener
	tls *TLS
}

func (l *tlsListener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	pair, roots := l.tls.current()
	return &tlsConn{Conn: tls.Server(raw, &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
		// Each connection proves itself anew, against the certificates of now.
		SessionTicketsDisabled: true,
	}), tls: l.tls}, nil
}

// Dial connects and proves both ends to each other, within the timeout.
func (t *TLS) Dial(address string, timeout time.Duration) (net.Conn, error) {
	deadline := time.Now().Add(timeout)
	raw, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return nil, err
	}
	pair, roots := t.current()
	conn := &tlsConn{Conn: tls.Client(raw, &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair},
		// The usual check is for a host's name. What counts here is the node's id,
		// which Verify compares; the chain is checked below.
		InsecureSkipVerify: true,
		VerifyConnection:   func(state tls.ConnectionState) error { return verifyChain(state, roots) },
	}), tls: t}
	conn.SetDeadline(deadline)
	if err := conn.handshake(); err != nil {
		raw.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return conn, nil
}

func verifyChain(state tls.ConnectionState, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
	return err
}

// Verify refuses a peer whose certificate is not for the id that it claims.
func (t *TLS) Verify(conn net.Conn, claimed string) error {
	c, ok := conn.(*tlsConn)
	if !ok {
		return errors.New("verify peer: the connection is not of this network")
	}
	if err := c.handshake(); err != nil {
		return err
	}
	names := c.ConnectionState().PeerCertificates[0].DNSNames
	if !slices.Contains(names, claimed) {
		err := fmt.Errorf("verify peer: it claims to be %q and its certificate is for %q; give each node the certificate of its own id", claimed, names)
		t.warn("a peer is refused", c.RemoteAddr().String(), err)
		return err
	}
	return nil
}

// ServerConfig is for the HTTP API with the same certificate. Clients need no
// certificate of their own; with TLSFiles.ClientCA they are asked for one, and one that
// they show is verified.
func (t *TLS) ServerConfig() *tls.Config {
	return &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		h := t.now()
		c := &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{h.pair}}
		if h.clients != nil {
			c.ClientAuth, c.ClientCAs = tls.VerifyClientCertIfGiven, h.clients
			// A resumed connection would bring what an earlier authority has verified.
			c.SessionTicketsDisabled = true
		}
		return c, nil
	}}
}

// tlsConn tells the operator why a peer is refused.
type tlsConn struct {
	*tls.Conn
	tls  *TLS
	once sync.Once
}

func (c *tlsConn) handshake() error {
	err := c.Conn.Handshake()
	if err != nil {
		err = fmt.Errorf("prove peer: %w", explain(err))
		c.once.Do(func() { c.tls.warn("a peer is refused", c.RemoteAddr().String(), err) })
	}
	return err
}

func (c *tlsConn) Read(into []byte) (int, error) {
	if err := c.handshake(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(into)
	// With TLS 1.3 the caller has finished before the other end has seen the
	// caller's certificate, so a refusal comes as an alert at the first read.
	if op := new(net.OpError); errors.As(err, &op) && op.Op == "remote error" {
		c.once.Do(func() { c.tls.warn("a peer refuses this node", c.RemoteAddr().String(), err) })
	}
	return n, err
}

// explain says what to do about the refusals that happen in practice.
func explain(err error) error {
	var header tls.RecordHeaderError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &header):
		return fmt.Errorf("the other end does not speak TLS: %w", err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("the certificate has expired or is not valid yet; renew it, and compare the clocks: %w", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("the certificate is of an authority that --tls-ca does not hold: %w", err)
	}
	return err
}

// warn logs what a peer did, without letting it fill the log.
func (t *TLS) warn(message, from string, err error) {
	host, _, splitErr := net.SplitHostPort(from)
	if splitErr != nil {
		host = from
	}
	if t.limit.Allow(host+"\x00"+message, time.Now()) {
		t.logger.Warn(message, "peer", from, "reason", err)
	}
}
