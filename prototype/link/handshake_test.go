package link

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// TestHandshake: both ends learn what the other is, whoever calls.
func TestHandshake(t *testing.T) {
	addresses := map[string]string{}
	var mu sync.Mutex
	seen := map[string]Identity{}
	config := func(self string, shards int) Config {
		return Config{Self: self, Network: &sockets{}, Features: Features(shards) << 40,
			Identity: func() Identity { return Identity{Cluster: "c1", Shards: shards, Format: 7} },
			Admit: func(peer string, theirs Identity, features Features) error {
				mu.Lock()
				defer mu.Unlock()
				seen[self+" "+peer] = theirs
				if features != Features(theirs.Shards)<<40 {
					return fmt.Errorf("%s has the features %x", peer, features)
				}
				return nil
			}}
	}
	b := open(t, config("b", 2), nil)
	addresses["b"] = b.Addr().String()
	a := open(t, config("a", 1), addresses)
	if _, ok := a.Features("b"); ok {
		t.Error("the features of a peer are known that was never heard")
	}
	answers(t, a, "b")
	if f, ok := a.Features("b"); !ok || f != 2<<40 {
		t.Errorf("who called knows the features %x, %t", f, ok)
	}
	eventually(t, "who was called knows the features of the caller", func() bool {
		f, ok := b.Features("a")
		return ok && f == 1<<40
	})
	mu.Lock()
	defer mu.Unlock()
	if seen["a b"] != (Identity{"c1", 2, 7}) || seen["b a"] != (Identity{"c1", 1, 7}) {
		t.Errorf("the identities arrive as %v", seen)
	}
}

// oldPeer is a node of version 3, as far as bytes show: it closes what does not begin
// with its own hello, and says nothing of itself.
func oldPeer(version byte, hellos *atomic.Int64) func(net.Conn) {
	return func(c net.Conn) {
		if !acceptAsOld(c, version) {
			return
		}
		hellos.Add(1)
		in := bufio.NewReader(c)
		for {
			f, err := readFrame(in, nil)
			if err != nil || f.kind == part || f.parted {
				return
			}
			f.kind = answer
			if f.channel == channelProbe {
				f.kind, f.payload = refusal, []byte("there is no channel 65535 here")
			}
			if _, err := c.Write(append(f.appendHeader(nil), f.payload...)); err != nil {
				return
			}
		}
	}
}

// acceptAsOld is the acceptor's part of the handshake of version 3.
func acceptAsOld(c net.Conn, version byte) bool {
	fixed := make([]byte, 9)
	if _, err := io.ReadFull(c, fixed); err != nil || string(fixed[:5]) != "LKLN"+string(version) {
		return false
	}
	_, err := io.ReadFull(c, make([]byte, fixed[8]))
	return err == nil
}

// TestHandshake_replaced: a peer of version 3 is understood, and so is what takes its
// place, newer or older, while the node that calls goes on.
func TestHandshake_replaced(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	var strange atomic.Bool
	network := &sockets{}
	a := open(t, Config{Self: "a", Network: network, Features: 1, Admit: func(_ string, theirs Identity, features Features) error {
		strange.Store(strange.Load() || theirs != Identity{})
		return nil
	}}, map[string]string{"b": at})
	var hellos atomic.Int64
	old := func(l net.Listener) (stop func()) {
		var conns sync.WaitGroup
		var mu sync.Mutex
		var open []net.Conn
		conns.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				mu.Lock()
				open = append(open, c)
				mu.Unlock()
				conns.Go(func() {
					defer c.Close()
					oldPeer(3, &hellos)(c)
				})
			}
		})
		return func() {
			l.Close()
			mu.Lock()
			for _, c := range open {
				c.Close()
			}
			mu.Unlock()
			conns.Wait()
		}
	}
	for range 2 {
		stop := old(l)
		answers(t, a, "b")
		if f, ok := a.Features("b"); f != 0 || !ok {
			t.Errorf("an old peer has the features %x, %t", f, ok)
		}
		stop()
		b := open(t, Config{Self: "b", Network: &sockets{}, Address: at, Features: 6}, nil)
		began := time.Now()
		answers(t, a, "b")
		if took := time.Since(began); took >= oldFor {
			t.Errorf("the peer that took its place is found after %s", took)
		}
		if f, _ := a.Features("b"); f != 6 {
			t.Errorf("the peer that took its place has the features %x", f)
		}
		b.Close()
		if l, err = net.Listen("tcp", at); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	if strange.Load() {
		t.Error("a peer that says nothing has an identity")
	}
	if n := hellos.Load(); n < 2 || n > 8 {
		t.Errorf("%d connections of version 3 were opened", n)
	}
}

