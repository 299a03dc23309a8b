package link

import (
	"bufio"
	"bytes"
	"net"
	"testing"
	"time"
)

// readMessages reads until next is false for a message or the connection ends, and gives
// the number of parts that came. It answers probes, as a peer does that knows parts, or
// refuses them, as one of version 3 does.
func readMessages(c net.Conn, knows bool, next func(frame) bool) (parts int) {
	in := bufio.NewReader(c)
	var before []byte
	for {
		f, err := readFrame(in, before)
		switch {
		case err != nil:
			return parts
		case f.channel == channelProbe:
			answer := frame{kind: refusal, channel: channelProbe, id: f.id, payload: []byte("there is no channel 65535 here")}
			if knows {
				answer.kind, answer.payload = 3, understandsParts
			}
			if _, err := c.Write(append(answer.appendHeader(nil), answer.payload...)); err != nil {
				return parts
			}
		case f.kind == part:
			parts++
			before = f.payload
		default:
			before = nil
			if !next(f) {
				return parts
			}
		}
	}
}

// TestPut_old_peer: a peer of version 3, which refuses probes and knows no parts, gets
// whole messages, and gets them all. One that answers probes gets parts.
func TestPut_old_peer(t *testing.T) {
	for name, knows := range map[string]bool{"old": false, "new": true} {
		t.Run(name, func(t *testing.T) {
			messages := make([][]byte, 5)
			for i := range messages {
				messages[i] = bytes.Repeat([]byte{byte(i)}, 300<<10)
			}
			read := make(chan int, 1)
			m := open(t, Config{Self: "a", Network: &sockets{}}, map[string]string{"b": peerAt(t, func(c net.Conn) {
				if knows && !acceptAs(c, "b") || !knows && !acceptAsOld(c, 3) {
					return
				}
				got := 0
				parts := readMessages(c, knows, func(f frame) bool {
					if !bytes.Equal(f.payload, messages[got]) {
						t.Errorf("message %d differs", got)
					}
					got++
					return got < len(messages)
				})
				if got < len(messages) {
					t.Errorf("%d messages came", got)
				}
				read <- parts
			})})
			for _, message := range messages {
				m.Go("b", echoed, message, Options{}, func([]byte, error) {})
			}
			select {
			case parts := <-read:
				if parts > 0 != knows {
					t.Errorf("%d parts were sent to it", parts)
				}
			case <-within(t).Done():
				t.Error("the messages were not read in time")
			}
			eventually(t, "there is room again", func() bool { return m.peer("b").room.held.Load() == 0 })
		})
	}
}

// TestProbe_room: the probes of a window take no room and are not overdue, since the
// window counts them; the answer to a probe takes room like any other, and one for which
// there is none ends the connection.
func TestProbe_room(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c := newConn(ours, &peer{id: "b"})
	c.window, c.nextID, c.read = newWindow(), func() uint64 { return 1 }, make(chan struct{}, 1)
	c.mu.Lock()
	probe := c.probe()
	c.settle(probe, time.Now())
	c.mu.Unlock()
	c.expire(time.Now().Add(time.Hour))
	if n := len(c.window.probes); n != 1 {
		t.Errorf("the window counts %d probes", n)
	}
	if done := c.answered(probe.id); done == nil {
		t.Error("nobody waits for the answer to the probe")
	} else if done(understandsParts, nil); len(c.window.probes) != 0 || !c.parts {
		t.Error("the answer to the probe is not noted")
	}
	c.fail()
	if held := c.room.held.Load(); held != 0 {
		t.Errorf("%d bytes are held for probes", held)
	}

	m := open(t, Config{Self: "a", Network: &sockets{}}, nil)
	caller, err := net.Dial("tcp", m.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Close()
	shake(t, caller, terms{oldest: 3, newest: 4, id: "b"})
	caller.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(caller)
	ask := func() (frame, error) {
		if _, err := caller.Write(frame{kind: request, channel: channelProbe, id: 7}.appendHeader(nil)); err != nil {
			t.Fatal(err)
		}
		return readFrame(in, nil)
	}
	if f, err := ask(); err != nil || f.kind != answer || f.id != 7 || !bytes.Equal(f.payload, understandsParts) {
		t.Errorf("the probe is answered with %v, %v", f, err)
	}
	room := &m.peer("b").room
	eventually(t, "there is room again", func() bool { return room.held.Load() == 0 })
	room.take(maxHeld, false)
	if f, err := ask(); err == nil {
		t.Errorf("a probe is answered with %v where nothing more can be held", f)
	}
	room.give(maxHeld)
	eventually(t, "there is room again", func() bool { return room.held.Load() == 0 })
}
