//go:build !js

package node

import (
	"testing"
	"time"

	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/storage"
)

// TestMetrics_certificates: a node with TLS tells when its certificate and the authority's
// expire, also after they have been renewed, and a node without tells nothing.
func TestMetrics_certificates(t *testing.T) {
	a := newAuthority(t)
	dir, soon := t.TempDir(), time.Now().Add(30*time.Minute)
	network, _ := openTLS(t, a.issue(dir, "n1", soon))
	open := func(network Network) *Node {
		cfg := DefaultConfig()
		cfg.ID, cfg.Peers, cfg.Shards = "n1", []roster.Peer{{ID: "n1", Raft: "127.0.0.1:0"}}, 1
		cfg.Network, cfg.Stores = network, storage.MemoryStores()
		n, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
		return n
	}
	expiries := func(n *Node) map[string]int64 {
		families, err := n.Metrics().Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int64{}
		for _, f := range families {
			if f.GetName() == "lockstep_certificate_expiry_timestamp_seconds" {
				for _, m := range f.GetMetric() {
					found[m.GetLabel()[0].GetValue()] = int64(m.GetGauge().GetValue())
				}
			}
		}
		return found
	}
	n := open(network)
	want := func(own time.Time) {
		t.Helper()
		if got := expiries(n); len(got) != 2 || got["node"] != own.Unix() || got["ca"] != a.cert.NotAfter.Unix() {
			t.Errorf("they expire at %v, want %d and %d", got, own.Unix(), a.cert.NotAfter.Unix())
		}
	}
	want(soon)
	later := soon.Add(10 * time.Minute)
	a.issue(dir, "n1", later)
	network.mu.Lock()
	network.looked = time.Time{} // a second has passed
	network.mu.Unlock()
	want(later)
	if got := expiries(open(TCP{})); len(got) != 0 {
		t.Errorf("without TLS: %v", got)
	}
}