// TestHandshake_old_caller: a node of version 3 is answered, and is judged as one that
// says nothing.
func TestHandshake_old_caller(t *testing.T) {
	admit := atomic.Pointer[error]{}
	a := open(t, Config{Self: "a", Network: &sockets{}, Admit: func(peer string, theirs Identity, features Features) error {
		if peer != "old" || theirs != (Identity{}) || features != 0 {
			return errors.New("it does say something")
		}
		if err := admit.Load(); err != nil {
			return *err
		}
		return nil
	}}, nil)
	call := func() error {
		c, err := net.Dial("tcp", a.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(c, "LKLN\x03\x00\x00\x00\x03old")
		f := frame{kind: request, channel: echoed, id: 9, payload: []byte("hello")}
		c.Write(append(f.appendHeader(nil), f.payload...))
		got, err := readFrame(bufio.NewReader(c), nil)
		if err == nil && (got.kind != answer || got.id != 9 || string(got.payload) != "hello") {
			t.Errorf("the answer is %v", got)
		}
		return err
	}
	if err := call(); err != nil {
		t.Errorf("an old node is not answered: %v", err)
	}
	if f, ok := a.Features("old"); f != 0 || !ok {
		t.Errorf("its features are %x, %t", f, ok)
	}
	no := errors.New("old nodes may not come back")
	admit.Store(&no)
	if err := call(); err == nil {
		t.Error("an old node that is not admitted is answered")
	}
	if r := a.Refusals(); len(r) != 1 || r[0].By != "a" || r[0].Reason != ReasonIdentity || r[0].Detail != no.Error() {
		t.Errorf("the refusals are %v", r)
	}
}

// TestHandshake_old_not_admitted: who does not admit an old peer finds the newer one in
// its place at once, even if that never calls.
func TestHandshake_old_not_admitted(t *testing.T) {
	var hellos atomic.Int64
	at := peerAt(t, oldPeer(3, &hellos))
	addresses := map[string]string{"b": at}
	var mu sync.Mutex
	a := open(t, Config{Self: "a", Network: &sockets{}, Admit: func(_ string, _ Identity, features Features) error {
		if features == 0 {
			return errors.New("it lacks a feature that is in use: upgrade it")
		}
		return nil
	}}, nil)
	a.cfg.Find = func(id string) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		return addresses[id], id == "b"
	}
	a.Send("b", echoed, nil)
	eventually(t, "the old peer is refused", func() bool { return len(a.Refusals()) == 1 })
	b := open(t, Config{Self: "b", Network: &sockets{}, Features: 1}, nil)
	mu.Lock()
	addresses["b"] = b.Addr().String()
	mu.Unlock()
	began := time.Now()
	answers(t, a, "b")
	if took := time.Since(began); took >= oldFor {
		t.Errorf("the peer that took its place is found after %s", took)
	}
}

// doubting is a network that takes nobody for who he says he is.
type doubting struct{ sockets }

func (*doubting) Verify(_ net.Conn, claimed string) error {
	return fmt.Errorf("its certificate is not for %s", claimed)
}

// TestHandshake_no_downgrade: a node that took its peer for an old one is turned away
// by it, so that nothing goes unchecked, and tries again as what it is.
func TestHandshake_no_downgrade(t *testing.T) {
	b := open(t, Config{Self: "b", Network: &sockets{}, Features: 2}, nil)
	a := open(t, Config{Self: "a", Network: &sockets{}, Features: 1}, map[string]string{"b": b.Addr().String()})
	a.peer("b").old = time.Now().Add(time.Hour)
	answers(t, a, "b")
	if f, ok := b.Features("a"); !ok || f != 1 {
		t.Errorf("b takes a for an old node: %x, %t", f, ok)
	}
	a.peer("b").speaks.mu.Lock()
	a.peer("b").old = time.Now().Add(time.Hour)
	a.peer("b").speaks.mu.Unlock()
	if c, err := a.Stream("b", held); err == nil {
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
			t.Error("a stream of version 3 from a peer that speaks version 4 is served")
		}
		c.Close()
	}
}

