package link

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
)

// TestMesh_bound: what a node holds for one peer is bounded, wherever it waits and
// over however many connections; what is beyond certainly did not leave. When the
// connection breaks, everybody is told, and there is room again.
func TestMesh_bound(t *testing.T) {
	const message = 1 << 20
	deaf := func(t *testing.T, _ *atomic.Int64) string {
		return peerAt(t, func(c net.Conn) {
			if acceptAs(c, "b") {
				<-t.Context().Done()
			}
		})
	}
	reads := func(t *testing.T, read *atomic.Int64) string {
		return peerAt(t, func(c net.Conn) {
			if !acceptAs(c, "b") {
				return
			}
			readMessages(c, true, func(f frame) bool { read.Add(int64(len(f.payload))); return true })
		})
	}
	for _, test := range []struct {
		name    string
		peer    func(*testing.T, *atomic.Int64) string
		options Options
		answers bool // everything that was accepted is waited for until it was read
		prepare func(*opened)
	}{
		{name: "it does not read", peer: deaf, options: Options{Long: true}},
		{name: "it does not answer", peer: reads, options: Options{Long: true}, answers: true},
		{name: "it never shakes hands", options: Options{Long: true}, peer: func(t *testing.T, _ *atomic.Int64) string {
			return peerAt(t, func(c net.Conn) { <-t.Context().Done() })
		}},
		{name: "a fault delays it", peer: reads, options: Options{}, prepare: func(o *opened) {
			o.faults.Add(fault.Fault{Kind: fault.Delay, Delay: fault.Duration(time.Hour)})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var read atomic.Int64
			network := &sockets{}
			m := open(t, Config{Self: "a", Network: network}, map[string]string{"b": test.peer(t, &read)})
			if test.prepare != nil {
				test.prepare(m)
			}
			outcomes := make(chan error, 300)
			payload := make([]byte, message)
			taken := 0
			for range 200 {
				m.Go("b", neverAnswered, payload, test.options, func(_ []byte, err error) { outcomes <- err })
				select {
				case err := <-outcomes:
					if !errors.Is(err, ErrUnreachable) {
						t.Fatalf("what was refused at once ends with %v", err)
					}
					continue
				default:
				}
				taken++
				if want := int64(taken * message); test.answers {
					eventually(t, "the message is read", func() bool { return read.Load() >= want })
				}
			}
			if most := maxHeld / message; taken > most || taken < most-heldForShort/message-1 {
				t.Errorf("%d MB are held for one peer, %d at most", taken, most)
			}
			if held := m.peer("b").room.held.Load(); held > maxHeld {
				t.Errorf("%d bytes are held", held)
			}
			if n := network.dials.Load(); n > 1 {
				t.Errorf("%d connections were dialled for what one could not take", n)
			}
			m.Go("b", neverAnswered, []byte("beat"), Options{}, func(_ []byte, err error) { outcomes <- err })
			select {
			case err := <-outcomes:
				t.Errorf("a short message finds no room beside the long ones: %v", err)
			default:
				taken++
			}
			if test.prepare != nil {
				return // the delayed ones come after an hour
			}
			eventually(t, "who waits for a connection that broke is told", func() bool {
				m.Disconnect("b") // again: the line for short messages may still be dialled
				for ; taken > 0; taken-- {
					select {
					case err := <-outcomes:
						if !errors.Is(err, ErrLost) && !errors.Is(err, ErrUnreachable) {
							t.Fatalf("a request over a connection that broke ends with %v", err)
						}
					default:
						return false
					}
				}
				return true
			})
			eventually(t, "there is room again", func() bool { return m.peer("b").room.held.Load() == 0 })
		})
	}
}

