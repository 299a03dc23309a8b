package review

import (
	"context"
	"fmt"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

// Imported is what became of events that were read.
type Imported struct {
	Added int `json:"added"`
	Known int `json:"known"` // were there
	// Dropped are not in the log. Idle are, and have no effect there, as they had
	// none where they were written.
	Dropped []state.Left `json:"dropped,omitempty"`
	Idle    []state.Left `json:"idle,omitempty"`
}

// Import adds exported events that the log does not have. Afterwards the page
// is in the state that both sets together have, whatever came first.
func (s *Service) Import(ctx context.Context, lines []entry.Line) (done Imported, err error) {
	pages := make(map[string][]entry.Line)
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

func (s *Service) importPage(ctx context.Context, name string, lines []entry.Line, done *Imported) error {
	p := s.page(name)
	p.writing.RLock()
	defer p.writing.RUnlock()
	if err := s.advance(ctx, p); err != nil {
		return err
	}
	p.mu.Lock()
	here := p.state.Lines()
	p.mu.Unlock()
	news, dropped := state.Sift(here, lines)
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
		was, ok := p.state.OutcomeOf(line.ID())
		if !ok {
			return fmt.Errorf("event %.12s is not in the log", line.ID())
		}
		done.Added++
		if was.Refusal != nil {
			done.Idle = append(done.Idle, state.LeftOf(line, was.Refusal.Detail))
		}
	}
	return nil
}

func (s *Service) importOne(ctx context.Context, p *page, line entry.Line) error {
	e, err := event.Decode(line)
	if err != nil {
		return err
	}
	r := store.Record{Event: line.Event, Parents: line.Parents, Signature: line.Signature}
	if line.Text != nil {
		salt, err := event.ParseSalt(line.Salt)
		if err != nil {
			return err
		}
		if err := r.Seal(ctx, s.o.Keys, p.name, e.ID, *line.Text, salt); err != nil {
			return err
		}
	}
	// No request can have an id with a blank in it, and take this one's place.
	_, err = s.o.Log.Append(ctx, p.name, "import "+line.ID(), r.Encode())
	return err
}