// TestHandshake_refusals: each end may refuse, and both tell: an operator reads at
// both nodes what is wrong, and the counters of both say of what class it was.
func TestHandshake_refusals(t *testing.T) {
	no := func(string, Identity, Features) error {
		return errors.New("it is of cluster c2: start it with its own data")
	}
	for _, test := range []struct {
		name         string
		acceptor     Config
		caller       Config
		by           string
		reason, says string
		seenBy       string // "both", or only the one of the two that can know
	}{
		{"the acceptor does not admit", Config{Self: "b", Admit: no}, Config{Self: "a"}, "b", ReasonIdentity, "cluster c2", "both"},
		{"the caller does not admit", Config{Self: "b"}, Config{Self: "a", Admit: no}, "a", ReasonIdentity, "cluster c2", "both"},
		{"another node is at the address", Config{Self: "c"}, Config{Self: "a"}, "a", ReasonName, "c answers at its address", "caller"},
		{"the acceptor doubts the name", Config{Self: "b", Network: &doubting{}}, Config{Self: "a"}, "b", ReasonName, "not for a", "both"},
		{"the caller doubts the name", Config{Self: "b"}, Config{Self: "a", Network: &doubting{}}, "a", ReasonName, "not for b", "caller"},
		{"two nodes with one id", Config{Self: "a"}, Config{Self: "a"}, "a", ReasonName, "an id of its own", "both"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, c := range []*Config{&test.acceptor, &test.caller} {
				if c.Network == nil {
					c.Network = &sockets{}
				}
			}
			b := open(t, test.acceptor, map[string]string{"a": "nowhere"})
			peer := "b"
			if test.acceptor.Self == "a" {
				peer = "a"
			}
			a := open(t, test.caller, map[string]string{peer: b.Addr().String()})
			if _, err := a.Call(within(t), peer, echoed, nil); !errors.Is(err, ErrUnreachable) {
				t.Errorf("the call ends with %v", err)
			}
			check := func(m *opened, other string) {
				t.Helper()
				eventually(t, "the refusal is known", func() bool { return len(m.Refusals()) == 1 })
				r := m.Refusals()[0]
				if r.Peer != other || r.By != test.by || r.Reason != test.reason || !strings.Contains(r.Detail, test.says) {
					t.Errorf("%s knows of the refusal %+v", m.cfg.Self, r)
				}
				eventually(t, "the operator reads of it", func() bool {
					said := m.log.String()
					return strings.Contains(said, "level=WARN") && strings.Contains(said, "peer="+other) && strings.Contains(said, test.says) && strings.Contains(said, "reason="+test.reason)
				})
				if n := m.count(other, test.reason); n != 1 {
					t.Errorf("%s counts %d refusals: %v", m.cfg.Self, n, m.counted)
				}
			}
			check(a, peer)
			if test.seenBy == "both" {
				check(b, "a")
			}
		})
	}
}

// TestHandshake_refusal_ends: what was mended is no longer told.
func TestHandshake_refusal_ends(t *testing.T) {
	var mended atomic.Bool
	b := open(t, Config{Self: "b", Network: &sockets{}, Admit: func(string, Identity, Features) error {
		if !mended.Load() {
			return errors.New("not yet")
		}
		return nil
	}}, nil)
	a := open(t, Config{Self: "a", Network: &sockets{}}, map[string]string{"b": b.Addr().String()})
	a.Send("b", echoed, nil)
	eventually(t, "both know of the refusal", func() bool { return len(a.Refusals()) == 1 && len(b.Refusals()) == 1 })
	if b.count(stranger, ReasonIdentity) == 0 {
		t.Errorf("a peer that is no member is counted by its name: %v", b.counted)
	}
	mended.Store(true)
	answers(t, a, "b")
	eventually(t, "nobody tells of it any more", func() bool { return len(a.Refusals())+len(b.Refusals()) == 0 })
}

