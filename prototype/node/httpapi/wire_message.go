//go:build !js

package httpapi

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"lockstep/prototype/api"
	"lockstep/prototype/jsontext"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// The fast path of the API costs a few hundred nanoseconds a message, and
// encoding/json alone would take several times that. So lines that look as
// every sensible client writes them are read and written by hand; all others
// go the long way, which decides what is right. A fuzz test holds the two
// against each other.

// parseLine reads a message.
func parseLine(l line) (api.Message, *outcome.Error) {
	if l.err != nil {
		return api.Message{}, l.err
	}
	if m, ok := parsePlain(l.data); ok {
		return m, nil
	}
	var m api.Message
	err := unmarshalStrict(l.data, &m)
	return m, err
}

// parsePlain reads an object of known string fields without escapes. ok is false
// for everything else, right or wrong.
func parsePlain(data []byte) (m api.Message, ok bool) {
	if !utf8.Valid(data) {
		return m, false
	}
	s := plain{text: string(data)} // one copy, into which the fields point
	if !s.take('{') {
		return m, false
	}
	var seen [3]bool
	for {
		name, good := s.string()
		if !good || !s.take(':') {
			return m, false
		}
		value, good := s.string()
		if !good {
			return m, false
		}
		field := 0
		switch name {
		case "id":
			m.ID = value
		case "sender":
			m.Sender, field = value, 1
		case "body":
			m.Body, field = value, 2
		default:
			return m, false
		}
		if seen[field] {
			return m, false
		}
		seen[field] = true
		if s.take(',') {
			continue
		}
		return m, s.take('}') && s.rest()
	}
}

// plain scans a text from the front.
type plain struct {
	text string
	at   int
}

func (p *plain) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

func (p *plain) take(c byte) bool {
	p.space()
	if p.at >= len(p.text) || p.text[p.at] != c {
		return false
	}
	p.at++
	return true
}

// string takes a string that has no escapes.
func (p *plain) string() (string, bool) {
	if !p.take('"') {
		return "", false
	}
	end := strings.IndexByte(p.text[p.at:], '"')
	if end < 0 {
		return "", false
	}
	s := p.text[p.at : p.at+end]
	p.at += end + 1
	return s, jsontext.Plain(s) || !strings.ContainsFunc(s, func(c rune) bool { return c == '\\' || c < ' ' })
}

func (p *plain) rest() bool {
	p.space()
	return p.at == len(p.text)
}

// appendResult writes what encoding/json would, and a line feed.
func appendResult(out []byte, conversation, id string, r order.Result) []byte {
	out = append(out, `{"conversation":`...)
	out = jsontext.AppendString(out, conversation)
	out = append(out, `,"seq":`...)
	out = strconv.AppendUint(out, r.Seq, 10)
	out = append(out, `,"id":`...)
	out = jsontext.AppendString(out, id)
	out = append(out, `,"epoch":`...)
	out = strconv.AppendUint(out, r.Epoch, 10)
	out = append(out, `,"duplicate":`...)
	out = strconv.AppendBool(out, r.Duplicate)
	return append(out, '}', '\n')
}
