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
