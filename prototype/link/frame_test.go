package link

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
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

// TestReadFrame_announced: what a peer announces and does not send takes no memory.
func TestReadFrame_announced(t *testing.T) {
	for name, f := range map[string]frame{
		"a frame":               {kind: request},
		"a part of a message":   {kind: part, id: maxFrame},
		"the end of a message":  {kind: request, parted: true},
		"the first part of one": {kind: part, id: maxFrame, payload: make([]byte, longFrame)},
	} {
		said := append(f.appendHeader(nil), f.payload...)
		if len(f.payload) == 0 {
			binary.BigEndian.PutUint32(said, maxFrame)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := readFrame(bufio.NewReader(bytes.NewReader(said)), nil)
		runtime.ReadMemStats(&after)
		if (err == nil) != (len(f.payload) > 0) || len(got.payload) < len(f.payload) {
			t.Errorf("%s: %d bytes, %v", name, len(got.payload), err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 4*readAhead {
			t.Errorf("%s that is announced takes %d bytes", name, taken)
		}
	}
}

// TestReadFrame_long: a long message arrives whole, in one frame or in parts.
func TestReadFrame_long(t *testing.T) {
	payload := make([]byte, 5*readAhead+7)
	for i := range payload {
		payload[i] = byte(i / 3)
	}
	whole := append(frame{kind: request, payload: payload}.appendHeader(nil), payload...)
	if f, err := readFrame(bufio.NewReader(bytes.NewReader(whole)), nil); err != nil || !bytes.Equal(f.payload, payload) {
		t.Errorf("in one frame: %d bytes, %v", len(f.payload), err)
	}
	var said []byte
	rest := payload
	for ; len(rest) > 2*readAhead; rest = rest[readAhead:] {
		said = append(frame{kind: part, id: uint64(len(payload)), payload: rest[:readAhead]}.appendHeader(said), rest[:readAhead]...)
	}
	said = append(frame{kind: request, parted: true, payload: rest}.appendHeader(said), rest...)
	in, before := bufio.NewReader(bytes.NewReader(said)), []byte(nil)
	for {
		f, err := readFrame(in, before)
		if err != nil {
			t.Fatal(err)
		}
		if before = f.payload; f.kind == request {
			break
		}
	}
	if !bytes.Equal(before, payload) {
		t.Errorf("in parts: %d bytes", len(before))
	}
}
