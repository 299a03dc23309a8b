package access

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/formattest"
)

// TestFormats: whom an earlier version has let in stays in, whom it has invited can still
// come, and what it has given a program still opens. Each lies in a file of its own, which
// is called by the hash of what is shown.
func TestFormats(t *testing.T) {
	const shown = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
	const hash = "834b6e67aab8d76ccef4846478052cf0737a3107973ec19c7b7ec9dd1b1cf304"
	at := time.Date(2026, 11, 28, 9, 30, 0, 123_456_789, time.UTC)
	put := func(part string, data []byte) *Store {
		s, err := OpenStore(t.TempDir(), func() time.Time { return at.Add(time.Hour) })
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(s.dir, part, hash+".json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
		return s
	}
	// written is what a store writes, which chooses the token itself.
	written := func(value any) []byte {
		s := &Store{dir: t.TempDir()}
		file := s.file("", hash)
		err := s.write(file, value)
		data, read := os.ReadFile(file)
		if err := errors.Join(err, read); err != nil {
			t.Error(err)
		}
		return data
	}
	formattest.Hold(t, "invitation.json", Invitation{ID: hash[:12], Name: "Größe <ada>", Email: "ada@example.org", Role: "reviewer", Path: "/adr/0001-log/", Created: at, Expires: at.Add(7 * 24 * time.Hour)},
		func(data []byte) (Invitation, error) { return put("invitations", data).Invitation(shown) }, func(i Invitation) []byte { return written(i) })
	formattest.Hold(t, "token.json", Actor{ID: "token:" + hash[:12], Name: "ci", Role: Commenter, Since: at},
		func(data []byte) (Actor, error) { return put("tokens", data).Token(shown) },
		func(a Actor) []byte {
			return written(Token{ID: hash[:12], Name: a.Name, Role: a.Role.String(), Created: a.Since, Expires: at.Add(30 * 24 * time.Hour)})
		})
	formattest.Hold(t, "session.json", Actor{ID: "invite:" + hash[:12], Name: "Größe <ada>", Email: "ada@example.org", Role: Reviewer, Since: at, Anew: true},
		func(data []byte) (Actor, error) { return put("sessions", data).Session(shown) },
		func(a Actor) []byte { return written(session{a, hash[:12], at}) })
}
