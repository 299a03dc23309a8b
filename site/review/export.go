package review

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Line is an event as it is exported: one line of events.jsonl. The event is
// byte for byte what the chain hashes; text and salt are its body, and are
// absent once it was redacted.
type Line struct {
	Page  string          `json:"page"`
	N     uint64          `json:"n"`
	Event json.RawMessage `json:"event"`
	Text  *string         `json:"text,omitempty"`
	Salt  string          `json:"salt,omitempty"`
}

// Lines gives everything that the log has of a page, in order.
func (s *Service) Lines(ctx context.Context, name string) ([]Line, error) {
	p := s.page(name)
	if err := s.advance(ctx, p); err != nil {
		return nil, err
	}
	var lines []Line
	for {
		batch, err := s.o.Log.Read(ctx, name, uint64(len(lines)), readAtOnce)
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", name, err)
		}
		if len(batch) == 0 {
			return lines, nil
		}
		for _, data := range batch {
			e, r, err := decodeRecord(data)
			if err != nil {
				return nil, fmt.Errorf("export %s: event #%d: %w", name, len(lines)+1, err)
			}
			line := Line{Page: name, N: uint64(len(lines)) + 1, Event: r.Event}
			if e.Body != "" {
				body, err := s.open(ctx, p, e, r)
				if err != nil {
					return nil, fmt.Errorf("export %s: event #%d: %w", name, len(lines)+1, err)
				}
				if body != nil {
					line.Text, line.Salt = &body.Text, body.Salt
				}
			}
			lines = append(lines, line)
		}
	}
}

// Names lists the pages that have events, sorted.
func (s *Service) Names(ctx context.Context) (names []string, err error) {
	pages, err := s.known(ctx)
	for _, p := range pages {
		names = append(names, p.name)
	}
	return names, err
}

// WriteLines writes events.jsonl.
func WriteLines(w io.Writer, lines []Line) error {
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

// maxLine bounds a line of events.jsonl, in bytes.
const maxLine = 1 << 20

// ReadLines reads events.jsonl and checks each line: that it is an event, and
// that the text is the one that the event commits to. Lines that a merge has
// brought together are put in order, and equal ones joined; the error names the
// line.
func ReadLines(r io.Reader) ([]Line, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	var lines []Line
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
		var line Line
		if err := strict(data, &line); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		var e Event
		if err := json.Unmarshal(line.Event, &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		switch {
		case e.ID == "" || e.Actor.ID == "" || line.Page == "":
			return nil, fmt.Errorf("line %d: the event has no id, no actor or no page", at)
		case line.Text != nil && !e.opens(Body{*line.Text, line.Salt}):
			return nil, fmt.Errorf("line %d: the text of event %q is not the one that was written", at, e.ID)
		}
		line.Event = compact(line.Event)
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", at+1, err)
	}
	return ordered(lines)
}

func compact(raw json.RawMessage) json.RawMessage {
	var buf bytes.Buffer
	if json.Compact(&buf, raw) != nil {
		return raw
	}
	return buf.Bytes()
}

// ordered sorts the lines of each page by number. Two branches may have given
// one number to two events: the earlier one comes first then, and those after it
// get new numbers.
func ordered(lines []Line) ([]Line, error) {
	time := func(l Line) string {
		var e struct {
			Time string `json:"time"`
			ID   string `json:"id"`
		}
		json.Unmarshal(l.Event, &e)
		return e.Time + " " + e.ID
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		if c := strings.Compare(a.Page, b.Page); c != 0 {
			return c
		}
		if a.N != b.N {
			return int(min(max(int64(a.N)-int64(b.N), -1), 1))
		}
		return strings.Compare(time(a), time(b))
	})
	lines = slices.CompactFunc(lines, func(a, b Line) bool { return a.Page == b.Page && a.N == b.N && bytes.Equal(a.Event, b.Event) })
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

// StateOf is what exported lines of one page add up to.
func StateOf(lines []Line) (*State, error) {
	s := NewState()
	for _, line := range lines {
		var e Event
		if err := json.Unmarshal(line.Event, &e); err != nil {
			return nil, err
		}
		var body *Body
		if line.Text != nil {
			body = &Body{*line.Text, line.Salt}
		}
		s.Apply(line.Event, e, body)
	}
	if n := len(s.missing); n > 0 {
		return nil, fmt.Errorf("the texts of %s are missing", plural(n, "comment", "comments"))
	}
	return s, nil
}

// ErrUnknownEvents is the error for a log that would not be what was exported.
var ErrUnknownEvents = errors.New("the log has other events")

// Import adds exported events that the log does not have. Where the log is the
// beginning of what was exported, the heads are equal afterwards.
func (s *Service) Import(ctx context.Context, lines []Line) (added int, err error) {
	for _, line := range lines {
		var e Event
		if err := json.Unmarshal(line.Event, &e); err != nil {
			return added, fmt.Errorf("import %s #%d: %w", line.Page, line.N, err)
		}
		p := s.page(line.Page)
		if err := s.advance(ctx, p); err != nil {
			return added, err
		}
		p.mu.Lock()
		_, known := p.state.events[e.ID]
		p.mu.Unlock()
		if known {
			continue
		}
		if err := s.importOne(ctx, p, e, line); err != nil {
			return added, fmt.Errorf("import %s #%d: %w", line.Page, line.N, err)
		}
		added++
	}
	pages, err := s.known(ctx)
	if err != nil {
		return added, err
	}
	for _, p := range pages {
		p.mu.Lock()
		n := len(p.state.missing)
		p.mu.Unlock()
		if n > 0 {
			return added, fmt.Errorf("import %s: the texts of %s are missing", p.name, plural(n, "comment", "comments"))
		}
	}
	return added, nil
}

func (s *Service) importOne(ctx context.Context, p *page, e Event, line Line) error {
	r := record{Event: line.Event}
	if line.Text != nil {
		r.Key = newID()
		key, id := newKey(), keyID(p.name, e.ID, r.Key)
		salt, err := saltOf(line.Salt)
		if err != nil {
			return err
		}
		key.Salt = salt
		if err := s.o.Keys.Put(ctx, id, key); err != nil {
			return err
		}
		r.Sealed = seal(key, id, *line.Text)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := s.o.Log.Append(ctx, p.name, e.ID, data); err != nil {
		return err
	}
	return s.advance(ctx, p)
}
