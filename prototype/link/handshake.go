package link

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"lockstep/prototype/fault"
)

const (
	dialTimeout = 500 * time.Millisecond
	// helloTimeout is how long an acceptor waits for each part of a handshake, and
	// answerTimeout how long a caller waits for the answer.
	helloTimeout  = 2 * time.Second
	answerTimeout = time.Second
)

// terms are what this node says of itself at the moment.
func (m *Mesh) terms() terms {
	t := terms{oldest: oldestVersion, newest: newestVersion, features: m.cfg.Features, id: m.cfg.Self, life: m.life}
	if m.cfg.Identity != nil {
		t.identity = m.cfg.Identity()
	}
	return t
}

// admits asks the node above whether it takes a peer on its terms.
func (m *Mesh) admits(peer string, theirs terms) error {
	if m.cfg.Admit == nil {
		return nil
	}
	return m.cfg.Admit(peer, theirs.identity, theirs.features)
}

// dial opens a connection to a peer, in the newest version that it may speak, and
// gives the hello in that version, with the peer's terms in it.
//
// A peer of version 3 closes a connection whose hello it does not understand, and a
// peer of any version may do so because it ends. So the first that is not known to
// speak more is tried with version 3 at once; one that has spoken version 4 in this
// life has perhaps been replaced by an older program, and is tried so only after it
// has closed several connections in a row.
func (m *Mesh) dial(to string, u use, channel uint16) (net.Conn, hello, error) {
	p := m.peer(to)
	if !p.isOld(time.Now()) {
		h := hello{version: newestVersion, use: u, channel: channel}
		conn, err := m.call(to, &h)
		if !errors.Is(err, errClosedSilently) || !p.closedSilently(time.Now()) {
			return conn, h, err
		}
	}
	if u != stream {
		channel = fallback
	}
	h := hello{version: oldestVersion, use: u, channel: channel}
	conn, err := m.call(to, &h)
	if err != nil {
		p.notOld() // it may be replaced before the next dial
	}
	return conn, h, err
}

// call dials and shakes hands in one version; the terms in h are the peer's then. A peer of version 3 says nothing, so
// what it is shows only later; see [Mesh.answeredOld].
func (m *Mesh) call(to string, h *hello) (net.Conn, error) {
	address, ok := m.cfg.Find(to)
	if !ok {
		return nil, fmt.Errorf("dial %s: it is not a member", to)
	}
	if m.cfg.Links.IsCut(to, fault.Out) {
		return nil, fmt.Errorf("dial %s: %w", to, fault.ErrCut)
	}
	raw, err := m.cfg.Network.Dial(address, dialTimeout)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", to, err)
	}
	if v, ok := m.cfg.Network.(Verifier); ok {
		if err := v.Verify(raw, to); err != nil {
			raw.Close()
			return nil, fmt.Errorf("dial %s: %w", to, m.refused(to, true, refusedName, m.cfg.Self, err.Error()))
		}
	}
	attached, err := m.cfg.Links.Attach(raw, to, fault.Out)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", to, err)
	}
	err = attached.SetDeadline(time.Now().Add(answerTimeout))
	if err == nil {
		h.terms = m.terms() // after Attach; see Disconnect
		_, err = attached.Write(h.append(nil))
	}
	if err == nil {
		err = m.hear(attached, to, h)
	}
	if err == nil {
		err = attached.SetDeadline(time.Time{})
	}
	if err != nil {
		attached.Close()
		return nil, fmt.Errorf("dial %s: shake hands: %w", to, err)
	}
	return attached, nil
}

// errClosedSilently is for a peer that closes a connection without an answer.
var errClosedSilently = errors.New("the peer closed the connection without an answer")

