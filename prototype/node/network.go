package node

import (
	"net"
	"time"

	"lockstep/prototype/link"
)

// Network is how a node listens for its peers and reaches them. Tests and the
// browser bring their own; what runs above is the same code. A Network that is
// also a link.Verifier knows who is at the other end.
type Network = link.Network

// TCP is the network of the machine.
type TCP struct{}

var _ Network = TCP{}

func (TCP) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }

func (TCP) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}
