package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockstep/durable"
)

// Store keeps invitations and sessions in files, one each, named by a hash of
// the token: who reads the disk cannot sign in. Several processes may use one
// store, so that the command that invites works while the server runs. An
// invitation is used by renaming its file, which one process at most can do.
type Store struct {
	dir string
	now func() time.Time
}

// Invitation lets one person in, once.
type Invitation struct {
	ID      string    `json:"id"` // the beginning of the hash of its token
	Name    string    `json:"name"`
	Email   string    `json:"email,omitempty"`
	Role    string    `json:"role"`
	Path    string    `json:"path,omitempty"` // of the page that it leads to
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Used    bool      `json:"-"`
}

// session is a browser that is signed in.
type session struct {
	Actor   Actor     `json:"actor"`
	Invite  string    `json:"invite,omitempty"` // what it came from
	Created time.Time `json:"created"`
}

// Sessions end by themselves.
const (
	idleAfter   = 12 * time.Hour
	endAfter    = 7 * 24 * time.Hour
	noteSeen    = 10 * time.Minute // how often use is written down
	maxSessions = 10_000
)

// ErrInvitation is the error for a link that does not let anybody in (any more).
var ErrInvitation = errors.New("this invitation does not exist, was used, has expired or was revoked")

// OpenStore opens the store in a folder, or makes it.
func OpenStore(dir string, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	for _, part := range []string{"invitations", "used", "sessions", "tokens"} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o700); err != nil {
			return nil, fmt.Errorf("open access: %w", err)
		}
	}
	return &Store{dir: dir, now: now}, nil
}

func newToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (s *Store) file(part, hash string) string { return filepath.Join(s.dir, part, hash+".json") }

func (s *Store) write(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return durable.WriteFile(path, data, 0o600)
}

func read[T any](path string) (v T, err error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	return v, err
}

// Invite makes an invitation and gives its token, which is kept nowhere. It leads to
// the list of open threads.
func (s *Store) Invite(name, email string, role Role, within time.Duration) (token string, i Invitation, err error) {
	return s.InviteTo("", name, email, role, within)
}

// InviteTo is Invite for the page at a path of this site.
func (s *Store) InviteTo(path, name, email string, role Role, within time.Duration) (token string, i Invitation, err error) {
	if !validName(name) {
		return "", i, fmt.Errorf("invite: the name must have 1 to %d characters", maxName)
	}
	token = newToken()
	hash := hashOf(token)
	i = Invitation{ID: hash[:12], Name: name, Email: email, Role: role.String(), Path: path, Created: s.now().UTC(), Expires: s.now().UTC().Add(within)}
	if err := s.write(s.file("invitations", hash), i); err != nil {
		return "", i, fmt.Errorf("invite: %w", err)
	}
	return token, i, nil
}

// Invitation finds an invitation that can still be used.
func (s *Store) Invitation(token string) (Invitation, error) {
	i, err := read[Invitation](s.file("invitations", hashOf(token)))
	if err != nil || !s.now().Before(i.Expires) {
		return Invitation{}, ErrInvitation
	}
	return i, nil
}

// Redeem uses an invitation and gives the token of a session.
func (s *Store) Redeem(token string) (string, error) {
	i, err := s.Invitation(token)
	if err != nil {
		return "", err
	}
	role, err := ParseRole(i.Role)
	if err != nil {
		return "", err
	}
	// The session is written first: if it cannot be, the invitation is still good.
	// Nobody has its token before the invitation is theirs.
	session, err := s.begin(Actor{ID: "invite:" + i.ID, Name: i.Name, Email: i.Email, Role: role}, i.ID)
	if err != nil {
		return "", err
	}
	hash := hashOf(token)
	if err := os.Rename(s.file("invitations", hash), s.file("used", hash)); err != nil {
		s.End(session)
		if errors.Is(err, fs.ErrNotExist) {
			return "", ErrInvitation // somebody was faster, or it was revoked
		}
		return "", fmt.Errorf("redeem an invitation: %w", err)
	}
	return session, nil
}

// begin makes a session for somebody who has shown who they are.
func (s *Store) begin(who Actor, invite string) (string, error) {
	if entries, err := os.ReadDir(filepath.Join(s.dir, "sessions")); err == nil && len(entries) >= maxSessions {
		s.sweep()
	}
	token := newToken()
	who.Since = s.now().UTC()
	path := s.file("sessions", hashOf(token))
	if err := s.write(path, session{who, invite, who.Since}); err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	if err := os.Chtimes(path, who.Since, who.Since); err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return token, nil
}

// Session finds who a token stands for.
func (s *Store) Session(token string) (Actor, error) {
	path := s.file("sessions", hashOf(token))
	found, seen, err := s.session(path)
	if err != nil {
		return Actor{}, ErrSignIn
	}
	now := s.now().UTC()
	if now.Sub(seen) > idleAfter || now.Sub(found.Created) > endAfter {
		os.Remove(path)
		return Actor{}, ErrSignIn
	}
	if now.Sub(seen) > noteSeen {
		if err := os.Chtimes(path, now, now); errors.Is(err, fs.ErrNotExist) {
			return Actor{}, ErrSignIn // it was ended meanwhile
		}
	}
	return found.Actor, nil
}

// session reads a session and when it was last seen, which is the time of its file:
// noting that writes nothing, so it cannot bring back a session that is being ended.
func (s *Store) session(path string) (found session, seen time.Time, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return found, seen, err
	}
	found, err = read[session](path)
	return found, info.ModTime(), err
}

// End ends a session.
func (s *Store) End(token string) error {
	err := os.Remove(s.file("sessions", hashOf(token)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sweep removes sessions that have ended.
func (s *Store) sweep() {
	entries, _ := os.ReadDir(filepath.Join(s.dir, "sessions"))
	for _, e := range entries {
		path := filepath.Join(s.dir, "sessions", e.Name())
		if found, seen, err := s.session(path); err != nil || s.now().Sub(seen) > idleAfter || s.now().Sub(found.Created) > endAfter {
			os.Remove(path)
		}
	}
}

// Invitations lists all, oldest first.
func (s *Store) Invitations() (all []Invitation, err error) {
	for _, part := range []string{"invitations", "used"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, part))
		if err != nil {
			return nil, fmt.Errorf("list invitations: %w", err)
		}
		for _, e := range entries {
			i, err := read[Invitation](filepath.Join(s.dir, part, e.Name()))
			if err != nil {
				return nil, fmt.Errorf("list invitations: %s: %w", e.Name(), err)
			}
			i.Used = part == "used"
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b Invitation) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// Revoke ends an invitation and every session that came from it, or a token.
func (s *Store) Revoke(id string) error {
	found := false
	for _, part := range []string{"invitations", "used", "tokens"} {
		entries, _ := os.ReadDir(filepath.Join(s.dir, part))
		for _, e := range entries {
			if len(id) == 12 && strings.HasPrefix(e.Name(), id) {
				found = true
				if err := os.Remove(filepath.Join(s.dir, part, e.Name())); err != nil {
					return fmt.Errorf("revoke %s: %w", id, err)
				}
			}
		}
	}
	entries, _ := os.ReadDir(filepath.Join(s.dir, "sessions"))
	for _, e := range entries {
		path := filepath.Join(s.dir, "sessions", e.Name())
		if old, err := read[session](path); err == nil && old.Invite == id {
			os.Remove(path)
		}
	}
	if !found {
		return fmt.Errorf("revoke: there is no invitation and no token %q", id)
	}
	return nil
}
