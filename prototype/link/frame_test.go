package link

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// TestReadFrame: frames follow each other as they were written; what has no kind, or
// a length that cannot be, is refused before anything is allocated for it.
func TestReadFrame(t *testing.T) {
	var said []byte
	for k := request; k <= refusal; k++ {
		for _, patient := range []bool{false, true} {
			f := frame{kind: k, patient: patient, channel: 515, id: 1<<40 + 3, payload: []byte{byte(k), 2, 3}[:k-request]}
			said = append(f.appendHeader(said), f.payload...)
		}
	}
	in := bufio.NewReader(bytes.NewReader(said))
	for k := request; k <= refusal; k++ {
		for _, patient := range []bool{false, true} {
			f, err := readFrame(in, nil)
			if err != nil || f.kind != k || f.patient != patient || f.channel != 515 || f.id != 1<<40+3 || !bytes.Equal(f.payload, []byte{byte(k), 2, 3}[:k-request]) {
				t.Errorf("kind %d is read as %+v, %v", k, f, err)
			}
		}
	}
	if _, err := readFrame(in, nil); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	for _, tt := range []struct {
		length uint32
		kind   kind
	}{
		{frameHeader - 4, request - 1}, {frameHeader - 4, part + 1}, {frameHeader - 4, partedBit - 1},
		{0, request}, {frameHeader - 5, request}, {maxFrame + 1, request}, {1<<32 - 1, request},
	} {
		header := frame{kind: tt.kind}.appendHeader(nil)
		binary.BigEndian.PutUint32(header, tt.length)
		if f, err := readFrame(bufio.NewReader(bytes.NewReader(header)), nil); !errors.Is(err, errFrame) {
			t.Errorf("length %d, kind %d: %+v, %v", tt.length, tt.kind, f, err)
		}
	}
}
