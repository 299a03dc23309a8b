package event

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/site/review/entry"
)

// WriteLines writes one event a line.
func WriteLines(w io.Writer, lines []entry.Line) error {
	buf := bufio.NewWriter(w)
	encoder := json.NewEncoder(buf)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return buf.Flush()
}

// ReadLines reads one event a line and checks each: that it is an event, and that
// the text is the one that the event commits to. Lines that a merge has brought
// together are put in order, and equal ones joined; the error names the line.
func ReadLines(r io.Reader) ([]entry.Line, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), entry.MaxSize)
	var lines []entry.Line
	at := 0
	for scanner.Scan() {
		at++
		data := bytes.TrimSpace(scanner.Bytes())
		if len(data) == 0 {
			continue
		}
		if bytes.HasPrefix(data, []byte("<<<<<<<")) || bytes.HasPrefix(data, []byte(">>>>>>>")) || bytes.Equal(data, []byte("=======")) {
			return nil, fmt.Errorf("line %d: a merge was not finished; keep the lines of both sides", at)
		}
		line, err := entry.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		e, err := Decode(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		switch {
		case e.ID == "" || e.Actor.ID == "":
			return nil, fmt.Errorf("line %d: the event has no id or no actor", at)
		case line.Text != nil && !e.Opens(Body{*line.Text, line.Salt}):
			return nil, fmt.Errorf("line %d: the text of event %q is not the one that was written", at, e.ID)
		}
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", at+1, err)
	}
	return ordered(lines)
}

// ordered sorts the lines of each page by number. Two branches may have given
// one number to two events: the earlier one comes first then, and those after it
// get new numbers.
func ordered(lines []entry.Line) ([]entry.Line, error) {
	time := func(l entry.Line) string {
		var e struct {
			Time string `json:"time"`
			ID   string `json:"id"`
		}
		json.Unmarshal(l.Event, &e)
		return e.Time + " " + e.ID
	}
	slices.SortStableFunc(lines, func(a, b entry.Line) int {
		if c := cmp.Or(strings.Compare(a.Page, b.Page), cmp.Compare(a.N, b.N)); c != 0 {
			return c
		}
		return strings.Compare(time(a), time(b))
	})
	lines = slices.CompactFunc(lines, func(a, b entry.Line) bool {
		return a.Page == b.Page && a.N == b.N && bytes.Equal(a.Event, b.Event) && slices.Equal(a.Parents, b.Parents)
	})
	n, page := uint64(0), ""
	for i := range lines {
		if lines[i].Page != page {
			n, page = 0, lines[i].Page
		}
		n++
		if lines[i].N > n {
			return nil, fmt.Errorf("%s: event #%d is missing", page, n)
		}
		lines[i].N = n
	}
	return lines, nil
}
