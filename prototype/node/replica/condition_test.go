package replica

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// TestShard_mayCut: a log may be cut behind what was applied, in this life or in an
// earlier one, and nowhere else. A replica that would have to be cut stops for good.
func TestShard_mayCut(t *testing.T) {
	for _, tt := range []struct {
		from, applied, promised uint64
		may                     bool
	}{
		{1, 0, 0, true},
		{6, 5, 0, true}, {5, 5, 0, false}, {1, 5, 0, false},
		{6, 0, 5, true}, {5, 0, 5, false},
		{6, 5, 7, false}, {8, 5, 7, true},
		{8, 7, 5, true}, {6, 7, 5, false},
	} {
		s := bare(t, 1, 9, tt.applied)
		s.past.promised.Applied = tt.promised
		became, applied := s.became.Wait(), s.fsm.applied.Wait()
		err := s.mayCut(tt.from)
		if (err == nil) != tt.may || !tt.may && !errors.Is(err, errForked) {
			t.Errorf("from %d, with %d applied and %d in an earlier life: %v", tt.from, tt.applied, tt.promised, err)
		}
		told := func(c <-chan struct{}) bool {
			select {
			case <-c:
				return true
			default:
				return false
			}
		}
		if open := s.transport.Admitted.Load(); open != tt.may || told(became) == tt.may || told(applied) == tt.may {
			t.Errorf("from %d: takes part %v; those who wait for a lead were told %v, for a message %v", tt.from, open, told(became), told(applied))
		}
		if err := s.Serves(); (err == nil) != tt.may || err != nil && (err.Outcome != api.Fail || err.Reason != outcome.ReasonForked) {
			t.Errorf("from %d: serves: %v", tt.from, err)
		}
		if trouble := s.Trouble(); (trouble == "") != tt.may {
			t.Errorf("from %d: %q", tt.from, trouble)
		}
	}
}

// TestShard_halt: the first reason stands, and is logged once.
func TestShard_halt(t *testing.T) {
	s := bare(t, 1, 9, 5)
	var lines bytes.Buffer
	s.cfg.Logger = slog.New(slog.NewTextHandler(&lines, nil))
	s.Halt("the first reason")
	s.Halt("the second reason")
	if got := lines.String(); strings.Count(got, "forked") != 1 || !strings.Contains(got, "the first reason") {
		t.Errorf("logged:\n%s", got)
	}
	if got := s.Trouble(); !strings.HasSuffix(got, ": the first reason") {
		t.Errorf("%q", got)
	}
}

// TestShard_trouble: a replica that takes no part says whether it has forgotten
// something, and what it waits for.
func TestShard_trouble(t *testing.T) {
	s := bare(t, 1, 9, 5)
	if got := s.Trouble(); got != "" {
		t.Errorf("one that takes part: %q", got)
	}
	s.transport.Admitted.Store(false)
	if got := s.Trouble(); !strings.HasPrefix(got, "this replica holds nothing yet") || !strings.Contains(got, "it has asked") {
		t.Errorf("a new one: %q", got)
	}
	s.forget("a reason")
	s.WaitFor("n2 to answer")
	if got := s.Trouble(); !strings.HasPrefix(got, errForgotten.Error()) || !strings.HasSuffix(got, "n2 to answer") {
		t.Errorf("one that has forgotten: %q", got)
	}
	s.transport.Admitted.Store(true)
	if got := s.Trouble(); got != "" {
		t.Errorf("one that was filled again: %q", got)
	}
}