// hear reads the answer to a hello, judges it and says so.
func (m *Mesh) hear(conn net.Conn, to string, h *hello) error {
	if h.version < 4 {
		if err := m.admits(to, terms{}); err != nil {
			return m.refused(to, true, refusedIdentity, m.cfg.Self, err.Error())
		}
		h.terms = terms{}
		return nil
	}
	c, body, err := readVerdict(conn)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return errClosedSilently
	case err != nil:
		return fmt.Errorf("read answer: %w", err)
	case c != accepted:
		return m.refused(to, true, c, to, string(body))
	}
	theirs, err := parseTerms(body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if theirs.id != to {
		c, err = refusedName, fmt.Errorf("%s was called, and %s answers at its address; compare the addresses that the nodes were started with", to, theirs.id)
	} else {
		c, err = m.judge(h.terms, theirs)
	}
	if err != nil {
		return errors.Join(m.refused(to, true, c, m.cfg.Self, err.Error()), writeRefusal(conn, c, err.Error()))
	}
	if err := writeVerdict(conn, accepted, nil); err != nil {
		return err
	}
	m.agreed(theirs, true)
	h.terms = theirs
	return nil
}

// judge says whether this node and a peer can talk.
func (m *Mesh) judge(ours, theirs terms) (code, error) {
	if _, ok := ours.common(theirs); !ok {
		return refusedVersion, fmt.Errorf("%s speaks the versions %d to %d and %s %d to %d: upgrade the older one step by step, to a release that speaks both",
			m.cfg.Self, ours.oldest, ours.newest, theirs.id, theirs.oldest, theirs.newest)
	}
	if err := m.admits(theirs.id, theirs); err != nil {
		return refusedIdentity, err
	}
	return accepted, nil
}

// answer is the acceptor's part of a handshake. It gives the connection under the
// control of the links, or closes it.
func (m *Mesh) answer(raw net.Conn) (conn net.Conn, h hello, err error) {
	conn = raw
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if err := raw.SetDeadline(time.Now().Add(helloTimeout)); err != nil {
		return raw, h, err
	}
	if h, err = readHello(raw); err != nil {
		return raw, h, err
	}
	caller := h.terms.id
	refuse := func(c code, text string) error {
		err := m.refused(caller, false, c, m.cfg.Self, text)
		if h.version >= 4 {
			err = errors.Join(err, writeRefusal(conn, c, text))
		}
		return err
	}
	if v, ok := m.cfg.Network.(Verifier); ok {
		if err := v.Verify(raw, caller); err != nil {
			return raw, h, refuse(refusedName, err.Error())
		}
	}
	switch {
	case h.version < oldestVersion:
		return raw, h, refuse(refusedVersion, fmt.Sprintf("%s speaks version %d and %s %d to %d: upgrade it step by step, to a release that speaks both",
			caller, h.version, m.cfg.Self, oldestVersion, newestVersion))
	case caller == m.cfg.Self:
		return raw, h, refuse(refusedName, fmt.Sprintf("another node calls itself %s: each node of a cluster needs an id of its own", caller))
	case m.cfg.Links.IsCut(caller, fault.In):
		return raw, h, refuse(refusedCut, fault.ErrCut.Error())
	case h.use == stream && m.streams[h.channel] == nil:
		return raw, h, refuse(refusedChannel, fmt.Sprintf("there is no stream channel %d here", h.channel))
	case h.version == oldestVersion && (h.use != stream && h.channel == fallback || h.use == stream && m.speaksNewer(caller)):
		return raw, h, errors.New("the caller fell back to a version below that of both")
	}
	attached, err := m.cfg.Links.Attach(raw, caller, fault.In)
	if err != nil {
		return raw, h, err
	}
	conn = attached
	ours := m.terms() // after Attach; see Disconnect
	theirs := h.terms
	if h.version == oldestVersion {
		theirs.identity, theirs.features = Identity{}, 0
	}
	if c, err := m.judge(ours, theirs); err != nil {
		return conn, h, refuse(c, err.Error())
	}
	if m.hearsTwin(caller, theirs.life) {
		return conn, h, refuse(refusedName, fmt.Sprintf("%s hears another %s: %s", m.cfg.Self, caller, ErrTwin(caller)))
	}
	if h.version >= 4 {
		if err := writeVerdict(conn, accepted, ours.append(nil)); err != nil {
			return conn, h, err
		}
		c, body, err := readVerdict(conn)
		if err != nil {
			return conn, h, err
		}
		if c != accepted {
			return conn, h, m.refused(caller, false, c, caller, string(body))
		}
	}
	m.agreed(theirs, false)
	return conn, h, conn.SetDeadline(time.Time{})
}
