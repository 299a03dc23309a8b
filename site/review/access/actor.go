// Package access says who a request comes from and what they may do.
package access

import (
	"errors"
	"net/http"
	"time"
)

// Role is what a person may do; each includes those before it.
type Role int

// Roles in rising order. A reader reads, a commenter writes in threads, a
// reviewer gives verdicts, a maintainer redacts and overrides.
const (
	Reader Role = iota
	Commenter
	Reviewer
	Maintainer
)

func (r Role) String() string {
	switch r {
	case Reader:
		return "reader"
	case Commenter:
		return "commenter"
	case Reviewer:
		return "reviewer"
	case Maintainer:
		return "maintainer"
	}
	return "nobody"
}

// Actor is the person behind a request. ID is stable and names where the person
// is known from: "local:ada@example.org", "invite:7f3a…", "oidc:<issuer>#<subject>",
// "proxy:ada", "token:7f3a…". Two people never share one.
type Actor struct {
	ID    string
	Name  string
	Email string
	Role  Role
	Local bool      // known from git's configuration only
	Since time.Time // when they signed in
	Anew  bool      // they can sign in anew, so it can be asked for
}

// ErrSignIn says that nobody is signed in.
var ErrSignIn = errors.New("sign in first")

// Identifier tells who a request comes from. Its error is [ErrSignIn] where that
// is nobody; reading may still be allowed then. It is called from many
// goroutines.
type Identifier interface {
	Identify(r *http.Request) (Actor, error)
}
