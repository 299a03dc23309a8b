package link

import (
	"fmt"
	"sync"
	"time"
)

// speaks is what is known of how a peer speaks, from the handshakes of this life.
type speaks struct {
	mu sync.Mutex
	// newest are the terms of the newest handshake; nil if there was none.
	newest *terms
	// old is until when the peer is taken for one of version 3 without asking. It
	// ends when a connection to the peer breaks, since the peer may have been
	// replaced meanwhile.
	old time.Time
	// silences counts the connections in a row that the peer has closed without an
	// answer: of version 4, and of version 3.
	silences, oldSilences int
}

const (
	// oldFor is how long a peer that was found to be of version 3 is dialled in it.
	oldFor = 10 * time.Second
	// silencesOfNewer is how many silent ends make a peer that has spoken version 4
	// look like an older program in its place.
	silencesOfNewer = 3
	// shortLife is how soon a connection of version 3 ends that was refused.
	shortLife = time.Second
	// oldSilencesTold is how many of those, in a row, the operator is told of.
	oldSilencesTold = 3
)

func (s *speaks) isOld(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.old)
}

// closedSilently notes that the peer did not answer a hello of version 4, and says
// whether it should be tried with version 3.
func (s *speaks) closedSilently(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silences++
	if s.newest != nil && s.newest.newest >= 4 && s.silences < silencesOfNewer {
		return false
	}
	s.silences, s.old = 0, now.Add(oldFor)
	return true
}

// notOld forgets that the peer was found to be of version 3.
func (s *speaks) notOld() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.old = time.Time{}
}

// speaksNewer says whether the newest handshake with a peer was of version 4.
func (m *Mesh) speaksNewer(peer string) bool {
	p := m.peer(peer)
	p.speaks.mu.Lock()
	defer p.speaks.mu.Unlock()
	return p.newest != nil && p.newest.newest >= 4
}

// agreed notes a handshake that both ends were content with.
func (m *Mesh) agreed(theirs terms, dialed bool) {
	p := m.peer(theirs.id)
	p.speaks.mu.Lock()
	p.newest = &theirs
	if theirs.newest >= 4 {
		p.silences, p.oldSilences, p.old = 0, 0, time.Time{}
	}
	p.speaks.mu.Unlock()
	m.dropTwins(theirs.id, theirs.life)
	m.refusals.remove(refusalKey{theirs.id, dialed})
	if !dialed {
		p.retryNow()
	}
}

// answeredOld notes that a peer has sent a frame over a connection that was opened
// in version 3: only now is it certain that it speaks that.
func (m *Mesh) answeredOld(c *conn) {
	if c.old {
		m.peer(c.peer).sentOld()
		m.agreed(terms{oldest: oldestVersion, newest: oldestVersion, id: c.peer}, true)
	}
}

func (s *speaks) sentOld() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oldSilences = 0
}

// lost notes that a connection has ended.
func (m *Mesh) lost(c *conn) {
	p := m.peer(c.peer)
	p.speaks.mu.Lock()
	p.old = time.Time{}
	refused := c.old && !c.heard && time.Since(c.dialed) < shortLife && !m.isClosed()
	if refused {
		p.oldSilences++
	}
	tell := refused && p.oldSilences >= oldSilencesTold
	p.speaks.mu.Unlock()
	if tell {
		_ = m.refused(c.peer, true, refusedVersion, c.peer, fmt.Sprintf("%s closes every connection without a word: it is cut off, or a program that speaks none of the versions %d to %d; bring both to releases that have one in common",
			c.peer, oldestVersion, newestVersion))
	}
}

// life is that of the process of the newest handshake; 0 if it has not said.
func (s *speaks) life() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newest == nil {
		return 0
	}
	return s.newest.life
}

// Features are those that a peer told in the newest handshake, whoever began it; ok
// is false if there was none since this node has started. A peer of version 3 has
// none. It may have been replaced since by another program: who relies on a feature
// relies on what the newest handshake said.
func (m *Mesh) Features(peer string) (features Features, ok bool) {
	p := m.peer(peer)
	p.speaks.mu.Lock()
	defer p.speaks.mu.Unlock()
	if p.newest == nil {
		return 0, false
	}
	return p.newest.features, true
}

// Disconnect closes every connection with a peer, streams too, so that both shake
// hands again with what Config.Identity says from now on. Requests under way end
// with ErrLost.
func (m *Mesh) Disconnect(peer string) {
	m.cfg.Links.Sever(peer)
	m.peer(peer).retryNow()
}
