package disk_test

import (
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"lockstep/prototype/node/disk"
)

// volume counts how often it is asked.
type volume struct {
	asked int
	small bool // nothing is free
}

func (v *volume) Path() string { return "/data" }

func (v *volume) Room() (free, total uint64, err error) {
	v.asked++
	if v.small {
		return 0, 100, nil
	}
	return 12, 100, nil
}

func (v *volume) Probe() error {
	v.asked++
	return nil
}

// TestHealth_problem: whether something is wrong with a disk is known without asking
// it, since one that hangs would keep who asks; how much is free is told with a
// complaint.
func TestHealth_problem(t *testing.T) {
	v := &volume{}
	h := disk.NewHealth(0, slog.New(slog.DiscardHandler), v, func() error { return nil })
	if got := h.Problem(); got != "" || v.asked > 0 {
		t.Errorf("of a disk that works: %q, asked %d times", got, v.asked)
	}
	h.Failed(disk.PartVotes, syscall.ENOSPC)
	h.Failed(disk.PartLog, syscall.EIO)
	if got := h.Problem(); !strings.Contains(got, "/data has failed") {
		t.Errorf("of two complaints: %q, want the worse", got)
	}
	h.Works(disk.PartLog)
	if got := h.Problem(); !strings.Contains(got, "no space left on /data, 12 bytes free") {
		t.Errorf("of a full disk: %q", got)
	}
	h.Works(disk.PartVotes)
	if got := h.Problem(); got != "" {
		t.Errorf("of a disk that works again: %q", got)
	}
}