// TestMesh_bound_of_answers: answers wait for the peer that asked, too. One for which
// there is no room ends the connection, so that the peer learns that none will come.
func TestMesh_bound_of_answers(t *testing.T) {
	m := open(t, Config{Self: "a", Network: &sockets{}}, nil)
	answer := make(chan func([]byte, error), 200)
	m.handlers[neverAnswered] = func(_ string, _ []byte, reply func([]byte, error)) { answer <- reply }
	c, err := net.Dial("tcp", m.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	shake(t, c, terms{oldest: 3, newest: 4, id: "b"})
	for i := range 100 {
		if _, err := c.Write(frame{kind: request, channel: neverAnswered, id: uint64(i + 1)}.appendHeader(nil)); err != nil {
			t.Fatal(err)
		}
	}
	payload := make([]byte, 1<<20)
	for range 100 {
		(<-answer)(payload, nil)
		if held := m.peer("b").room.held.Load(); held > maxHeld {
			t.Fatalf("%d bytes of answers are held", held)
		}
	}
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if n, err := io.Copy(io.Discard, c); n > 99<<20 || errors.Is(err, net.ErrClosed) {
		t.Errorf("%d bytes of 100 MB were answered: %v", n, err)
	}
	eventually(t, "there is room again", func() bool { return m.peer("b").room.held.Load() == 0 })
}

// TestMesh_room_again: what is answered, was one-way, or was doubled by a fault takes
// no room any more.
func TestMesh_room_again(t *testing.T) {
	b := open(t, Config{Self: "b", Network: &sockets{}}, nil)
	a := open(t, Config{Self: "a", Network: &sockets{}}, map[string]string{"b": b.Addr().String()})
	answers(t, a, "b")
	a.faults.Add(fault.Fault{Kind: fault.Duplicate, Probability: 1})
	for range 80 {
		a.Send("b", echoed, make([]byte, 1<<10))
		if _, err := a.Call(within(t), "b", echoed, make([]byte, 1<<20)); err != nil && !errors.Is(err, ErrUnreachable) {
			t.Fatal(err)
		}
	}
	eventually(t, "there is room again", func() bool {
		return a.peer("b").room.held.Load() == 0 && b.peer("a").room.held.Load() == 0
	})
}

// TestMesh_overdue: a peer that reads and never answers does not keep its room for
// ever, and what it owes is lost.
func TestMesh_overdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &pipes{}
		l, _ := network.Listen("b")
		serveOn(t, l, func(c net.Conn) {
			if acceptAs(c, "b") {
				readMessages(c, true, func(frame) bool { return true })
			}
		})
		m := open(t, Config{Self: "a", Network: network, Address: "a"}, map[string]string{"b": "b"})
		lost, refused := 0, 0
		send := func() {
			m.Go("b", neverAnswered, make([]byte, 1<<20), Options{}, func(_ []byte, err error) {
				switch {
				case errors.Is(err, ErrLost):
					lost++
				case errors.Is(err, ErrUnreachable):
					refused++
				}
			})
			synctest.Wait()
		}
		for range 100 {
			send()
		}
		if refused == 0 || lost > 0 {
			t.Fatalf("of 100 MB to a peer that does not answer %d were refused and %d lost", refused, lost)
		}
		time.Sleep(answerWithin + expireEvery)
		before := refused
		if send(); refused != before || lost == 0 {
			t.Errorf("after %s there is no room: %d refused, %d lost", answerWithin+expireEvery, refused, lost)
		}
	})
}

// TestMesh_redial: callers that keep asking do not make the mesh dial all the time,
// whether the peer is dead, closes each connection or refuses this node; but it does
// go on trying.
func TestMesh_redial(t *testing.T) {
	for _, test := range []struct {
		name        string
		serve       func(net.Conn) // nil: nobody listens
		least, most int64          // dials in a second
	}{
		{"dead", nil, 25, 50},
		{"closes", func(c net.Conn) { acceptAs(c, "b") }, 25, 50},
		{"refuses", func(c net.Conn) {
			if _, err := readHello(c); err == nil {
				_ = writeRefusal(c, refusedIdentity, "of another cluster")
			}
		}, 4, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &pipes{}
				if test.serve != nil {
					l, _ := network.Listen("b")
					serveOn(t, l, test.serve)
				}
				m := open(t, Config{Self: "a", Network: network, Address: "a"}, map[string]string{"b": "b"})
				for range 1000 {
					m.Send("b", echoed, nil)
					time.Sleep(time.Millisecond)
				}
				if n := network.dials.Load(); n < test.least || n > test.most {
					t.Errorf("%d dials in a second, want %d to %d", n, test.least, test.most)
				}
			})
		})
	}
}

