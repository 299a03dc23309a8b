//go:build unix

package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"time"
)

// PortTakenError is the error for a port that another program listens on.
type PortTakenError struct{ Port int }

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("port %d is taken by another program", e.Port)
}

// raftOffset lies between a node's HTTP port and its Raft port, if the first
// port is given.
const raftOffset = 100

// Free ports are looked for below the range from which systems take the ports
// of outgoing connections. Otherwise, while a node is down, some connection
// could take its port and keep it from coming back.
const (
	freeFrom = 20_000
	freeTo   = 32_000
)

// addresses gives each of n nodes an HTTP and a Raft port on this machine.
func addresses(n, port int) ([]Member, error) {
	members := make([]Member, n)
	for i := range members {
		members[i].ID = fmt.Sprintf("n%d", i+1)
		for _, side := range []struct {
			address *string
			port    int
		}{{&members[i].HTTP, port + i}, {&members[i].Raft, port + raftOffset + i}} {
			chosen := side.port
			var err error
			if port == 0 {
				chosen, err = freePort(members)
			} else {
				err = awaitPort(side.port, 2*time.Second)
			}
			if err != nil {
				return nil, err
			}
			*side.address = loopback(chosen)
		}
	}
	return members, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// awaitPort waits a moment for a port that the last cluster may still be giving
// back.
func awaitPort(port int, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		err := tryPort(port)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
		if time.Now().After(deadline) {
			return &PortTakenError{port}
		}
	}
}

func tryPort(port int) error {
	listener, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return fmt.Errorf("try port %d: %w", port, err)
	}
	return listener.Close()
}

// freePort finds a port that is neither taken nor promised to a member.
func freePort(members []Member) (int, error) {
	for range 1000 {
		port := freeFrom + rand.IntN(freeTo-freeFrom)
		if !promised(members, loopback(port)) && tryPort(port) == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a free port between %d and %d: none found", freeFrom, freeTo)
}

func promised(members []Member, address string) bool {
	for _, m := range members {
		if m.HTTP == address || m.Raft == address {
			return true
		}
	}
	return false
}
