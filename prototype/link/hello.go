package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A connection begins with a hello that says what it is for and who calls:
//
//	magic    4 bytes "LKLN"
//	version  1 byte: of this layout, 3 or 4
//	use      1 byte: short messages, long messages, a stream
//	channel  2 bytes, big endian: of a stream
//
// and, in version 4, goes on with
//
//	length   2 bytes, big endian, at most maxTerms
//	terms    length bytes; see terms
//
// The acceptor answers with a verdict that carries its own terms, or the reason why
// it refuses; the caller sends a verdict on that. Frames follow. The layout stays as
// it is in later versions, which are agreed on by the range in the terms.
//
// Version 3 goes on with the length, 1 byte, and the id of the caller, and nobody
// answers. Its channel, which it ignores unless it opens a stream, is where a node
// that speaks more says so: see fallback.
const (
	helloMagic    = "LKLN"
	oldestVersion = 3
	newestVersion = 4
	// fallback is the channel in a hello of version 3 by a caller that speaks
	// version 4 as well. An acceptor that speaks it, too, closes the connection: the
	// caller had mistaken it for an older one, and nothing would be checked.
	fallback = newestVersion

	// maxTerms and maxReason bound, in bytes, what a stranger can make us read.
	maxTerms  = 1024
	maxReason = 512
)

type use byte

const (
	shortMessages use = iota
	longMessages
	stream
)

type hello struct {
	version byte
	use     use
	channel uint16
	terms   terms
}

// Features is a set of what a node understands beyond the version, one bit each.
type Features uint64

// Identity is what a node says of itself in the handshake.
type Identity struct {
	Cluster string // "" while it is not known yet; at most 255 bytes
	Shards  int
	Format  int // of the data folder
}

// terms are what a node says of itself in a handshake of version 4:
//
//	oldest, newest  1 byte each: the versions that it speaks
//	features        8 bytes, big endian
//	shards, format  4 bytes each, big endian
//	id              1 byte for the length, and the node's id
//	cluster         likewise
//	life            8 bytes, big endian: drawn at the start of the process, so that two
//	                of one name are told apart; 0, or missing, says nothing
//
// What follows is ignored: a later version may say more.
type terms struct {
	oldest, newest byte
	features       Features
	identity       Identity
	id             string
	life           uint64
}

var errTerms = errors.New("malformed hello")

func (t terms) append(dst []byte) []byte {
	dst = append(dst, t.oldest, t.newest)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.features))
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.identity.Shards))
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.identity.Format))
	for _, s := range []string{t.id, t.identity.Cluster} {
		s = s[:min(len(s), 255)]
		dst = append(append(dst, byte(len(s))), s...)
	}
	return binary.BigEndian.AppendUint64(dst, t.life)
}

func parseTerms(data []byte) (t terms, err error) {
	const fixed = 2 + 8 + 4 + 4
	if len(data) < fixed {
		return t, errTerms
	}
	t.oldest, t.newest = data[0], data[1]
	t.features = Features(binary.BigEndian.Uint64(data[2:]))
	t.identity.Shards = int(binary.BigEndian.Uint32(data[10:]))
	t.identity.Format = int(binary.BigEndian.Uint32(data[14:]))
	data = data[fixed:]
	for _, s := range []*string{&t.id, &t.identity.Cluster} {
		if len(data) == 0 || len(data) < 1+int(data[0]) {
			return t, errTerms
		}
		*s, data = string(data[1:1+data[0]]), data[1+data[0]:]
	}
	if len(data) >= 8 {
		t.life = binary.BigEndian.Uint64(data)
	}
	if t.id == "" || t.oldest > t.newest {
		return t, errTerms
	}
	return t, nil
}

// common is the newest version that both ends speak; ok is false if there is none.
func (t terms) common(theirs terms) (version byte, ok bool) {
	version = min(t.newest, theirs.newest)
	return version, version >= max(t.oldest, theirs.oldest)
}

func (h hello) append(dst []byte) []byte {
	dst = append(dst, helloMagic...)
	dst = append(dst, h.version, byte(h.use))
	dst = binary.BigEndian.AppendUint16(dst, h.channel)
	if h.version < 4 {
		dst = append(dst, byte(len(h.terms.id)))
		return append(dst, h.terms.id...)
	}
	body := h.terms.append(nil)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(body)))
	return append(dst, body...)
}

// errNoNode is for what does not even begin like a node.
var errNoNode = errors.New("read hello: it is no node")

// readHello reads a hello of any version. Those before 4 say no more than who calls.
func readHello(r io.Reader) (hello, error) {
	var fixed [len(helloMagic) + 4]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return hello{}, fmt.Errorf("read hello: %w", err)
	}
	if string(fixed[:4]) != helloMagic {
		return hello{}, errNoNode
	}
	h := hello{version: fixed[4], use: use(fixed[5]), channel: binary.BigEndian.Uint16(fixed[6:])}
	width := 2
	if h.version < 4 {
		width = 1
	}
	body, err := readBlock(r, width, maxTerms)
	switch {
	case err != nil:
		return hello{}, fmt.Errorf("read hello: %w", err)
	case h.version < 4:
		h.terms = terms{oldest: h.version, newest: h.version, id: string(body)}
	default:
		h.terms, err = parseTerms(body)
	}
	if err == nil && (h.use > stream || h.terms.id == "") {
		err = errTerms
	}
	return h, err
}

// readBlock reads a length of so many bytes, and what it counts.
func readBlock(r io.Reader, width, atMost int) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[2-width:]); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint16(head[:]))
	if length > atMost {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", errTerms, length, atMost)
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}
