//go:build linux

package hosts

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Hosts are machines 1 to [Count], and the machine 0, which holds the switch and has a
// place in the network too, for clients.
type Hosts struct{ prefix string }

// Count is how many machines there are beside the switch.
const Count = 3

// New makes the machines, which are removed when the test is over.
func New(t *testing.T) *Hosts {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("the program ip is missing (package iproute2)")
	}
	h := &Hosts{prefix: fmt.Sprintf("ls%d", os.Getpid())}
	t.Cleanup(func() {
		for i := range Count + 1 {
			exec.Command("ip", "netns", "del", h.name(i)).Run() // one that was not made is no loss
		}
	})
	s := h.name(0)
	commands := []string{
		"netns add " + s, "-n " + s + " link set lo up",
		"-n " + s + " link add br0 type bridge", "-n " + s + " addr add " + h.Address(0) + "/24 dev br0", "-n " + s + " link set br0 up",
	}
	for i := 1; i <= Count; i++ {
		n := h.name(i)
		commands = append(commands, "netns add "+n, "-n "+n+" link set lo up",
			fmt.Sprintf("-n %s link add port%d type veth peer name eth0 netns %s", s, i, n),
			fmt.Sprintf("-n %s link set port%d master br0 up", s, i),
			"-n "+n+" addr add "+h.Address(i)+"/24 dev eth0", "-n "+n+" link set eth0 up")
	}
	for _, c := range commands {
		if out, err := exec.Command("ip", strings.Fields(c)...).CombinedOutput(); err != nil {
			t.Skipf("this machine does not allow it: ip %s: %v: %s", c, err, out)
		}
	}
	return h
}

func (h *Hosts) name(i int) string { return fmt.Sprintf("%s-%d", h.prefix, i) }

// Address is the IP address of a machine on the wire.
func (h *Hosts) Address(i int) string {
	if i == 0 {
		return "10.0.0.254"
	}
	return fmt.Sprintf("10.0.0.%d", i)
}

// Pull pulls the cable of a host out, or puts it back.
func (h *Hosts) Pull(t *testing.T, i int, out bool) {
	t.Helper()
	state := "up"
	if out {
		state = "down"
	}
	if said, err := exec.Command("ip", "-n", h.name(0), "link", "set", fmt.Sprintf("port%d", i), state).CombinedOutput(); err != nil {
		t.Fatalf("cable of host %d: %v: %s", i, err, said)
	}
}

// On gives a command that runs at a machine. Once started it is the process of the
// program itself.
func (h *Hosts) On(ctx context.Context, i int, program string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", h.name(i), program}, args...)...)
}

// Transport makes connections from the machine of the switch.
func (h *Hosts) Transport(secure *tls.Config) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: secure, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		type result struct {
			conn net.Conn
			err  error
		}
		results := make(chan result, 1)
		go func() {
			// Never unlocked: a thread that has been elsewhere must not be used again.
			runtime.LockOSThread()
			place, err := os.Open("/run/netns/" + h.name(0))
			if err == nil {
				err = unix.Setns(int(place.Fd()), unix.CLONE_NEWNET)
				place.Close()
			}
			if err != nil {
				results <- result{nil, err}
				return
			}
			conn, err := (&net.Dialer{Timeout: 300 * time.Millisecond}).DialContext(ctx, network, address)
			results <- result{conn, err}
		}()
		r := <-results
		return r.conn, r.err
	}}
}