// TestHandshake_versions: the newest version that both speak is agreed on, and no other.
func TestHandshake_versions(t *testing.T) {
	a := open(t, Config{Self: "a", Network: &sockets{}}, nil)
	for _, test := range []struct {
		oldest, newest byte
		code           code
	}{{4, 4, accepted}, {1, 9, accepted}, {4, 200, accepted}, {5, 6, refusedVersion}, {1, 2, refusedVersion}} {
		c, err := net.Dial("tcp", a.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		// Later versions keep the layout and may say more.
		body := append(terms{oldest: test.oldest, newest: test.newest, id: "b"}.append(nil), "and more"...)
		h := hello{version: test.newest, use: shortMessages}
		h.version = max(h.version, 4)
		head := h.append(nil)[:8]
		c.Write(append(append(head, 0, byte(len(body))), body...))
		verdict, text, err := readVerdict(c)
		if err != nil || verdict != test.code {
			t.Errorf("versions %d to %d are answered with %d, %q, %v", test.oldest, test.newest, verdict, text, err)
		}
		if verdict == refusedVersion && !strings.Contains(string(text), fmt.Sprintf("%d to %d", test.oldest, test.newest)) {
			t.Errorf("the reason is %q", text)
		}
	}
}

// TestHandshake_mute: a program that closes every connection says nothing, so this
// node says it; one that merely does not answer is no older version.
func TestHandshake_mute(t *testing.T) {
	var hellos, old atomic.Int64
	addresses := map[string]string{"v2": peerAt(t, oldPeer(2, &hellos)), "slow": peerAt(t, func(c net.Conn) {
		if h, err := readHello(c); err == nil && h.version < 4 {
			old.Add(1)
		}
		io.Copy(io.Discard, c)
	})}
	a := open(t, Config{Self: "a", Network: &sockets{}}, addresses)
	eventually(t, "the refusal is told", func() bool {
		a.Send("v2", echoed, nil)
		return len(a.Refusals()) == 1
	})
	if r := a.Refusals()[0]; r.By != "v2" || r.Reason != ReasonVersion || !strings.Contains(r.Detail, "versions 3 to 4") {
		t.Errorf("the refusal is %+v", r)
	}
	began := time.Now()
	if _, err := a.Call(within(t), "slow", echoed, nil); !errors.Is(err, ErrUnreachable) || time.Since(began) > 10*time.Second {
		t.Errorf("a peer that does not answer: %v after %s", err, time.Since(began))
	}
	if n := old.Load(); n > 0 {
		t.Errorf("a peer that does not answer is called in version 3, %d times", n)
	}
}

// TestHandshake_closed: a connection whose handshake failed is closed by who called,
// so that a peer that refuses for days is not left with one for each attempt.
func TestHandshake_closed(t *testing.T) {
	closed := make(chan error, 1)
	at := peerAt(t, func(c net.Conn) {
		if _, err := readHello(c); err != nil || writeVerdict(c, refusedIdentity, []byte("another cluster")) != nil {
			return
		}
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, err := io.Copy(io.Discard, c)
		select {
		case closed <- err:
		default:
		}
	})
	a := open(t, Config{Self: "a", Network: &sockets{}}, map[string]string{"b": at})
	a.Send("b", echoed, nil)
	select {
	case err := <-closed:
		if err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the connection is not closed: %v", err)
		}
	case <-within(t).Done():
		t.Error("the peer was not called")
	}
}

// TestHandshake_malformed: what is no hello, or half of one, is closed, within a time,
// and nobody answers it at length.
func TestHandshake_malformed(t *testing.T) {
	good := hello{version: 4, terms: terms{oldest: 3, newest: 4, id: "b"}}.append(nil)
	cases := map[string]string{
		"http":                "GET / HTTP/1.1\r\n\r\n",
		"nothing":             "",
		"half":                string(good[:len(good)/2]),
		"no use":              "LKLN\x04\x07" + string(good[6:]),
		"no id":               string(hello{version: 4, terms: terms{oldest: 3, newest: 4}}.append(nil)),
		"no range":            string(hello{version: 4, terms: terms{oldest: 4, newest: 3, id: "b"}}.append(nil)),
		"no terms":            "LKLN\x04\x00\x00\x00\x00\x00",
		"long terms":          "LKLN\x04\x00\x00\x00\xff\xff" + strings.Repeat("x", 70_000),
		"id beyond the terms": string(append(good[:len(good)-3:len(good)-3], 200, 'b', 0)),
		"version 3, no id":    "LKLN\x03\x00\x00\x00\x00",
		"no stream":           string(hello{version: 4, use: stream, channel: 77, terms: terms{oldest: 3, newest: 4, id: "b"}}.append(nil)),
		"no verdict":          string(good),
		"a long verdict":      string(good) + "\x02\xff\xff" + strings.Repeat("x", 70_000),
	}
	for name, said := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &pipes{}
				open(t, Config{Self: "a", Network: network, Address: "a"}, nil)
				c, err := network.Dial("a", 0)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				began := time.Now()
				go func() {
					io.WriteString(c, said)
				}()
				c.SetReadDeadline(began.Add(time.Minute))
				got, err := io.ReadAll(c)
				if took := time.Since(began); err != nil || took > helloTimeout || len(got) > 600 {
					t.Errorf("%d bytes after %s, %v", len(got), took, err)
				}
				synctest.Wait()
			})
		})
	}
}

