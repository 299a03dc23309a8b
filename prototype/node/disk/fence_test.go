package disk

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestFence_mute_and_recovery: a disk that comes back at the very moment at which
// its replica falls silent makes it speak again, whichever is first.
func TestFence_mute_and_recovery(t *testing.T) {
	const runs = 2000
	silent := 0
	for range runs {
		synctest.Test(t, func(t *testing.T) {
			f := NewFence(10 * time.Millisecond)
			f.SetHung(PartLog, true)
			time.Sleep(10 * time.Millisecond) // virtual time
			f.SetHung(PartLog, false)
			synctest.Wait()
			if f.MayStand() == nil && f.MayLead() != nil {
				silent++
			}
		})
	}
	if silent > 0 {
		t.Errorf("in %d of %d runs the replica is silent and its fence is down", silent, runs)
	}
}

// TestFence_late_mute: the timer of an earlier raise does not silence a replica
// that has just raised its fence again and may still hand over.
func TestFence_late_mute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFence(10 * time.Millisecond)
		f.SetHung(PartLog, true)
		time.Sleep(5 * time.Millisecond) // virtual time, here and below
		f.SetHung(PartLog, false)
		f.SetHung(PartLog, true)
		time.Sleep(7 * time.Millisecond)
		synctest.Wait()
		if f.MayLead() != nil {
			t.Error("it is silent 7 ms after the fence went up, and has 10")
		}
		time.Sleep(3 * time.Millisecond)
		synctest.Wait()
		if f.MayLead() == nil {
			t.Error("it is not silent after 10 ms")
		}
	})
}

// TestFence_two_parts: the fence stays up until every part of the shard can write.
func TestFence_two_parts(t *testing.T) {
	f := NewFence(time.Hour)
	f.SetHung(PartLog, true)
	f.SetHung(PartVotes, true)
	f.SetHung(PartLog, false)
	if f.MayStand() == nil {
		t.Error("the votes cannot be written, and the fence is down")
	}
	f.SetHung(PartVotes, false)
	if f.MayStand() != nil {
		t.Error("both can be written, and the fence is up")
	}
}
