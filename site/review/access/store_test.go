package access

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Somebody signs out, or is revoked, while another request of the same browser notes
// that the session was seen.
func TestStore_endedSession(t *testing.T) {
	for _, end := range []string{"signed out", "revoked"} {
		now := time.Now()
		var during func()
		s, err := OpenStore(t.TempDir(), func() time.Time {
			if d := during; d != nil {
				during = nil
				d()
			}
			return now
		})
		if err != nil {
			t.Fatal(err)
		}
		invitation, i, err := s.Invite("Ada", "", Maintainer, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.Redeem(invitation)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(11 * time.Minute)
		during = func() { // between the read and the note
			if end == "revoked" {
				s.Revoke(i.ID)
			} else {
				s.End(token)
			}
		}
		if who, err := s.Session(token); err == nil {
			t.Errorf("%s: the request that was under way goes on as %s", end, who.Name)
		}
		if who, err := s.Session(token); err == nil {
			t.Errorf("%s: the session lets %q in as %s again", end, who.Name, who.Role)
		}
	}
}

// A session that is used goes on, and one that is not ends, also for a store that was
// opened anew.
func TestStore_seen(t *testing.T) {
	dir := t.TempDir()
	c := &clock{now: time.Now()}
	s, err := OpenStore(dir, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.begin(Actor{ID: "x", Name: "X", Role: Reviewer}, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		c.add(11 * time.Hour)
		if s, err = OpenStore(dir, c.Now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(token); err != nil {
			t.Fatalf("a session that is used has ended: %v", err)
		}
	}
	c.add(13 * time.Hour)
	if _, err := s.Session(token); err == nil {
		t.Error("a session that nobody used for 13 hours lets somebody in")
	}
}

// The disk is full when a session is to be written: the invitation is still good.
func TestStore_redeemAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenStore(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Invite("Ada", "", Reviewer, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	sessions := filepath.Join(dir, "sessions")
	if err := os.RemoveAll(sessions); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Redeem(token); err == nil || errors.Is(err, ErrInvitation) {
		t.Errorf("no session can be written: %v", err)
	}
	if err := os.MkdirAll(sessions, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Redeem(token); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, err := s.Redeem(token); !errors.Is(err, ErrInvitation) {
		t.Errorf("a third time: %v", err)
	}
}

// Many open one link at once: one gets in, and only one session is left.
func TestStore_redeemOnce(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenStore(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Invite("Ada", "", Reviewer, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var in sync.Map
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if session, err := s.Redeem(token); err == nil {
				in.Store(session, true)
			}
		})
	}
	all.Wait()
	n := 0
	in.Range(func(_, _ any) bool { n++; return true })
	left, err := os.ReadDir(filepath.Join(dir, "sessions"))
	if n != 1 || len(left) != 1 || err != nil {
		t.Errorf("%d got in, and %d sessions are left: %v", n, len(left), err)
	}
}