// TestHandshake_unprintable: what a peer says cannot write lines of its own into a log.
func TestHandshake_unprintable(t *testing.T) {
	at := peerAt(t, func(c net.Conn) {
		if _, err := readHello(c); err == nil {
			_ = writeVerdict(c, 99, []byte("no\nlevel=INFO msg=fine\x1b[2J\xff"+strings.Repeat("ä", 400)))
		}
	})
	a := open(t, Config{Self: "a", Network: &sockets{}}, map[string]string{"b": at})
	a.Send("b", echoed, nil)
	eventually(t, "the refusal is known", func() bool { return len(a.Refusals()) == 1 })
	r := a.Refusals()[0]
	if !utf8.ValidString(r.Detail) || strings.ContainsAny(r.Detail, "\n\x1b") || len(r.Detail) > maxReason || r.Reason != reasonOther || !strings.HasPrefix(r.Detail, "no level=INFO") {
		t.Errorf("the refusal is %q", r)
	}
}

// TestHandshake_logs: a peer that is refused all the time does not fill the log.
func TestHandshake_logs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &pipes{}
		open(t, Config{Self: "b", Network: network, Address: "b", Admit: func(string, Identity, Features) error { return errors.New("no") }}, nil)
		a := open(t, Config{Self: "a", Network: network, Address: "a"}, map[string]string{"b": "b"})
		for range 300 {
			a.Send("b", echoed, nil)
			time.Sleep(100 * time.Millisecond)
		}
		said, counted := strings.Count(a.log.String(), "level=WARN"), a.count("b", ReasonIdentity)
		if said < 3 || said > 4 || counted < 100 {
			t.Errorf("%d lines for %d refusals in 30 s", said, counted)
		}
	})
}

// TestMesh_Disconnect: after it, both ends have shaken hands again, with what the
// node says of itself now; streams end.
func TestMesh_Disconnect(t *testing.T) {
	var cluster atomic.Pointer[string]
	none := ""
	cluster.Store(&none)
	var mu sync.Mutex
	var seen []string
	b := open(t, Config{Self: "b", Network: &sockets{}, Admit: func(_ string, theirs Identity, _ Features) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, theirs.Cluster)
		return nil
	}}, nil)
	a := open(t, Config{Self: "a", Network: &sockets{}, Identity: func() Identity { return Identity{Cluster: *cluster.Load()} }}, map[string]string{"b": b.Addr().String()})
	answers(t, a, "b")
	c, err := a.Stream("b", held)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	lost := make(chan error, 1)
	a.Go("b", neverAnswered, nil, Options{}, func(_ []byte, err error) { lost <- err })
	known := "c1"
	cluster.Store(&known)
	a.Disconnect("b")
	if err := <-lost; !errors.Is(err, ErrLost) {
		t.Errorf("a request under way ends with %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the stream goes on")
	}
	answers(t, a, "b")
	mu.Lock()
	defer mu.Unlock()
	if n := len(seen); n < 3 || seen[0] != "" || seen[n-1] != "c1" {
		t.Errorf("b was told %q", seen)
	}
}

// FuzzHello: whatever arrives, reading it ends, takes no more than its bounds, and
// what is understood is written again in the same way.
func FuzzHello(f *testing.F) {
	f.Add(hello{version: 4, use: stream, channel: 300, terms: terms{oldest: 3, newest: 4, features: 1 << 63, id: "n1", identity: Identity{"c", 4, 1}}}.append(nil))
	f.Add(hello{version: 3, terms: terms{id: "n1"}}.append(nil))
	f.Add([]byte("LKLN\x04\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bytes.NewReader(data)
		h, err := readHello(in)
		if read := len(data) - in.Len(); read > 8+2+maxTerms {
			t.Errorf("%d bytes were read", read)
		}
		if err != nil {
			return
		}
		again, err := readHello(bytes.NewReader(h.append(nil)))
		if err != nil || again != h {
			t.Errorf("%+v is read again as %+v, %v", h, again, err)
		}
		if _, _, err := readVerdict(bytes.NewReader(data)); err == nil && len(data) < 3 {
			t.Error("a verdict of less than three bytes")
		}
	})
}

// TestLogLimiter: a cause passes once in ten seconds, and strangers cannot make it
// remember more than it should.
func TestLogLimiter(t *testing.T) {
	l, now := NewLogLimiter(), time.Unix(0, 0)
	if !l.Allow("a", now) || l.Allow("a", now.Add(logEvery-1)) || !l.Allow("b", now) || !l.Allow("a", now.Add(logEvery)) {
		t.Error("a cause passes at the wrong times")
	}
	for i := range 10 * logMaxCauses {
		l.Allow(fmt.Sprint(i), now.Add(logEvery))
	}
	if len(l.last) > logMaxCauses || l.Allow("new", now.Add(logEvery)) || !l.Allow("new", now.Add(2*logEvery)) {
		t.Errorf("%d causes are remembered", len(l.last))
	}
}
