package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ReadAll reads a history into memory; see Scan.
func ReadAll(r io.Reader) (events []Event, torn bool, err error) {
	torn, err = Scan(r, func(e *Event) error {
		events = append(events, *e)
		return nil
	})
	return events, torn, err
}

// Scan reads a history event by event, for those that are too long to keep.
// It calls each with one event after the other, and stops at its first error,
// which it returns as it is. The event is each's to keep.
//
// A last line without its end was being written when the recorder died: it is
// left out, and torn says so. Anything else that is not an event is an error that
// names the line.
func Scan(r io.Reader, each func(*Event) error) (torn bool, err error) {
	lines := bufio.NewReaderSize(r, 1<<16)
	open := make(map[int]bool)
	for number := 1; ; number++ {
		line, end := lines.ReadBytes('\n')
		if end != nil && !errors.Is(end, io.EOF) {
			return false, fmt.Errorf("read history: %w", end)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			e := new(Event)
			err := decode(line, e)
			if err == nil {
				err = follows(open, *e)
			}
			switch {
			case err != nil && end != nil:
				return true, nil
			case err != nil:
				return false, fmt.Errorf("read history: line %d: %w", number, err)
			}
			if err := each(e); err != nil {
				return false, err
			}
		}
		if end != nil {
			return false, nil
		}
	}
}

// follows checks that an event may come after those before it.
func follows(open map[int]bool, e Event) error {
	pending, begun := open[e.Op]
	switch e.Type {
	case Invoke:
		if begun {
			return fmt.Errorf("operation %d begins twice", e.Op)
		}
		if e.Kind != Send && e.Kind != Read && e.Kind != Digest {
			return fmt.Errorf("operation %d is of kind %q, want send, read or digest", e.Op, e.Kind)
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
