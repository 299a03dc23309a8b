//go:build !js

package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// line is one line of a stream, or what is wrong with it.
type line struct {
	data []byte
	err  *outcome.Error
}

// lineReader cuts a stream into lines of a bounded length. A line that is too
// long is skipped and reported; the lines after it are not lost.
type lineReader struct {
	r      *bufio.Reader
	limit  int
	share  *share
	buf    []byte         // of the chunk that was read last; beyond restBytes it is counted in share
	failed *outcome.Error // there was no memory for the next line
}

const (
	readBytes = 64 << 10 // read from the network at a time
	restBytes = 64 << 10 // the longest buffer that a stream keeps while nothing comes
	// streamBase is what every stream holds, in bytes.
	streamBase = readBytes + restBytes + 16<<10
)

// newLineReader is for a share of at least streamBase.
func newLineReader(r io.Reader, limit int, s *share) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, readBytes), limit: limit, share: s}
}

// chunk reads lines until there are enough of them, or none has arrived yet
// that could be read without waiting. more is false at the end of the stream. The
// lines are good until the next call.
func (lr *lineReader) chunk(maxLines, maxBytes int) (lines []line, more bool) {
	size := 0
	if lr.buf = lr.buf[:0]; cap(lr.buf) > restBytes && lr.r.Buffered() == 0 {
		lr.share.shrink(cap(lr.buf) - restBytes)
		lr.buf = nil
	}
	for len(lines) < maxLines && size < maxBytes {
		if len(lines) > 0 && lr.r.Buffered() == 0 {
			return lines, true
		}
		data, tooLong, err := lr.line()
		size += len(data)
		if lines == nil {
			arrived, _ := lr.r.Peek(lr.r.Buffered())
			lines = make([]line, 0, min(maxLines, 1+bytes.Count(arrived, []byte{'\n'})))
		}
		switch {
		case tooLong:
			lines = append(lines, line{err: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonTooLarge, Detail: "the line has more bytes than this node accepts"}})
		case len(bytes.TrimSpace(data)) > 0:
			lines = append(lines, line{data: data})
		}
		if err != nil {
			return lines, false
		}
	}
	return lines, true
}

// keep appends to the buffer, if there is memory for it.
func (lr *lineReader) keep(part []byte) *outcome.Error {
	if need := len(lr.buf) + len(part); need > cap(lr.buf) {
		size := max(2*cap(lr.buf), need)
		if more := size - max(restBytes, cap(lr.buf)); more > 0 {
			if err := lr.share.grow(more); err != nil {
				return err
			}
		}
		lr.buf = append(make([]byte, 0, size), lr.buf...)
	}
	lr.buf = append(lr.buf, part...)
	return nil
}

func (lr *lineReader) line() (data []byte, tooLong bool, err error) {
	start := len(lr.buf)
	for {
		part, err := lr.r.ReadSlice('\n')
		if !tooLong {
			if lr.failed = lr.keep(part); lr.failed != nil {
				return nil, false, lr.failed
			}
		}
		if len(lr.buf)-start > lr.limit {
			lr.buf, tooLong = lr.buf[:start], true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return lr.buf[start:len(lr.buf):len(lr.buf)], tooLong, err
		}
	}
}
