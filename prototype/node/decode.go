//go:build !js

package node

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/prototype/order"
)

// wireMessage is a message as a client sends it.
type wireMessage struct {
	ID     string `json:"id"`
	Sender string `json:"sender"`
	Body   string `json:"body"`
	// Session and Number, from 1, keep the order of a sender's messages through
	// retries; see POST .../sessions.
	Session uint64 `json:"session,omitempty"`
	Number  uint64 `json:"number,omitempty"`
}

// decodeOne reads one JSON value of at most limit bytes, strictly.
func (n *Node) decodeOne(r *http.Request, limit int, into any) *Error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		if r.Header.Get("Content-Type") != "" {
			return invalid("the content type is %q, want application/json", r.Header.Get("Content-Type"))
		}
	}
	held, _ := n.budget.share(0)
	defer held.end()
	data, err := readBody(r, limit, held)
	if err != nil {
		return err
	}
	return unmarshalStrict(data, into)
}

// smallBody is what a request may hold before it is counted, in bytes.
const smallBody = 8 << 10

// readBody reads all of a request's body. Memory is taken as bytes arrive, so that
// who only announces a large body holds nothing.
func readBody(r *http.Request, limit int, held *share) ([]byte, *Error) {
	tooLarge := &Error{Outcome: Fail, Reason: ReasonTooLarge, Detail: "the request has more bytes than this node accepts"}
	if r.ContentLength > int64(limit) {
		return nil, tooLarge
	}
	room := smallBody
	if r.ContentLength >= 0 {
		room = min(room, int(r.ContentLength)+1) // one more, to see the end without another round
	}
	data := make([]byte, 0, room)
	for {
		if len(data) == cap(data) {
			more := min(cap(data), limit+1-len(data))
			if err := held.grow(cap(data) + more); err != nil {
				return nil, err
			}
			data = append(make([]byte, 0, cap(data)+more), data...)
		}
		got, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+got]
		switch {
		case len(data) > limit:
			return nil, tooLarge
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, invalid("the request could not be read: %s", err)
		}
	}
}

// unmarshalStrict refuses what encoding/json would let pass or mend silently:
// unknown fields, a second value, invalid UTF-8, escapes of half a character.
func unmarshalStrict(data []byte, into any) *Error {
	if !utf8.Valid(data) {
		return invalid("the request is not valid UTF-8")
	}
	if halfCharacter(data) {
		return invalid("the request escapes half a character (a surrogate without the other one)")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return invalid("the JSON is malformed: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return invalid("there is more after the JSON value")
	}
	return nil
}

// halfCharacter says whether one of a pair of surrogates is escaped without the other.
// encoding/json puts the same character in place of each, so two ids would become one.
func halfCharacter(data []byte) bool {
	var high bool // the escape before this one, and right before it, was the first of a pair
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			if high {
				return true
			}
			continue
		}
		var unit uint64
		if i++; i+4 < len(data) && data[i] == 'u' {
			unit, _ = strconv.ParseUint(string(data[i+1:i+5]), 16, 16)
			i += 4
		}
		low := unit>>10 == 0xdc00>>10
		if low != high {
			return true
		}
		high = unit>>10 == 0xd800>>10
	}
	return high
}

// command checks a message against the limits.
func (n *Node) command(conversation string, m wireMessage) (order.Command, *Error) {
	for _, field := range []struct{ name, value string }{{"id", m.ID}, {"sender", m.Sender}} {
		if err := n.checkName(field.name, field.value); err != nil {
			return order.Command{}, err
		}
	}
	if len(m.Body) > n.cfg.MaxBody {
		return order.Command{}, &Error{Outcome: Fail, Reason: ReasonTooLarge,
			Detail: "the body has more bytes than this node accepts"}
	}
	if (m.Session == 0) != (m.Number == 0) {
		return order.Command{}, invalid("session and number go together, and numbers begin at 1")
	}
	return order.Command{Conversation: conversation, ID: m.ID, Sender: m.Sender, Body: m.Body, Session: m.Session, Number: m.Number}, nil
}

// checkName checks an id, a sender or a conversation.
func (n *Node) checkName(what, value string) *Error {
	switch {
	case value == "":
		return invalid("%s is missing or empty", what)
	case len(value) > n.cfg.MaxID:
		return invalid("%s has %d bytes; at most %d are allowed", what, len(value), n.cfg.MaxID)
	case !utf8.ValidString(value):
		return invalid("%s is not valid UTF-8", what)
	case strings.ContainsFunc(value, unicode.IsControl):
		return invalid("%s has control characters", what)
	}
	return nil
}

// laneOf is the lane that a request asks for.
func laneOf(r *http.Request) string {
	if name := r.URL.Query().Get("lane"); name != "" {
		return name
	}
	return LaneQuorum
}

// conversation reads the path's conversation and the lane.
func (n *Node) conversation(r *http.Request) (string, *Error) {
	name := r.PathValue("conversation")
	if err := n.checkName("the conversation", name); err != nil {
		return "", err
	}
	if name := laneOf(r); !slices.Contains(Lanes, name) {
		return "", invalid("there is no lane %q; there are %s", name, strings.Join(Lanes, ", "))
	}
	return name, n.hasLane(laneOf(r))
}
