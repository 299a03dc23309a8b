package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
)

type tcp struct{}

func (tcp) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }
func (tcp) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}

// tried are connections that can be tried, and often take nothing.
type tried struct{ tcp }

func (r tried) Listen(address string) (net.Listener, error) {
	l, err := r.tcp.Listen(address)
	return triedListener{l}, err
}

func (r tried) Dial(address string, timeout time.Duration) (net.Conn, error) {
	c, err := r.tcp.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	return &triedConn{Conn: c}, nil
}

type triedListener struct{ net.Listener }

func (l triedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &triedConn{Conn: c}, nil
}

type triedConn struct {
	net.Conn
	times atomic.Int64
}

func (c *triedConn) TryWrite(p []byte) (bool, error) {
	if c.times.Add(1)%3 == 0 {
		return false, nil
	}
	_, err := c.Write(p)
	return err == nil, err
}

const (
	echo = iota + 1
	silent
	upper
	numbered
)

// pair starts two nodes that know each other.
func pair(t *testing.T) (a, b *link.Mesh, faults map[string]*fault.Set) {
	t.Helper()
	return pairOn(t, tcp{}, func([]byte) {})
}

// pairOn is pair on a network; got takes the numbered messages.
func pairOn(t *testing.T, network link.Network, got func([]byte)) (a, b *link.Mesh, faults map[string]*fault.Set) {
	t.Helper()
	var mu sync.Mutex
	addresses := map[string]string{}
	links := map[string]*fault.Links{"a": fault.NewLinks(), "b": fault.NewLinks()}
	faults = map[string]*fault.Set{"a": fault.NewSet(links["a"], fault.NewDisk(), fault.NewClock()), "b": fault.NewSet(links["b"], fault.NewDisk(), fault.NewClock())}
	find := func(id string) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		address, ok := addresses[id]
		return address, ok
	}
	open := func(id string) *link.Mesh {
		m, err := link.Listen(link.Config{Self: id, Address: "127.0.0.1:0", Network: network, Links: links[id], Find: find, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		m.Handle(echo, func(from string, payload []byte, reply func([]byte, error)) {
			if bytes.HasPrefix(payload, []byte("fail")) {
				reply(nil, errors.New("as you wish, "+from))
				return
			}
			reply(payload, nil)
		})
		m.Handle(numbered, func(_ string, payload []byte, reply func([]byte, error)) {
			got(payload)
			reply(payload, nil)
		})
		m.Handle(silent, func(string, []byte, func([]byte, error)) {})
		m.HandleStream(upper, func(_ string, conn net.Conn) {
			defer conn.Close()
			data, err := io.ReadAll(io.LimitReader(conn, 5))
			if err == nil {
				fmt.Fprint(conn, strings.ToUpper(string(data)))
			}
		})
		mu.Lock()
		addresses[id] = m.Addr().String()
		mu.Unlock()
		m.Start()
		t.Cleanup(m.Close)
		return m
	}
	return open("a"), open("b"), faults
}

// TestMesh_order: messages of one line arrive in their order, whether they wait for
// company, for the goroutine that writes, or for nothing.
func TestMesh_order(t *testing.T) {
	for name, network := range map[string]link.Network{"tcp": tcp{}, "tried": tried{}} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var got []string
			a, _, _ := pairOn(t, network, func(payload []byte) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, string(payload))
			})
			connect(t, deadline(t), a)
			var want []string
			var answers sync.WaitGroup
			for i := range 10_000 {
				text := fmt.Sprintf("%d %s", i, strings.Repeat("x", i%700))
				want = append(want, text)
				var o link.Options
				if i%7 == 0 {
					o.Linger = time.Duration(i%4) * 100 * time.Microsecond
				}
				if i%3 == 0 {
					a.Send("b", numbered, []byte(text))
					continue
				}
				answers.Add(1)
				a.Go("b", numbered, []byte(text), o, func(payload []byte, err error) {
					if string(payload) != text || err != nil {
						t.Errorf("%.10q is answered with %.10q, %v", text, payload, err)
					}
					answers.Done()
				})
			}
			answers.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(got, want) {
				t.Errorf("%d of %d messages arrived, or not in their order", len(got), len(want))
			}
		})
	}
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// connect opens both lines to b; a busy machine may dial too slowly at first.
func connect(t *testing.T, ctx context.Context, a *link.Mesh) {
	t.Helper()
	for _, size := range []int{1, 64 << 10} {
		err := link.ErrUnreachable
		for errors.Is(err, link.ErrUnreachable) && ctx.Err() == nil {
			_, err = a.Call(ctx, "b", echo, make([]byte, size))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestMesh_Call: many requests at once, short and long, find their own answers.
func TestMesh_Call(t *testing.T) {
	a, b, _ := pair(t)
	ctx := deadline(t)
	connect(t, ctx, a)
	var calls sync.WaitGroup
	for i := range 200 {
		calls.Go(func() {
			want := bytes.Repeat([]byte{byte(i)}, i*i*10)
			got, err := a.Call(ctx, "b", echo, want)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("message of %d bytes: %d came back, %v", len(want), len(got), err)
			}
		})
	}
	calls.Wait()
	if _, err := a.Call(ctx, "b", echo, []byte("fail")); err == nil || err.Error() != "as you wish, a" {
		t.Errorf("the handler's error arrives as %v", err)
	}
	if _, err := a.Call(ctx, "b", 99, nil); err == nil {
		t.Error("a channel that nobody handles answers")
	}
	if !a.Heard("b").IsZero() {
		t.Error("b counts as heard, and has only answered")
	}
	err := link.ErrUnreachable
	for errors.Is(err, link.ErrUnreachable) && ctx.Err() == nil {
		_, err = b.Call(ctx, "a", echo, nil)
	}
	if err != nil || a.Heard("b").IsZero() || !a.Heard("c").IsZero() {
		t.Errorf("b was heard, c was not: %v", err)
	}
}

// TestMesh_outcomes: a request that did not leave and one that may have arrived
// are told apart, since those above owe their clients the difference.
func TestMesh_outcomes(t *testing.T) {
	a, b, faults := pair(t)
	ctx := deadline(t)
	if _, err := a.Call(ctx, "nobody", echo, nil); !errors.Is(err, link.ErrUnreachable) {
		t.Errorf("a stranger: %v", err)
	}
	lost := make(chan error, 1)
	a.Go("b", silent, []byte("x"), link.Options{}, func(_ []byte, err error) { lost <- err })
	if _, err := a.Call(ctx, "b", echo, nil); err != nil { // so the one before has left
		t.Fatal(err)
	}
	faults["a"].Add(fault.Fault{Kind: fault.Isolate})
	if err := <-lost; !errors.Is(err, link.ErrLost) {
		t.Errorf("a request under way when the link is cut: %v", err)
	}
	if _, err := a.Call(ctx, "b", echo, nil); !errors.Is(err, link.ErrUnreachable) {
		t.Errorf("over a cut link: %v", err)
	}
	faults["a"].Heal()
	for { // it connects again by itself, though not at once
		if _, err := a.Call(ctx, "b", echo, nil); err == nil {
			break
		} else if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	go a.Go("b", silent, nil, link.Options{}, func(_ []byte, err error) { lost <- err })
	b.Close()
	if err := <-lost; err == nil {
		t.Error("a request to a node that ends is answered")
	}
}

func TestMesh_Stream(t *testing.T) {
	a, _, faults := pair(t)
	conn, err := a.Stream("b", upper)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "hello")
	if got, err := io.ReadAll(conn); err != nil || string(got) != "HELLO" {
		t.Errorf("%q, %v", got, err)
	}
	faults["b"].Add(fault.Fault{Kind: fault.Isolate})
	if conn, err := a.Stream("b", upper); err == nil {
		defer conn.Close()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("a stream over a cut link")
		}
	}
}

// TestMesh_stranger: what is no node of this version is turned away.
func TestMesh_stranger(t *testing.T) {
	a, _, _ := pair(t)
	for _, hello := range []string{"GET / HTTP/1.1\r\n\r\n", "LKLN\x01\x00\x00\x00\x01b", "LKLN\x02\x07\x00\x00\x01b", "LKLN\x02\x00\x00\x00\x01b\xff\xff\xff\xff0123456789a"} {
		conn, err := net.Dial("tcp", a.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, hello)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if n, err := conn.Read(make([]byte, 1)); n > 0 || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: %d bytes, %v; want the connection closed", hello, n, err)
		}
		conn.Close()
	}
}
