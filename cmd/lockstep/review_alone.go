package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// nobody is the network of a node that is alone: nobody can reach it, and it can
// reach nobody.
type nobody struct{}

var errNobody = errors.New("this node is alone")

func (nobody) Dial(string, time.Duration) (net.Conn, error) { return nil, errNobody }

func (nobody) Listen(string) (net.Listener, error) {
	return &silence{closed: make(chan struct{})}, nil
}

// silence is a listener to which nobody comes.
type silence struct {
	once   sync.Once
	closed chan struct{}
}

func (s *silence) Accept() (net.Conn, error) {
	<-s.closed
	return nil, net.ErrClosed
}

func (s *silence) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *silence) Addr() net.Addr { return &net.UnixAddr{Name: "nobody", Net: "unix"} }
