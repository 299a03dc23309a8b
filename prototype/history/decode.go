package history

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// decode reads one line. A history of a million operations has two million of
// them, and reflection takes most of the time that judging it takes; so lines as
// a Recorder writes them are read by hand, and whatever is not plain, by package
// encoding/json, which also says what is wrong with it. FuzzDecode holds that the
// two agree.
func decode(line []byte, e *Event) error {
	d := decoder{rest: line}
	if d.event(e); !d.odd {
		return nil
	}
	*e = Event{}
	strict := json.NewDecoder(bytes.NewReader(line))
	// A misspelt member would otherwise pass as an observation that was never made.
	strict.DisallowUnknownFields()
	return strict.Decode(e)
}

// decoder reads plain JSON: no white space, no escapes, no unknown member. It
// gives up with odd on anything else.
type decoder struct {
	rest []byte
	odd  bool
}

func (d *decoder) event(e *Event) {
	d.object(func(name string) {
		switch name {
		case "time":
			e.Time = int64(d.number(63))
		case "op":
			e.Op = int(d.number(31))
		case "type":
			e.Type = Type(d.word())
		case "kind":
			e.Kind = Kind(d.word())
		case "node":
			e.Node = d.word()
		case "lane":
			e.Lane = d.word()
		case "conversation":
			e.Conversation = d.word()
		case "id":
			e.ID = d.text()
		case "sender":
			e.Sender = d.text()
		case "body":
			e.Body = d.text()
		case "level":
			e.Level = d.word()
		case "after":
			e.After = d.number(64)
		case "limit":
			e.Limit = int(d.number(31))
		case "min_seq":
			e.MinSeq = d.number(64)
		case "upto":
			e.Upto = d.number(64)
		case "final":
			e.Final = d.bool()
		case "seq":
			e.Seq = d.number(64)
		case "epoch":
			e.Epoch = d.number(64)
		case "duplicate":
			e.Duplicate = d.bool()
		case "last":
			e.Last = d.number(64)
		case "messages":
			d.messages(e)
		case "first":
			e.First = d.number(64)
		case "digest":
			e.Digest = d.text()
		case "error":
			e.Error = d.text()
		default:
			d.odd = true
		}
	})
	if len(d.rest) > 0 && string(d.rest) != "\n" {
		d.odd = true
	}
}

func (d *decoder) messages(e *Event) {
	if e.Messages != nil {
		d.odd = true
		return
	}
	e.Messages = make([]Message, 0, bytes.Count(d.rest, []byte(`{"seq":`)))
	d.expect('[')
	for !d.odd && d.peek() != ']' {
		if len(e.Messages) > 0 {
			d.expect(',')
		}
		var m Message
		d.object(func(name string) {
			switch name {
			case "seq":
				m.Seq = d.number(64)
			case "id":
				m.ID = d.text()
			case "sender":
				m.Sender = d.text()
			case "body":
				m.Body = d.text()
			case "epoch":
				m.Epoch = d.number(64)
			default:
				d.odd = true
			}
		})
		e.Messages = append(e.Messages, m)
	}
	d.expect(']')
}

// object calls member with each name; it must read the value.
func (d *decoder) object(member func(name string)) {
	d.expect('{')
	for first := true; !d.odd && d.peek() != '}'; first = false {
		if !first {
			d.expect(',')
		}
		name := d.quoted()
		d.expect(':')
		member(string(name))
	}
	d.expect('}')
}

func (d *decoder) peek() byte {
	if len(d.rest) == 0 {
		d.odd = true
		return 0
	}
	return d.rest[0]
}

func (d *decoder) expect(c byte) {
	if d.peek() != c {
		d.odd = true
		return
	}
	d.rest = d.rest[1:]
}

// number reads a whole number that is not negative and fits so many bits.
func (d *decoder) number(bits int) uint64 {
	n := 0
	for n < len(d.rest) && d.rest[n] >= '0' && d.rest[n] <= '9' {
		n++
	}
	if n == 0 || n > 1 && d.rest[0] == '0' || n < len(d.rest) && (d.rest[n] == '.' || d.rest[n]|0x20 == 'e') {
		d.odd = true
		return 0
	}
	value, err := strconv.ParseUint(string(d.rest[:n]), 10, bits)
	if err != nil {
		d.odd = true
	}
	d.rest = d.rest[n:]
	return value
}

func (d *decoder) bool() bool {
	if rest, found := bytes.CutPrefix(d.rest, []byte("true")); found {
		d.rest = rest
		return true
	}
	rest, found := bytes.CutPrefix(d.rest, []byte("false"))
	d.rest, d.odd = rest, d.odd || !found
	return false
}

func (d *decoder) text() string { return string(d.quoted()) }

// quoted reads a string without escapes.
func (d *decoder) quoted() []byte {
	d.expect('"')
	end := bytes.IndexByte(d.rest, '"')
	if d.odd || end < 0 {
		d.odd = true
		return nil
	}
	text := d.rest[:end]
	for _, c := range text {
		if c == '\\' || c < ' ' {
			d.odd = true
			return nil
		}
	}
	if !utf8.Valid(text) {
		d.odd = true
	}
	d.rest = d.rest[end+1:]
	return text
}

// words are strings that recur on nearly every line.
var words = func() map[string]string {
	list := map[string]string{}
	for _, w := range []string{string(Invoke), string(OK), string(Fail), string(Info), string(Send), string(Read), string(Digest),
		"n1", "n2", "n3", "n4", "n5", "linearizable", "leader", "session", "local", "quorum", "clock", "room"} {
		list[w] = w
	}
	return list
}()

// word is text that costs no memory if it is well known.
func (d *decoder) word() string {
	text := d.quoted()
	if w, found := words[string(text)]; found {
		return w
	}
	return string(text)
}
