package node

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/order"
)

// TestRuling_waits: in a shard that an earlier version founded the new rules wait
// until all members have known them for as long as an upgrade can be taken back, and
// a member that is taken back starts the wait anew.
func TestRuling_waits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := false
		cfg := defaultReplicaConfig()
		cfg.ID = "n1"
		cfg.Features = func(peer string) (uint64, bool) {
			if old && peer == "n3" {
				return 0, true
			}
			return featureOncePerSender, true
		}
		r := newRuling(cfg, order.New(), func() []string { return []string{"n1", "n2", "n3"} })
		proposes := func() bool {
			var b order.Batch
			r.during(&b, func() {})
			return b.Rules == order.OncePerSender
		}
		if proposes() {
			t.Error("the rules changed at once")
		}
		time.Sleep(cfg.UpgradeAfter - time.Second)
		old = true
		if proposes() {
			t.Error("the rules changed for a member that does not know them")
		}
		old = false
		if proposes() {
			t.Error("the rules changed without a new wait")
		}
		time.Sleep(cfg.UpgradeAfter - time.Second)
		if proposes() {
			t.Error("the rules changed too early")
		}
		time.Sleep(time.Second)
		if !proposes() {
			t.Error("the rules did not change")
		}
	})
}

// TestRuling_founded: a shard that this version founded begins with the new rules.
func TestRuling_founded(t *testing.T) {
	cfg := defaultReplicaConfig()
	cfg.Features = func(string) (uint64, bool) { return featureOncePerSender, true }
	r := newRuling(cfg, order.New(), func() []string { return []string{"n1"} })
	r.founded.Store(true)
	var b order.Batch
	if r.during(&b, func() {}); b.Rules != order.OncePerSender {
		t.Error("the first batch does not bring them")
	}
}
