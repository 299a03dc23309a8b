//go:build !js

package httpapi

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

	"lockstep/prototype/api"
	"lockstep/prototype/jsontext"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// decodeOne reads one JSON value of at most limit bytes, strictly.
func (a *API) decodeOne(r *http.Request, limit int, into any) *outcome.Error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		if r.Header.Get("Content-Type") != "" {
			return outcome.Invalid("the content type is %q, want application/json", r.Header.Get("Content-Type"))
		}
	}
	held, _ := a.budget.share(0)
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
func readBody(r *http.Request, limit int, held *share) ([]byte, *outcome.Error) {
	tooLarge := &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonTooLarge, Detail: "the request has more bytes than this node accepts"}
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
			return nil, outcome.Invalid("the request could not be read: %s", err)
		}
	}
}

// unmarshalStrict refuses what encoding/json would let pass or mend silently:
// unknown fields, a second value, invalid UTF-8, escapes of half a character.
func unmarshalStrict(data []byte, into any) *outcome.Error {
	if !utf8.Valid(data) {
		return outcome.Invalid("the request is not valid UTF-8")
	}
	if halfCharacter(data) {
		return outcome.Invalid("the request escapes half a character (a surrogate without the other one)")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return outcome.Invalid("the JSON is malformed: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return outcome.Invalid("there is more after the JSON value")
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
func (a *API) command(conversation string, m api.Message) (order.Command, *outcome.Error) {
	for _, field := range []struct{ name, value string }{{"id", m.ID}, {"sender", m.Sender}} {
		if err := a.checkName(field.name, field.value); err != nil {
			return order.Command{}, err
		}
	}
	if len(m.Body) > a.settings.MaxBody {
		return order.Command{}, &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonTooLarge,
			Detail: "the body has more bytes than this node accepts"}
	}
	if (m.Session == 0) != (m.Number == 0) {
		return order.Command{}, outcome.Invalid("session and number go together, and numbers begin at 1")
	}
	return order.Command{Conversation: conversation, ID: m.ID, Sender: m.Sender, Body: m.Body, Session: m.Session, Number: m.Number}, nil
}

// checkName checks an id, a sender or a conversation.
func (a *API) checkName(what, value string) *outcome.Error {
	switch {
	case value == "":
		return outcome.Invalid("%s is missing or empty", what)
	case len(value) > a.settings.MaxID:
		return outcome.Invalid("%s has %d bytes; at most %d are allowed", what, len(value), a.settings.MaxID)
	case jsontext.Plain(value):
	case !utf8.ValidString(value):
		return outcome.Invalid("%s is not valid UTF-8", what)
	case strings.ContainsFunc(value, unicode.IsControl):
		return outcome.Invalid("%s has control characters", what)
	}
	return nil
}

// laneOf is the lane that a request asks for.
func laneOf(r *http.Request) string {
	if name := r.URL.Query().Get("lane"); name != "" {
		return name
	}
	return node.LaneQuorum
}

// conversation reads the path's conversation and the lane.
func (a *API) conversation(r *http.Request) (string, *outcome.Error) {
	name := r.PathValue("conversation")
	if err := a.checkName("the conversation", name); err != nil {
		return "", err
	}
	if name := laneOf(r); !slices.Contains(node.Lanes, name) {
		return "", outcome.Invalid("there is no lane %q; there are %s", name, strings.Join(node.Lanes, ", "))
	}
	return name, a.node.HasLane(laneOf(r))
}
