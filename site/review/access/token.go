package access

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Token lets a program in, as often as it likes, until it expires: continuous
// integration, or a script. It goes into the header Authorization and never into a
// cookie, so no page of another site can use it.
type Token struct {
	ID      string    `json:"id"` // the beginning of its hash
	Name    string    `json:"name"`
	Role    string    `json:"role"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// NewToken makes a token. It is kept nowhere; only a hash is.
func (s *Store) NewToken(name string, role Role, within time.Duration) (token string, t Token, err error) {
	if !validName(name) {
		return "", t, fmt.Errorf("make a token: the name must have 1 to %d characters", maxName)
	}
	token = newToken()
	hash := hashOf(token)
	t = Token{ID: hash[:12], Name: name, Role: role.String(), Created: s.now().UTC(), Expires: s.now().UTC().Add(within)}
	if err := s.write(s.file("tokens", hash), t); err != nil {
		return "", t, fmt.Errorf("make a token: %w", err)
	}
	return token, t, nil
}

// Token finds who a token stands for.
func (s *Store) Token(token string) (Actor, error) {
	t, err := read[Token](s.file("tokens", hashOf(token)))
	if err != nil || !s.now().Before(t.Expires) {
		return Actor{}, ErrSignIn
	}
	role, err := ParseRole(t.Role)
	if err != nil {
		return Actor{}, ErrSignIn
	}
	return Actor{ID: "token:" + t.ID, Name: t.Name, Role: role, Since: t.Created}, nil
}

// Tokens lists all, oldest first.
func (s *Store) Tokens() (all []Token, err error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "tokens"))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	for _, e := range entries {
		t, err := read[Token](filepath.Join(s.dir, "tokens", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("list tokens: %s: %w", e.Name(), err)
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Token) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// bearer is the token of a request, if it has one.
func bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}
