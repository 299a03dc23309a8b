// Package decider says who is a decision-maker of a decision.
//
// A record names them: "decision-makers: [Ada Lovelace]". Whoever gives a verdict
// has an id, which says where they are known from, and a name that they chose. A
// name alone proves nothing, so the repository lists the ids of each name, and
// then only those count. Without a list a name is shown for what it is:
// unverified.
package decider

import (
	"slices"
	"strings"
)

// Map lists the ids of each decision-maker, by the name in the records: an
// address, "oidc:<issuer>#<subject>", "invite:<id>", "proxy:<user>", or the
// fingerprint of a key, "SHA256:…".
type Map map[string][]string

// Match says how somebody who gave a verdict stands to a name in a record.
type Match int

const (
	Other Match = iota // somebody else
	Named              // they call themselves so
	Known              // one of their ids is listed, or the record itself names the id
)

// Match compares a name in a record with an id and the name that its owner chose.
// The fingerprint is that of the key which signed, "" where nothing that holds
// was signed. Where anything is listed, a name alone is nobody's.
func (m Map) Match(decides, id, chosen, fingerprint string) Match {
	ids, listed := m.IDs(decides)
	if !listed && len(m) == 0 {
		ids = []string{decides}
	}
	if reported(id) {
		// Somebody else says who it was: only the very id, listed as it is, is believed.
		if slices.Contains(ids, id) {
			return Known
		}
		return Other
	}
	for _, listed := range ids {
		if isID(listed, id) || fingerprint != "" && listed == fingerprint {
			return Known
		}
	}
	if len(m) == 0 && decides != "" && SameName(decides, chosen) {
		return Named
	}
	return Other
}

// IDs are those that are listed for a name.
func (m Map) IDs(name string) ([]string, bool) {
	for listed, ids := range m {
		if SameName(listed, name) {
			return ids, true
		}
	}
	return nil, false
}

// Shared finds an id that is listed for two names: one person would be two.
func (m Map) Shared() (id string, names []string) {
	owners := make(map[string][]string)
	for name, ids := range m {
		for _, id := range ids {
			owners[strings.ToLower(id)] = append(owners[strings.ToLower(id)], name)
		}
	}
	for id, names := range owners {
		if len(names) > 1 {
			slices.Sort(names)
			return id, names
		}
	}
	return "", nil
}

// isID says whether what is listed names an id. An address is that of who works on
// their own machine, and a user's name with @ is one that a proxy gives.
func isID(listed, id string) bool {
	scheme, rest, ok := strings.Cut(id, ":")
	switch {
	case !ok || listed == "":
		return false
	case scheme == "oidc": // an issuer's subjects may differ by case alone
		return listed == id || listed == rest
	case strings.EqualFold(listed, id):
		return true
	case scheme == "local":
		return strings.Contains(listed, "@") && strings.EqualFold(listed, rest)
	}
	return strings.EqualFold(strings.TrimPrefix(listed, "@"), rest)
}

// SameName compares names as people write them.
func SameName(a, b string) bool {
	fold := func(s string) string { return strings.Join(strings.Fields(strings.TrimPrefix(s, "@")), " ") }
	return strings.EqualFold(fold(a), fold(b))
}
