package signature

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Allowed are the lines of a file of allowed signers: whom which key speaks for.
type Allowed struct{ lines []allowedLine }

type allowedLine struct {
	principals    []string // patterns of ids and addresses
	key           []byte
	after, before time.Time
}

// Problem is a line that cannot be used.
type Problem struct {
	Line    int
	Message string
}

// ParseAllowed reads a file in the format of ssh-keygen's ALLOWED SIGNERS. A line
// that cannot be used is a problem and allows nothing.
func ParseAllowed(data []byte) (*Allowed, []Problem) {
	a := &Allowed{}
	var problems []Problem
	n := 0
	for raw := range bytes.Lines(data) {
		n++
		text := strings.TrimSpace(string(raw))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		line, err := parseAllowed(text)
		if err != nil {
			problems = append(problems, Problem{n, err.Error()})
			continue
		}
		a.lines = append(a.lines, line)
	}
	return a, problems
}

var errFields = errors.New("a line is: whom the key speaks for, options, the kind of the key, the key")

func parseAllowed(text string) (line allowedLine, err error) {
	fields, err := words(text)
	if err != nil {
		return line, err
	}
	i := slices.IndexFunc(fields, func(f string) bool {
		return strings.HasPrefix(f, "ssh-") || strings.HasPrefix(f, "ecdsa-") || strings.HasPrefix(f, "sk-")
	})
	if i < 1 || i+1 >= len(fields) {
		return line, errFields
	}
	line.principals = strings.Split(fields[0], ",")
	if line.key, err = base64.StdEncoding.DecodeString(fields[i+1]); err != nil {
		return line, errors.New("the key is not in base64")
	}
	if kind := (&reader{data: line.key}).text(); kind != fields[i] {
		return line, fmt.Errorf("the key says that it is of the kind %q", kind)
	}
	for _, option := range strings.Split(strings.Join(fields[1:i], ","), ",") {
		name, value, _ := strings.Cut(option, "=")
		switch strings.ToLower(name) {
		case "":
		case "namespaces":
			if !matches(strings.Split(strings.ReplaceAll(value, "\x00", ","), ","), Namespace) {
				line.principals = nil // a key for something else
			}
		case "valid-after":
			line.after, err = stamp(value)
		case "valid-before":
			line.before, err = stamp(value)
		default:
			return line, fmt.Errorf("the option %q is not known here", name)
		}
		if err != nil {
			return line, err
		}
	}
	return line, nil
}

// words splits at blanks outside of quotes. A comma within quotes becomes a zero
// byte, so that options can be split at the others.
func words(text string) (all []string, err error) {
	var b strings.Builder
	quoted := false
	flush := func() {
		if b.Len() > 0 {
			all = append(all, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (r == ' ' || r == '\t'):
			flush()
		case quoted && r == ',':
			b.WriteByte(0)
		case r == 0:
			return nil, errFields
		default:
			b.WriteRune(r)
		}
	}
	flush()
	if quoted {
		return nil, errors.New("a quotation mark is not closed")
	}
	return all, nil
}

// stamp reads a time as ssh-keygen writes it, in UTC.
func stamp(value string) (time.Time, error) {
	value = strings.TrimSuffix(value, "Z")
	for _, form := range []string{"20060102", "200601021504", "20060102150405"} {
		if at, err := time.Parse(form, value); err == nil && len(value) == len(form) {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write it as 20261231", value)
}

// matches says whether a list of patterns with * and ? takes a name. One that
// begins with ! takes it away.
func matches(patterns []string, name string) bool {
	found := false
	for _, p := range patterns {
		pattern, not := strings.CutPrefix(strings.TrimSpace(p), "!")
		if pattern == "" || !glob(strings.ToLower(pattern), strings.ToLower(name)) {
			continue
		}
		if not {
			return false
		}
		found = true
	}
	return found
}

func glob(pattern, name string) bool {
	star, mark, i, j := -1, 0, 0, 0
	for j < len(name) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == name[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
