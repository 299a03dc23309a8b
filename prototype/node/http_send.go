//go:build !js

package node

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"lockstep/prototype/order"
)

// wireResult answers one message.
type wireResult struct {
	Conversation string `json:"conversation"`
	Seq          uint64 `json:"seq"`
	ID           string `json:"id"`
	Epoch        uint64 `json:"epoch"`
	Duplicate    bool   `json:"duplicate"`
}

// An NDJSON request is worked off in chunks, each ordered by at most a few log
// entries, so that a long stream needs little memory and its results come back
// while it is still being sent.
const (
	chunkLines = 1024
	chunkBytes = 1 << 20
)

// rawLimit bounds a message as JSON: in the worst case each byte of the body is
// written as a six-byte escape.
func (n *Node) rawLimit() int { return 6*(n.cfg.MaxBody+3*n.cfg.MaxID) + 1024 }

func (n *Node) postMessages(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	defer func() { n.meter.latency.WithLabelValues("send").Observe(time.Since(start).Seconds()) }()
	conversation, err := n.conversation(r)
	if err != nil {
		fail(w, r, err)
		return
	}
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case "application/json", "":
		n.postOne(w, r, conversation)
	case "application/x-ndjson":
		n.postStream(w, r, conversation)
	default:
		writeProblem(w, problem{Type: "urn:lockstep:media-type", Title: "This content type is not understood",
			Status: http.StatusUnsupportedMediaType, Detail: "send application/json or application/x-ndjson", Instance: r.URL.Path, Outcome: Fail})
	}
}

func (n *Node) postOne(w http.ResponseWriter, r *http.Request, conversation string) {
	var m wireMessage
	err := decodeOne(w, r, int64(n.rawLimit()), &m)
	if key := r.Header.Get("Idempotency-Key"); err == nil && key != "" {
		if m.ID != "" && m.ID != key {
			err = invalid("id and Idempotency-Key differ")
		}
		m.ID = key
	}
	var c order.Command
	if err == nil {
		c, err = n.command(conversation, m)
	}
	var results []order.Result
	if err == nil {
		results, err = n.submitFor(r, conversation, []order.Command{c})
	}
	n.count(results, err, 1)
	if err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, result(conversation, c.ID, results[0]))
}

func result(conversation, id string, r order.Result) wireResult {
	return wireResult{Conversation: conversation, Seq: r.Seq, ID: id, Epoch: r.Epoch, Duplicate: r.Duplicate}
}

// submitFor forwards to the leader, unless the request has been forwarded
// already.
func (n *Node) submitFor(r *http.Request, conversation string, commands []order.Command) ([]order.Result, *Error) {
	if r.Header.Get(forwardedBy) != "" {
		return n.SubmitHere(r.Context(), conversation, commands)
	}
	return n.Submit(r.Context(), conversation, commands)
}

func (n *Node) count(results []order.Result, err *Error, total int) {
	for _, r := range results {
		outcome := "ok"
		if r.Duplicate {
			outcome = "duplicate"
		}
		n.meter.sends.WithLabelValues(outcome).Inc()
	}
	if err != nil {
		n.meter.sends.WithLabelValues(string(err.Outcome)).Add(float64(total - len(results)))
	}
}

// postStream answers a line for each line, in order: a result, or a problem
// that concerns that line alone.
func (n *Node) postStream(w http.ResponseWriter, r *http.Request, conversation string) {
	controller := http.NewResponseController(w)
	controller.EnableFullDuplex()
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := newLineReader(r.Body, n.rawLimit())
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for {
		chunk, more := lines.chunk(chunkLines, chunkBytes)
		for _, answer := range n.answer(r, conversation, chunk) {
			if out.Encode(answer) != nil {
				return // the client has gone; what was ordered stays ordered
			}
		}
		if controller.Flush() != nil || !more {
			return
		}
	}
}

// answer orders the good lines of a chunk together and gives one answer a line.
func (n *Node) answer(r *http.Request, conversation string, chunk []line) []any {
	answers := make([]any, len(chunk))
	var commands []order.Command
	var places []int
	for i, l := range chunk {
		var m wireMessage
		err := l.err
		if err == nil {
			err = unmarshalStrict(l.data, &m)
		}
		var c order.Command
		if err == nil {
			c, err = n.command(conversation, m)
		}
		if err != nil {
			answers[i] = problemOf(err, r.URL.Path)
			n.count(nil, err, 1)
			continue
		}
		commands, places = append(commands, c), append(places, i)
	}
	if len(commands) == 0 {
		return answers
	}
	results, err := n.submitFor(r, conversation, commands)
	n.count(results, err, len(commands))
	for j, i := range places {
		if j < len(results) {
			answers[i] = result(conversation, commands[j].ID, results[j])
		} else {
			answers[i] = problemOf(err, r.URL.Path)
		}
	}
	return answers
}

// line is one line of a stream, or what is wrong with it.
type line struct {
	data []byte
	err  *Error
}

// lineReader cuts a stream into lines of a bounded length. A line that is too
// long is skipped and reported; the lines after it are not lost.
type lineReader struct {
	r     *bufio.Reader
	limit int
}

func newLineReader(r io.Reader, limit int) *lineReader {
	return &lineReader{bufio.NewReaderSize(r, 64<<10), limit}
}

// chunk reads lines until there are enough of them, or none has arrived yet
// that could be read without waiting. more is false at the end of the stream.
func (lr *lineReader) chunk(maxLines, maxBytes int) (lines []line, more bool) {
	size := 0
	for len(lines) < maxLines && size < maxBytes {
		if len(lines) > 0 && lr.r.Buffered() == 0 {
			return lines, true
		}
		data, tooLong, err := lr.line()
		size += len(data)
		switch {
		case tooLong:
			lines = append(lines, line{err: &Error{Outcome: Fail, Reason: ReasonTooLarge, Detail: "the line has more bytes than this node accepts"}})
		case len(bytes.TrimSpace(data)) > 0:
			lines = append(lines, line{data: data})
		}
		if err != nil {
			return lines, false
		}
	}
	return lines, true
}

func (lr *lineReader) line() (data []byte, tooLong bool, err error) {
	for {
		part, err := lr.r.ReadSlice('\n')
		if !tooLong {
			data = append(data, part...)
		}
		if len(data) > lr.limit {
			data, tooLong = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return data, tooLong, err
		}
	}
}
