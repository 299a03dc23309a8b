//go:build !js

package node

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

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
	buf   []byte // of the chunk that was read last
}

func newLineReader(r io.Reader, limit int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10), limit: limit}
}

// chunk reads lines until there are enough of them, or none has arrived yet
// that could be read without waiting. more is false at the end of the stream. The
// lines are good until the next call.
func (lr *lineReader) chunk(maxLines, maxBytes int) (lines []line, more bool) {
	size := 0
	lr.buf = lr.buf[:0]
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
	start := len(lr.buf)
	for {
		part, err := lr.r.ReadSlice('\n')
		if !tooLong {
			lr.buf = append(lr.buf, part...)
		}
		if len(lr.buf)-start > lr.limit {
			lr.buf, tooLong = lr.buf[:start], true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return lr.buf[start:len(lr.buf):len(lr.buf)], tooLong, err
		}
	}
}
