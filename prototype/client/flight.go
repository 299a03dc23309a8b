package client

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/jsontext"
)

// leaderHeader names the node that leads the conversation, as HOST:PORT, in
// answers of a node that does not.
const leaderHeader = "Lockstep-Leader"

// flight is one connection of a stream, and the messages that were sent over it
// and not yet answered.
type flight struct {
	stream *Stream
	halt   chan struct{} // closed: write no more

	mu      sync.Mutex
	waiting []*posted // answers come in this order
}

const writeBuffer = 64 << 10

// write sends what is posted until the context ends or the flight halts.
func (f *flight) write(ctx context.Context, w *io.PipeWriter) {
	defer w.Close()
	var buf []byte
	for {
		list := f.stream.take()
		for len(list) > 0 {
			n := 0
			buf = buf[:0]
			for n < len(list) && len(buf) < writeBuffer {
				buf = appendMessage(buf, list[n].message)
				n++
			}
			now := time.Now()
			for _, p := range list[:n] {
				p.begun = now
			}
			f.mu.Lock()
			f.waiting = append(f.waiting, list[:n]...)
			f.mu.Unlock()
			list = list[n:]
			if _, err := w.Write(buf); err != nil {
				f.stream.again(list)
				return
			}
		}
		select {
		case <-f.stream.wake:
		case <-f.halt:
			return
		case <-ctx.Done():
			return
		}
	}
}

// watch gives the connection up when an answer is overdue: a node that is paused
// takes everything and answers nothing.
func (f *flight) watch(ctx context.Context, giveUp func()) {
	patience := f.stream.client.cfg.AttemptTimeout
	ticker := time.NewTicker(patience / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			f.mu.Lock()
			overdue := len(f.waiting) > 0 && time.Since(f.waiting[0].begun) > patience
			f.mu.Unlock()
			if overdue {
				giveUp()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// read settles the messages with the answers as they come.
func (f *flight) read(response *http.Response) (progress bool) {
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		e := problemOf(response, http.MethodPost)
		for _, p := range f.rest() {
			f.settle(p, api.Ack{}, e)
		}
		return false
	}
	in := bufio.NewReaderSize(response.Body, 64<<10)
	var long []byte
	for {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			long = append(long, line...)
			continue
		}
		if err != nil {
			return progress
		}
		if len(long) > 0 {
			line = append(long, line...)
			long = long[:0]
		}
		p := f.first()
		if p == nil {
			return progress // an answer to nothing: this is no node of ours
		}
		ack, e := parseAnswer(line, p.message.ID)
		if e == nil && ack.ID != p.message.ID {
			// From here on nobody knows which answer belongs to whom.
			f.settle(p, ack, &Error{Outcome: api.Unknown, Status: http.StatusOK, Detail: "the answer is about message " + ack.ID})
			return progress
		}
		if e == nil {
			ack.ID, ack.Conversation = p.message.ID, f.stream.conversation
		}
		progress = progress || e == nil
		f.settle(p, ack, e)
		if e != nil && e.Status == http.StatusServiceUnavailable {
			return false // another node may be better off
		}
	}
}

func (f *flight) first() *posted {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) == 0 {
		return nil
	}
	p := f.waiting[0]
	f.waiting[0] = nil
	if f.waiting = f.waiting[1:]; len(f.waiting) == 0 {
		f.waiting = nil
	}
	return p
}

func (f *flight) rest() []*posted {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.waiting
	f.waiting = nil
	return list
}

// settle ends a message, or sends it again.
func (f *flight) settle(p *posted, ack api.Ack, e *Error) {
	switch {
	case e == nil, e.final(), p.ctx.Err() != nil:
		if e != nil {
			e = given(p.doubtful, e)
		}
		f.stream.finish(p, ack, e)
	default:
		p.doubtful = p.doubtful || e.Outcome == api.Unknown
		// A node that refuses is not asked again at once.
		time.AfterFunc(max(firstPause+jitter(firstPause), advice(e)), func() { f.stream.again([]*posted{p}) })
	}
}

func jitter(d time.Duration) time.Duration { return rand.N(d) }

// knownTarget is one more than the place of a node among the targets, or 0 if it
// is none of them: nobody is sent to an address that was not given.
func (c *Client) knownTarget(address string) int {
	if address == "" {
		return 0
	}
	for i, target := range c.cfg.Targets() {
		if strings.HasSuffix(target, "://"+address) {
			return i + 1
		}
	}
	return 0
}

// appendMessage writes a line that reads as what encoding/json would write.
func appendMessage(out []byte, m api.Message) []byte {
	out = append(out, `{"id":`...)
	out = jsontext.AppendString(out, m.ID)
	out = append(out, `,"sender":`...)
	out = jsontext.AppendString(out, m.Sender)
	out = append(out, `,"body":`...)
	out = jsontext.AppendString(out, m.Body)
	if m.Session != 0 || m.Number != 0 {
		out = append(out, `,"session":`...)
		out = strconv.AppendUint(out, m.Session, 10)
		out = append(out, `,"number":`...)
		out = strconv.AppendUint(out, m.Number, 10)
	}
	return append(out, '}', '\n')
}

// parseAnswer reads one line of an answer. The form in which nodes write results
// is read by hand if it is about the message with an id; all else goes the long way.
func parseAnswer(line []byte, id string) (api.Ack, *Error) {
	if ack, ok := parseAck(line, id); ok {
		return ack, nil
	}
	var p api.Problem
	var ack api.Ack
	if err := cmp.Or(json.Unmarshal(line, &p), json.Unmarshal(line, &ack)); err != nil {
		return api.Ack{}, &Error{Outcome: api.Unknown, Status: http.StatusOK, Detail: "the answer could not be read: " + err.Error(), Cause: err}
	}
	if ack.Seq == 0 || p.Outcome != "" { // a conflict has a seq, too
		return api.Ack{}, refused(p, http.MethodPost)
	}
	return ack, nil
}

func parseAck(line []byte, id string) (ack api.Ack, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"conversation":"`))
	if !ok {
		return ack, false
	}
	if _, rest, ok = plainString(rest); !ok {
		return ack, false
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(`,"seq":`)); !ok {
		return ack, false
	}
	ack.Seq, rest = digits(rest)
	if rest, ok = bytes.CutPrefix(rest, []byte(`,"id":"`)); !ok {
		return ack, false
	}
	given, rest, ok := plainString(rest)
	if !ok || string(given) != id {
		return ack, false
	}
	ack.ID = id
	if rest, ok = bytes.CutPrefix(rest, []byte(`,"epoch":`)); !ok {
		return ack, false
	}
	ack.Epoch, rest = digits(rest)
	switch {
	case bytes.Equal(rest, []byte(`,"duplicate":false}`+"\n")):
		return ack, ack.Seq > 0
	case bytes.Equal(rest, []byte(`,"duplicate":true}`+"\n")):
		ack.Duplicate = true
		return ack, ack.Seq > 0
	}
	return ack, false
}

// plainString reads up to the closing quote of a string without escapes.
func plainString(data []byte) (s, rest []byte, ok bool) {
	i := bytes.IndexByte(data, '"')
	if i < 0 || bytes.IndexByte(data[:i], '\\') >= 0 {
		return nil, nil, false
	}
	return data[:i], data[i+1:], true
}

func digits(data []byte) (n uint64, rest []byte) {
	i := 0
	for ; i < len(data) && i < 20 && data[i] >= '0' && data[i] <= '9'; i++ {
		n = 10*n + uint64(data[i]-'0')
	}
	return n, data[i:]
}
