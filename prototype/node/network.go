package node

import (
	"net"
	"time"
)

// Network is how a node listens for its peers and reaches them. Tests and the
// browser bring their own; what runs above is the same code.
type Network interface {
	Listen(address string) (net.Listener, error)
	Dial(address string, timeout time.Duration) (net.Conn, error)
}

// TCP is the network of the machine.
type TCP struct{}

var _ Network = TCP{}

func (TCP) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }

func (TCP) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}
