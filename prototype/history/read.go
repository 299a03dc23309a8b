package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadAll reads a history. A last line without its end was being written when
// the recorder died: it is left out, and torn says so. Anything else that is not
// an event is an error that names the line.
func ReadAll(r io.Reader) (events []Event, torn bool, err error) {
	lines := bufio.NewReaderSize(r, 1<<16)
	open := make(map[int]bool)
	for number := 1; ; number++ {
		line, end := lines.ReadBytes('\n')
		if end != nil && !errors.Is(end, io.EOF) {
			return events, false, fmt.Errorf("read history: %w", end)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			var e Event
			err := decode(line, &e)
			if err == nil {
				err = follows(open, e)
			}
			switch {
			case err != nil && end != nil:
				return events, true, nil
			case err != nil:
				return events, false, fmt.Errorf("read history: line %d: %w", number, err)
			}
			events = append(events, e)
		}
		if end != nil {
			return events, false, nil
		}
	}
}

// decode refuses unknown members: a misspelt one would otherwise pass as an
// observation that was never made.
func decode(line []byte, e *Event) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	return decoder.Decode(e)
}

// follows checks that an event may come after those before it.
func follows(open map[int]bool, e Event) error {
	pending, begun := open[e.Op]
	switch e.Type {
	case Invoke:
		if begun {
			return fmt.Errorf("operation %d begins twice", e.Op)
		}
		if e.Kind != Send && e.Kind != Read {
			return fmt.Errorf("operation %d is of kind %q, want send or read", e.Op, e.Kind)
		}
		open[e.Op] = true
		return nil
	case OK, Fail, Info:
		if !begun {
			return fmt.Errorf("operation %d ends and never began", e.Op)
		}
		if !pending {
			return fmt.Errorf("operation %d ends twice", e.Op)
		}
		open[e.Op] = false
		return nil
	}
	return fmt.Errorf("operation %d has an event of type %q", e.Op, e.Type)
}
