package link

import (
	"bufio"
	"bytes"
	"log/slog"
	"net"
	"testing"
	"time"

	"lockstep/prototype/fault"
)

type loopback struct{}

func (loopback) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }
func (loopback) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}

// TestPut_old_peer: a peer that refuses probes, as one does that knows neither them nor
// parts, gets whole messages, and gets them all. One that answers them gets parts.
func TestPut_old_peer(t *testing.T) {
	for name, knows := range map[string]bool{"old": false, "new": true} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			m, err := Listen(Config{Self: "a", Address: "127.0.0.1:0", Network: loopback{}, Links: fault.NewLinks(), Logger: slog.New(slog.DiscardHandler),
				Find: func(string) (string, bool) { return listener.Addr().String(), true }})
			if err != nil {
				t.Fatal(err)
			}
			m.Start()
			defer m.Close()
			messages := make([][]byte, 5)
			for i := range messages {
				messages[i] = bytes.Repeat([]byte{byte(i)}, 300<<10)
				m.Go("b", 1, messages[i], Options{}, func([]byte, error) {})
			}
			conn, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			if _, err := readHello(conn); err != nil {
				t.Fatal(err)
			}
			in, parts := bufio.NewReader(conn), 0
			var before []byte
			for got := 0; got < len(messages); {
				f, err := readFrame(in, before)
				if err != nil {
					t.Fatalf("after %d messages: %v", got, err)
				}
				switch {
				case f.channel == channelProbe:
					answer := frame{kind: refusal, channel: channelProbe, id: f.id, payload: []byte("there is no channel 65535 here")}
					if knows {
						answer.kind, answer.payload = 3, understandsParts
					}
					if _, err := conn.Write(append(answer.appendHeader(nil), answer.payload...)); err != nil {
						t.Fatal(err)
					}
				case f.kind == part:
					parts++
					before = f.payload
				default:
					if !bytes.Equal(f.payload, messages[got]) {
						t.Errorf("message %d differs", got)
					}
					got++
					before = nil
				}
			}
			if parts > 0 != knows {
				t.Errorf("%d parts were sent to it", parts)
			}
		})
	}
}
