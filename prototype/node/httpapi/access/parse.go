package access

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// What a file may hold.
const (
	maxFile    = 64 << 10 // bytes
	maxEntries = 256
	maxName    = 64 // bytes
)

// hashPrefix stands before the hash of a token, so that another kind can be told apart.
const hashPrefix = "sha256:"

// entry is a line of the file.
type entry struct {
	role Role
	name string
	proof
}

// parse reads a file: a line for each token, ROLE NAME sha256:HASH, or for each
// certificate, ROLE NAME cert:KIND:NAME, and lines that begin with #. Errors have the
// line, and never what stands where a hash belongs: it may be a token.
func parse(path string, data []byte) (list []entry, err error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: more than %d bytes: take out what is not needed", path, maxFile)
	}
	lines := make(map[proof]int)
	roleOf := make(map[string]Role)
	number := 0
	for line := range bytes.Lines(data) {
		number++
		fields := strings.Fields(string(line))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		bad := func(format string, args ...any) ([]entry, error) {
			return nil, fmt.Errorf("%s:%d: %s", path, number, fmt.Sprintf(format, args...))
		}
		if len(fields) != 3 {
			return bad("a line has three words, ROLE NAME %sHASH, as lockstep token new prints it, or ROLE NAME %sKIND:NAME; this one has %d", hashPrefix, certPrefix, len(fields))
		}
		e := entry{name: fields[1]}
		if e.role, err = ParseRole(fields[0]); err != nil {
			return bad("%v", err)
		}
		if err := checkName(e.name); err != nil {
			return bad("%v", err)
		}
		if e.proof, err = parseProof(fields[2]); err != nil {
			return bad("%v", err)
		}
		if first, twice := lines[e.proof]; twice {
			return bad("this %s is in line %d already: take one of the lines out", e.by(), first)
		}
		if role, known := roleOf[e.name]; known && role != e.role {
			return bad("%s has the role %s above: give one name one role, so that a log says who it was", e.name, role)
		}
		lines[e.proof], roleOf[e.name] = number, e.role
		if list = append(list, e); len(list) > maxEntries {
			return bad("more than %d tokens and certificates: take out those that nobody uses", maxEntries)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: there is no token and no certificate in it: add the line that lockstep token new prints", path)
	}
	return list, nil
}

// parseProof reads the third word of a line. Its errors have no part of it.
func parseProof(word string) (p proof, err error) {
	if subject, ok := strings.CutPrefix(word, certPrefix); ok {
		if p.subject, err = parseSubject(subject); err != nil {
			return p, fmt.Errorf("the third word names no certificate: %w", err)
		}
		return p, nil
	}
	text, ours := strings.CutPrefix(word, hashPrefix)
	sum, err := hex.DecodeString(text)
	if !ours || err != nil || len(sum) != len(p.hash) {
		return p, fmt.Errorf("the third word is no %sHASH of 64 digits and no %sKIND:NAME; tokens themselves never belong here: lockstep token new prints the line", hashPrefix, certPrefix)
	}
	copy(p.hash[:], sum)
	return p, nil
}

func checkName(name string) error {
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-", c) >= 0 {
			continue
		}
		return fmt.Errorf("the name %.80q has other signs than letters, digits, dots, dashes and underscores", name)
	}
	if len(name) == 0 || len(name) > maxName {
		return fmt.Errorf("a name has 1 to %d bytes, and not %d", maxName, len(name))
	}
	return nil
}
