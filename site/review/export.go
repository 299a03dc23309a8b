package review

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/site/review/entry"
	"lockstep/site/review/merge"
)

// Line is an event as it is exported.
type Line = entry.Line

// Lines gives everything that the log has of a page, in its order.
func (s *Service) Lines(ctx context.Context, name string) ([]Line, error) {
	p := s.page(name)
	if err := s.advance(ctx, p); err != nil {
		return nil, fmt.Errorf("export %s: %w", name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Lines(), nil
}

// Names lists the pages that have events, sorted.
func (s *Service) Names(ctx context.Context) (names []string, err error) {
	pages, err := s.known(ctx)
	for _, p := range pages {
		names = append(names, p.name)
	}
	return names, err
}

// WriteLines writes one event a line.
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

// ReadLines reads one event a line and checks each: that it is an event, and that
// the text is the one that the event commits to. Lines that a merge has brought
// together are put in order, and equal ones joined; the error names the line.
func ReadLines(r io.Reader) ([]Line, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), entry.MaxSize)
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
		line, err := entry.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		e, err := eventOf(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		switch {
		case e.ID == "" || e.Actor.ID == "":
			return nil, fmt.Errorf("line %d: the event has no id or no actor", at)
		case line.Text != nil && !e.opens(Body{*line.Text, line.Salt}):
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
		if c := cmp.Or(strings.Compare(a.Page, b.Page), cmp.Compare(a.N, b.N)); c != 0 {
			return c
		}
		return strings.Compare(time(a), time(b))
	})
	lines = slices.CompactFunc(lines, func(a, b Line) bool {
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

// Canonical puts the lines of one page into the order of the graph. Orphans are
// those that stand on something which is not there.
func Canonical(lines []Line) (sorted, orphans []Line) {
	lines = entry.Chain(lines)
	graph, byID := merge.NewGraph(), make(map[string]Line, len(lines))
	for todo := lines; len(todo) > 0; {
		orphans = nil
		for _, l := range todo {
			e, _ := eventOf(l)
			id := l.ID()
			if graph.Add(id, keyOf(e), l.Parents) != nil {
				orphans = append(orphans, l)
				continue
			}
			if was, ok := byID[id]; !ok || was.Text == nil {
				byID[id] = l
			}
		}
		if len(orphans) == len(todo) {
			break
		}
		todo = orphans
	}
	for i, id := range graph.Order() {
		l := byID[id]
		l.N = uint64(i) + 1
		sorted = append(sorted, l)
	}
	return sorted, orphans
}

// StateOf is what exported lines of one page add up to.
func StateOf(lines []Line) (*State, error) {
	s, err := stateOf(lines)
	if err != nil {
		return nil, err
	}
	if n := len(s.missing()); n > 0 {
		return nil, fmt.Errorf("the texts of %s are missing", plural(n, "comment", "comments"))
	}
	return s, nil
}

func stateOf(lines []Line) (*State, error) {
	s := NewState()
	items := make([]*item, 0, len(lines))
	for _, line := range entry.Chain(lines) {
		s.Page = line.Page
		e, err := eventOf(line)
		if err != nil {
			return nil, err
		}
		it := &item{page: line.Page, raw: line.Event, e: e, parents: line.Parents, signature: line.Signature}
		if line.Text != nil {
			it.body = &Body{*line.Text, line.Salt}
		}
		items = append(items, it)
	}
	return s, s.join(items)
}
