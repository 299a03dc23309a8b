package node_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
)

// TestHTTP_refused: a node that no peer takes is not ready, and says who refuses it
// and why, to whoever asks: /readyz, /v1/status and the metrics.
func TestHTTP_refused(t *testing.T) {
	var refusing sync.WaitGroup
	var listeners []net.Listener
	refuse := func(network node.Network, address string) {
		l, err := network.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l)
		refusing.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				// A hello of version 4 is 8 bytes, a length and what it counts; the answer is
				// the class "version", a length and a text.
				head := make([]byte, 10)
				if _, err := io.ReadFull(c, head); err == nil {
					io.ReadFull(c, make([]byte, int(head[8])<<8+int(head[9])))
					c.Write([]byte("\x01\x00\x0cfar too old!"))
				}
				c.Close()
			}
		})
	}
	m, err := cluster.NewMemory(1, func(c *node.Config) {
		c.Shards = 1
		for _, id := range []string{"n2", "n3"} {
			refuse(c.Network, id+":raft")
			c.Peers = append(c.Peers, node.Peer{ID: id, Raft: id + ":raft"})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := node.NewAPI(m.Node("n1"), node.DefaultAPIConfig())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	defer func() {
		server.Close()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		for _, l := range listeners {
			l.Close()
		}
		refusing.Wait()
	}()
	deadline := time.After(20 * time.Second)
	for {
		resp, said := ask(t, http.MethodGet, server.URL+"/readyz", "", "")
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("a node without peers is ready: %d %s", resp.StatusCode, said)
		}
		if strings.Contains(said, "n2 refuses this node (version): far too old!") && strings.Contains(said, "n3 refuses this node (version)") {
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("the node does not say who refuses it: %s", said)
		}
	}
	var status node.Status
	_, said := ask(t, http.MethodGet, server.URL+"/v1/status", "", "")
	if err := json.Unmarshal([]byte(said), &status); err != nil || len(status.Refusals) != 2 || status.Refusals[0].Peer != "n2" {
		t.Errorf("the status is %s, %v", said, err)
	}
	if _, said := ask(t, http.MethodGet, server.URL+"/metrics", "", ""); !strings.Contains(said, `lockstep_link_refusals_total{peer="n3",reason="version"}`) {
		t.Error("the metrics count no refusal of n3")
	}
}