func shake(t *testing.T, c net.Conn, as terms) terms {
	t.Helper()
	if _, err := c.Write(hello{version: 4, use: shortMessages, terms: as}.append(nil)); err != nil {
		t.Fatal(err)
	}
	verdict, body, err := readVerdict(c)
	if err != nil || verdict != accepted {
		t.Fatalf("the hello is answered with %d, %q, %v", verdict, body, err)
	}
	theirs, err := parseTerms(body)
	if err == nil {
		err = writeVerdict(c, accepted, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return theirs
}

// TestRoom: long messages leave some of the room to short ones, and what finds the
// room empty always fits.
func TestRoom(t *testing.T) {
	for _, tt := range []struct {
		held, n int
		long    bool
		want    bool
	}{
		{0, maxHeld, false, true},
		{0, maxHeld, true, true},
		{0, maxFrame - frameHeader + perMessage, true, true},
		{0, maxHeld + perMessage, false, true},
		{1, maxHeld, false, false},
		{1, maxHeld - 1, false, true},
		{1, maxHeld - heldForShort, true, false},
		{1, maxHeld - heldForShort - 1, true, true},
		{maxHeld - heldForShort, 1, true, false},
		{maxHeld - heldForShort, 1, false, true},
		{maxHeld, 1, false, false},
	} {
		var r room
		r.held.Store(int64(tt.held))
		if got := r.take(tt.n, tt.long); got != tt.want {
			t.Errorf("%d bytes beside %d, long %v: %v", tt.n, tt.held, tt.long, got)
		}
		want := tt.held
		if tt.want {
			want += tt.n
		}
		if got := r.held.Load(); got != int64(want) {
			t.Errorf("%d bytes beside %d, long %v: %d are held, want %d", tt.n, tt.held, tt.long, got, want)
		}
		if tt.want {
			r.give(tt.n)
		}
		if got := r.held.Load(); got != int64(tt.held) {
			t.Errorf("after %d bytes were given back %d are held, want %d", tt.n, got, tt.held)
		}
	}
}

// TestMesh_bound_of_delayed: what a fault delays on its way in is bounded, too. Behind
// it the line is full, and nothing of it is lost.
func TestMesh_bound_of_delayed(t *testing.T) {
	const messages = 100
	for name, delay := range map[string]time.Duration{"held": time.Hour, "passed on": 10 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			m := open(t, Config{Self: "a", Network: &sockets{}}, nil)
			var arrived atomic.Int64
			m.handlers[neverAnswered] = func(string, []byte, func([]byte, error)) { arrived.Add(1) }
			m.faults.Add(fault.Fault{Kind: fault.Delay, Delay: fault.Duration(delay), Direction: fault.In})
			c, err := net.Dial("tcp", m.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			shake(t, c, terms{oldest: 3, newest: 4, id: "b"})
			go func() {
				f := frame{kind: oneWay, channel: neverAnswered, payload: make([]byte, 1<<20)}
				said := append(f.appendHeader(nil), f.payload...)
				for range messages {
					c.Write(said)
				}
			}()
			late := &m.peer("b").late
			if delay < time.Minute {
				eventually(t, "all messages arrive", func() bool { return arrived.Load() == messages })
				if held := late.held.Load(); held != 0 {
					t.Errorf("%d bytes are still held", held)
				}
				return
			}
			eventually(t, "the line is full", func() bool { return late.held.Load() > maxHeld-2<<20 })
			m.Close()
			if held := late.held.Load(); held > maxHeld {
				t.Errorf("%d bytes are held", held)
			}
		})
	}
}
