package roster

import (
	"encoding/json"
	"testing"

	"lockstep/formattest"
)

// TestFormats_address: a member that joined is found by every version at both the
// addresses that the log holds of it; of a founder the log holds one.
func TestFormats_address(t *testing.T) {
	read := func(data []byte) (Peer, error) { return parseAddress("n4", string(data)), nil }
	formattest.Hold(t, "address.txt", Peer{ID: "n4", HTTP: "n4.example:8080", Raft: "[::1]:9090"}, read, func(p Peer) []byte { return []byte(p.Address()) })
	formattest.Hold(t, "address-of-a-founder.txt", Peer{ID: "n4", Raft: "n4.example:9090"}, read, func(p Peer) []byte { return []byte(p.Raft) })
	formattest.Hold(t, "peer.json", Peer{ID: "n4", HTTP: "n4:8080", Raft: "n4:9090"}, func(data []byte) (p Peer, err error) { return p, json.Unmarshal(data, &p) }, func(p Peer) []byte {
		data, err := json.Marshal(p)
		if err != nil {
			t.Error(err)
		}
		return data
	})
}
