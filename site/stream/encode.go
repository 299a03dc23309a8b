package stream

import (
	"bytes"
	"compress/flate"
	"sync"
)

// encoder makes text of events, and compresses the large ones once for all readers.
//
// A compressor for each connection would hold hundreds of kilobytes for each reader
// and do the same work again for each. Instead, every part is compressed for itself,
// refers to nothing before it and ends on a whole byte, so it can stand in the
// compressed stream of any reader (RFC 1951: blocks, of which none is the last). Small
// parts are stored as they are.
type encoder struct {
	mu      sync.Mutex
	kept    [8]*part // the newest large ones, in a ring
	next    int
	deflate *flate.Writer
	out     bytes.Buffer
}

// worthwhile is the size from which a part is kept and compressed.
const worthwhile = 512

// part is a piece of a stream: as text, and as blocks of DEFLATE.
type part struct {
	topic, name string
	data        []byte // whose encoding it is
	text        []byte
	packed      []byte // nil if it was not asked for yet
}

// of is the event as a part. Bytes that were sent to another reader are known by
// where they lie; as long as the ring has them they cannot be others.
func (e *encoder) of(topic string, event Event, packed bool) *part {
	if len(event.Data) < worthwhile {
		p := &part{text: text(topic, event)}
		if packed {
			p.packed = stored(p.text)
		}
		return p
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.find(topic, event)
	if p == nil {
		p = &part{topic: topic, name: event.Name, data: event.Data, text: text(topic, event)}
		e.kept[e.next] = p
		e.next = (e.next + 1) % len(e.kept)
	}
	if packed && p.packed == nil {
		p.packed = e.compress(p.text)
	}
	return &part{text: p.text, packed: p.packed}
}

func (e *encoder) find(topic string, event Event) *part {
	for _, p := range e.kept {
		if p != nil && p.topic == topic && p.name == event.Name && len(p.data) == len(event.Data) && &p.data[0] == &event.Data[0] {
			return p
		}
	}
	return nil
}

func (e *encoder) compress(text []byte) []byte {
	e.out.Reset()
	if e.deflate == nil {
		e.deflate, _ = flate.NewWriter(&e.out, flate.DefaultCompression) // the level is one that it knows
	} else {
		e.deflate.Reset(&e.out)
	}
	e.deflate.Write(text) // into memory, which does not fail
	e.deflate.Flush()
	return bytes.Clone(e.out.Bytes())
}

// stored is a text as blocks without compression. The last one is empty, as after a
// flush: some readers hand on what they have only then.
func stored(text []byte) []byte {
	b := make([]byte, 0, len(text)+10)
	for {
		n := min(len(text), 0xffff)
		b = append(b, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		b = append(b, text[:n]...)
		if n == 0 {
			return b
		}
		text = text[n:]
	}
}

// text is an event as Server-Sent Events have it. The format has three line endings,
// so a carriage return ends a line as well: no byte of the data can become a field.
func text(topic string, event Event) []byte {
	b := make([]byte, 0, len(event.Data)+len(event.Data)/16+len(topic)+64)
	b = append(b, "event: "...)
	b = append(b, topic...)
	b = append(b, "\ndata: "...)
	b = append(b, event.Name...)
	b = append(b, "\ndata: "...)
	for rest := event.Data; ; {
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			b = append(b, rest...)
			break
		}
		b = append(b, rest[:i]...)
		b = append(b, "\ndata: "...)
		rest = rest[i+1:]
	}
	return append(b, "\n\n"...)
}
