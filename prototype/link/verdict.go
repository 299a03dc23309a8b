package link

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A verdict is what one end of a handshake makes of the other:
//
//	code    1 byte: accepted, or a class of reasons
//	length  2 bytes, big endian, at most maxTerms
//	body    length bytes: the terms of an acceptor that accepts, nothing of a caller
//	        that does, or the text of a refusal
type code byte

const (
	accepted code = iota
	refusedVersion
	refusedIdentity
	refusedName
	refusedChannel
	refusedCut
)

// reasons are the classes of refusals, as logs and metrics call them.
var reasons = map[code]string{
	refusedVersion:  ReasonVersion,
	refusedIdentity: ReasonIdentity,
	refusedName:     ReasonName,
	refusedChannel:  ReasonChannel,
	refusedCut:      ReasonCut,
}

// The classes of refusals; see [Refusal].
const (
	ReasonVersion  = "version"  // the two speak no version in common
	ReasonIdentity = "identity" // Config.Admit said no, for the identity or the features
	ReasonName     = "name"     // the peer is not the node that it claims to be, or that was dialled, or is a second one of its name
	ReasonChannel  = "channel"  // a stream that nobody takes
	ReasonCut      = "cut"      // a fault cuts the link
	reasonOther    = "other"    // of a later version
)

func (c code) reason() string {
	if r, ok := reasons[c]; ok {
		return r
	}
	return reasonOther
}

func writeVerdict(w io.Writer, c code, body []byte) error {
	out := binary.BigEndian.AppendUint16([]byte{byte(c)}, uint16(len(body)))
	_, err := w.Write(append(out, body...))
	return err
}

func writeRefusal(w io.Writer, c code, text string) error {
	return writeVerdict(w, c, []byte(printable(text)))
}

// readVerdict gives io.EOF, or what a broken connection gives, only if there was not
// a single byte.
func readVerdict(r io.Reader) (code, []byte, error) {
	var first [1]byte
	if _, err := io.ReadFull(r, first[:]); err != nil {
		return 0, nil, err
	}
	body, err := readBlock(r, 2, maxTerms)
	if err != nil {
		return 0, nil, fmt.Errorf("read verdict: %v", err)
	}
	return code(first[0]), body, nil
}

// printable is a text of a peer, or for one, that may go into a log and an answer.
func printable(text string) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	for len(text) > maxReason {
		cut := maxReason
		for cut > 0 && text[cut]&0xC0 == 0x80 { // within a rune
			cut--
		}
		text = text[:cut]
	}
	return text
}
