package review

import (
	"context"
	"fmt"
	"slices"

	"lockstep/site/review/entry"
)

// Imported is what became of events that were read.
type Imported struct {
	Added int `json:"added"`
	Known int `json:"known"` // were there
	// Dropped are not in the log. Idle are, and have no effect there, as they had
	// none where they were written.
	Dropped []Left `json:"dropped,omitempty"`
	Idle    []Left `json:"idle,omitempty"`
}

// Left is an event that an import could make nothing of.
type Left struct {
	Page  string `json:"page"`
	Event string `json:"event"` // its id
	What  string `json:"what"`
	Who   string `json:"who"`
	Why   string `json:"why"`
}

func (l Left) String() string {
	return fmt.Sprintf("%s: %s by %s (%.12s): %s", l.Page, l.What, l.Who, l.Event, l.Why)
}

func leftOf(l Line, why string) Left {
	e, _ := eventOf(l)
	return Left{l.Page, l.ID(), string(e.Type), e.Actor.Name, why}
}

// Import adds exported events that the log does not have, and says how many.
func (s *Service) Import(ctx context.Context, lines []Line) (added int, err error) {
	done, err := s.ImportAll(ctx, lines)
	return done.Added, err
}

// ImportAll adds exported events that the log does not have. Afterwards the page
// is in the state that both sets together have, whatever came first.
func (s *Service) ImportAll(ctx context.Context, lines []Line) (done Imported, err error) {
	pages := make(map[string][]Line)
	var names []string
	for _, l := range lines {
		if pages[l.Page] == nil {
			names = append(names, l.Page)
		}
		pages[l.Page] = append(pages[l.Page], l)
	}
	for _, name := range names {
		if err := s.importPage(ctx, name, pages[name], &done); err != nil {
			return done, fmt.Errorf("import %s: %w", name, err)
		}
	}
	return done, nil
}

func (s *Service) importPage(ctx context.Context, name string, lines []Line, done *Imported) error {
	p := s.page(name)
	p.writing.RLock()
	defer p.writing.RUnlock()
	if err := s.advance(ctx, p); err != nil {
		return err
	}
	p.mu.Lock()
	here := p.state.Lines()
	p.mu.Unlock()
	news, dropped := sift(here, lines)
	done.Dropped = append(done.Dropped, dropped...)
	done.Known += len(lines) - len(news) - len(dropped)
	for _, line := range news {
		if err := s.importOne(ctx, p, line); err != nil {
			return fmt.Errorf("event %.12s: %w", line.ID(), err)
		}
	}
	if err := s.advance(ctx, p); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range news {
		it := p.state.items[line.ID()]
		if it == nil {
			return fmt.Errorf("event %.12s is not in the log", line.ID())
		}
		done.Added++
		if it.refusal != nil {
			done.Idle = append(done.Idle, leftOf(line, it.refusal.Detail))
		}
	}
	return nil
}

// sift says which lines are new, in an order in which they can be added, and which
// cannot be: what is malformed, what stands on something that is missing, and what
// lost its text without having been redacted.
func sift(here, lines []Line) (news []Line, dropped []Left) {
	known := make(map[string]bool)
	for _, l := range here {
		known[l.ID()] = true
	}
	lost := make(map[string]string) // why, by id
	drop := func(l Line, why string) {
		lost[l.ID()] = why
		dropped = append(dropped, leftOf(l, why))
	}
	// What was in one log keeps its order, so that an empty log gets the same
	// numbers.
	var todo []Line
	for _, l := range entry.Chain(lines) {
		id := l.ID()
		if known[id] || lost[id] != "" {
			continue
		}
		known[id] = true
		if _, err := admit(l); err != nil {
			drop(l, err.Error())
			continue
		}
		todo = append(todo, l)
	}
	for len(todo) > 0 {
		news = nil
		have := make(map[string]bool)
		for _, l := range here {
			have[l.ID()] = true
		}
		for waiting := todo; ; {
			var later []Line
			for _, l := range waiting {
				if slices.ContainsFunc(l.Parents, func(id string) bool { return !have[id] }) {
					later = append(later, l)
					continue
				}
				have[l.ID()] = true
				news = append(news, l)
			}
			if len(later) == len(waiting) {
				for _, l := range later {
					drop(l, "an event that it stands on is missing")
				}
				break
			}
			waiting = later
		}
		together, err := stateOf(append(slices.Clone(here), news...))
		if err != nil {
			return nil, dropped // cannot be: every parent is there
		}
		textless := make(map[string]bool)
		for _, it := range together.missing() {
			textless[it.id] = true
		}
		if len(textless) == 0 {
			return news, dropped
		}
		todo = slices.DeleteFunc(news, func(l Line) bool {
			if textless[l.ID()] {
				drop(l, "its text is missing, and nobody redacted it")
			}
			return textless[l.ID()]
		})
	}
	return nil, dropped
}

func (s *Service) importOne(ctx context.Context, p *page, line Line) error {
	e, err := eventOf(line)
	if err != nil {
		return err
	}
	r := record{Event: line.Event, Parents: line.Parents, Signature: line.Signature}
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
	// No request can have an id with a blank in it, and take this one's place.
	_, err = s.o.Log.Append(ctx, p.name, "import "+line.ID(), r.encode())
	return err
}
