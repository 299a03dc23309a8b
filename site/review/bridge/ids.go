package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"lockstep/site/review/access"
)

// prefix begins the ids of all that came from this pull request.
func (p Pull) prefix() string { return fmt.Sprintf("%s.%s.%d.", p.Scheme, p.Repo, p.Number) }

// idOf is the id that a comment of the forge has on a page. The host is in it as
// a hash: repositories of two hosts may have one number.
func (p Pull) idOf(id string) string { return p.prefix() + id + "." + short(p.Host) }

// forgeID is the id of a comment at the forge, of one that has it on a page. The
// author proves it: anybody may give their comment such an id, and nobody who
// signs in somewhere has an account's.
func (p Pull) forgeID(id, author string) (string, bool) {
	rest, ok := strings.CutPrefix(id, p.prefix())
	if !ok || !strings.HasPrefix(author, p.accounts()) {
		return "", false
	}
	return strings.CutSuffix(rest, "."+short(p.Host))
}

// accounts begins the ids of all accounts of the forge.
func (p Pull) accounts() string { return p.Scheme + ":" + p.Host + "/" }

// AccountID is the id of an account on pages and in lists of deciders.
func (p Pull) AccountID(a Account) string { return p.accounts() + a.ID }

// actor is an account as somebody who reviews. It is called by its login, since
// anybody may call themselves by anybody's name.
func (p Pull) actor(a Account, role access.Role) access.Actor {
	login := a.Login
	if login == "" {
		login = "somebody"
	}
	return access.Actor{ID: p.AccountID(a), Name: login + " at " + p.Host, Role: role}
}

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:3])
}

// editOf is the id of one edit of a comment.
func editOf(id, body string, at time.Time) string {
	return id + ".e" + short(body+"\n"+at.UTC().Format(time.RFC3339Nano))
}
