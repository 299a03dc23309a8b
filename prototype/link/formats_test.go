package link

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lockstep/formattest"
)

// TestFormats_hello: a node that opens a connection is understood, whichever version it
// is of, and is what it says of itself.
func TestFormats_hello(t *testing.T) {
	write := func(h hello) []byte { return h.append(nil) }
	read := func(data []byte) (hello, error) { return readHello(bytes.NewReader(data)) }
	all := cmp.AllowUnexported(hello{}, terms{})
	self := terms{oldest: 3, newest: 4, features: 1<<60 | 5, identity: Identity{"0123456789abcdef", 64, 1}, id: "n1", life: 1<<63 + 5}
	lifeless := self
	lifeless.life = 0
	formattest.Hold(t, "hello-3.hex", hello{version: 3, use: stream, channel: 7, terms: terms{oldest: 3, newest: 3, id: "n1"}}, read, write, all)
	formattest.Hold(t, "hello-3-fallback.hex", hello{version: 3, use: shortMessages, channel: fallback, terms: terms{oldest: 3, newest: 3, id: "n1"}}, read, write, all)
	formattest.Hold(t, "hello-4.hex", hello{version: 4, use: longMessages, terms: self}, read, write, all)
	formattest.Hold(t, "hello-4-without-life.hex", hello{version: 4, use: longMessages, terms: lifeless}, read, nil, all)
}

// verdict is one as it is read.
type verdict struct {
	Code   code
	Reason string
	Body   string
}

// TestFormats_verdict: who is refused learns the class of the reason and its text, and who
// is accepted what the other end is.
func TestFormats_verdict(t *testing.T) {
	self := terms{oldest: 3, newest: 4, features: 5, identity: Identity{"", 1, 1}, id: "n2", life: 9}
	formattest.Hold(t, "verdict-accepted.hex", self, func(data []byte) (terms, error) {
		c, body, err := readVerdict(bytes.NewReader(data))
		if err != nil || c != accepted {
			return terms{}, fmt.Errorf("code %d: %w", c, err)
		}
		return parseTerms(body)
	}, func(self terms) []byte {
		var out bytes.Buffer
		writeVerdict(&out, accepted, self.append(nil))
		return out.Bytes()
	}, cmp.AllowUnexported(terms{}))
	formattest.Hold(t, "verdict-refused.hex", []verdict{
		{1, "version", "no version in common"}, {2, "identity", "another cluster"}, {3, "name", "größer"}, {4, "channel", ""}, {5, "cut", "a fault cuts the link"},
	}, func(data []byte) (list []verdict, err error) {
		for in := bytes.NewReader(data); in.Len() > 0 && err == nil; {
			var v verdict
			var body []byte
			v.Code, body, err = readVerdict(in)
			v.Reason, v.Body = v.Code.reason(), string(body)
			list = append(list, v)
		}
		return list, err
	}, func(list []verdict) []byte {
		var out bytes.Buffer
		for _, v := range list {
			writeRefusal(&out, v.Code, v.Body)
		}
		return out.Bytes()
	})
}

// TestFormats_frames: messages of every kind arrive as they were sent; a long one may
// come in parts, and a probe on its own channel between them.
func TestFormats_frames(t *testing.T) {
	formattest.Hold(t, "frames.hex", []frame{
		{kind: request, patient: true, channel: 0xf000, id: 1<<40 + 3, payload: []byte("ask")},
		{kind: oneWay, channel: 0xf002},
		{kind: answer, channel: 0xf000, id: 1<<40 + 3, payload: []byte("answer")},
		{kind: refusal, channel: 0xf001, id: 4, payload: []byte("malformed request")},
		{kind: request, channel: channelProbe, id: 5},
		{kind: answer, channel: channelProbe, id: 5, payload: understandsParts},
	}, readFrames, writeFrames, cmp.AllowUnexported(frame{}), cmpopts.EquateEmpty())
	formattest.Hold(t, "frames-in-parts.hex", []frame{
		{kind: part, channel: 3, id: 9, payload: []byte("one ")},
		{kind: part, channel: 3, id: 9, payload: []byte("two ")},
		{kind: request, parted: true, channel: 3, id: 6, payload: []byte("3")},
	}, readFrames, writeFrames, cmp.AllowUnexported(frame{}))
}

// readFrames gives the frames with what each of them has of a message itself.
func readFrames(data []byte) (list []frame, err error) {
	in, before := bufio.NewReader(bytes.NewReader(data)), []byte(nil)
	for {
		f, err := readFrame(in, before)
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		whole := f.payload
		if f.kind == part || f.parted {
			f.payload = bytes.Clone(whole[len(before):])
		}
		if before = nil; f.kind == part {
			before = whole
		}
		list = append(list, f)
	}
}

func writeFrames(list []frame) (data []byte) {
	for _, f := range list {
		data = append(f.appendHeader(data), f.payload...)
	}
	return data
}
