package disk_test

import (
	"errors"
	"log/slog"
	"maps"
	"syscall"
	"testing"

	"lockstep/prototype/node/disk"
)

// TestHealth_wrong: trouble with a disk has its kind, without asking the disk, and the
// fence that a failed write raises is no hang.
func TestHealth_wrong(t *testing.T) {
	v := &volume{}
	h := disk.NewHealth(0, slog.New(slog.DiscardHandler), v, func() error { return nil })
	wants := func(when string, hangs bool, kinds ...string) {
		t.Helper()
		asked, want := v.asked, map[string]bool{}
		for _, kind := range kinds {
			want[kind] = true
		}
		got := h.Wrong(hangs)
		maps.DeleteFunc(got, func(_ string, wrong bool) bool { return !wrong })
		if !maps.Equal(got, want) || v.asked != asked {
			t.Errorf("%s: %v, want %v; the disk was asked %d times", when, got, want, v.asked-asked)
		}
	}
	wants("at first", false)
	wants("a write does not end", true, disk.KindHung)
	h.Failed(disk.PartVotes, syscall.ENOSPC)
	wants("no room for votes", true, disk.KindFull)
	h.Failed(disk.PartLog, errors.New("broken"))
	wants("the log cannot be written either", true, disk.KindFull, disk.KindFailed)
	h.Works(disk.PartLog)
	h.Works(disk.PartVotes)
	h.Failed(disk.PartSnapshots, syscall.ENOSPC)
	wants("no room for a snapshot, and the log hangs", true, disk.KindFull, disk.KindHung)
	h.Works(disk.PartSnapshots)
	h.Reserve(50)
	wants("12 of 100 bytes are free", false)
	v.small = true
	h.Reserve(50)
	wants("none are free", false, disk.KindShort)
}
