// Package entry is the form in which an event of a review travels: what it says,
// what it stands on, and who signed it.
//
// The id of an entry is a hash of its page, its parents and the event, byte for
// byte. The parents are ids, so an id stands for the whole past of an entry: who
// changes, removes or inserts one, changes the id of all that follow. The text of
// a comment is not hashed, but the event commits to it; so a text can be destroyed
// and the ids stay. The signature is of the id.
package entry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"lockstep/site/review/strictjson"
)

// Line is an event as it is exported: one line of a backup, or a file of its own
// in a repository. The event is byte for byte what is hashed; text and salt are
// its body, and are absent once it was redacted.
type Line struct {
	Page string `json:"page"`
	// N is where it stands in the log that a backup was made of; files have none.
	N uint64 `json:"n,omitempty"`
	// Parents are the ids of the entries that its author's clone had, and that
	// nothing followed there, sorted. Nil says that it stands on the line before, as
	// all lines did that were written before there were merges.
	Parents   []string        `json:"parents,omitzero"`
	Event     json.RawMessage `json:"event"`
	Text      *string         `json:"text,omitempty"`
	Salt      string          `json:"salt,omitempty"`
	Signature string          `json:"signature,omitempty"` // see package signature
}

// IDForm is what an id looks like.
var IDForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ID is the id of a line whose parents are known.
func (l Line) ID() string {
	sum := sha256.New()
	write := func(part []byte) {
		sum.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		sum.Write([]byte{':'})
		sum.Write(part)
	}
	write([]byte("lockstep review event"))
	write([]byte(l.Page))
	write(strconv.AppendInt(nil, int64(len(l.Parents)), 10))
	for _, p := range l.Parents {
		write([]byte(p))
	}
	write(l.Event)
	return hex.EncodeToString(sum.Sum(nil))
}

// Message is what is signed of an entry: its id, as a line.
func Message(id string) []byte { return []byte(id + "\n") }

// maxParents bounds the branches that one event brings together.
const maxParents = 256

// check says what is wrong with the form of a line.
func (l Line) check() error {
	switch {
	case l.Page == "":
		return errors.New("it names no page")
	case len(l.Event) == 0:
		return errors.New("it has no event")
	case len(l.Parents) > maxParents:
		return fmt.Errorf("it has %d parents; %d are allowed", len(l.Parents), maxParents)
	}
	for i, p := range l.Parents {
		if !IDForm.MatchString(p) {
			return fmt.Errorf("its parent %q is no id", p)
		}
		if i > 0 && l.Parents[i-1] >= p {
			return errors.New("its parents are not sorted, or one is there twice")
		}
	}
	return nil
}

// Chain gives parents to lines that have none: each stands on the line of its page
// before it. Lines of a page are in their order.
func Chain(lines []Line) []Line {
	lines = slices.Clone(lines)
	last := make(map[string]string)
	for i, l := range lines {
		if l.Parents == nil {
			lines[i].Parents = []string{}
			if id, ok := last[l.Page]; ok {
				lines[i].Parents = []string{id}
			}
		}
		last[l.Page] = lines[i].ID()
	}
	return lines
}

// MaxSize bounds one entry, in bytes.
const MaxSize = 1 << 20

// Decode reads one line or file. Fields that nobody knows are refused, and so is
// anything after the object.
func Decode(data []byte) (l Line, err error) {
	if len(data) > MaxSize {
		return l, fmt.Errorf("it has %d bytes; at most %d are read", len(data), MaxSize)
	}
	if err := strictjson.Unmarshal(data, &l); err != nil {
		return l, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, l.Event); err != nil {
		return l, err
	}
	l.Event = b.Bytes()
	return l, l.check()
}

// Encode is the file of an entry: the same entry gives the same bytes, wherever it
// is written.
func Encode(l Line) ([]byte, error) {
	l.N = 0
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(l)
	return b.Bytes(), err
}
