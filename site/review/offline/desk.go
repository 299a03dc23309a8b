// Package offline writes to reviews where no server runs: in continuous
// integration, from a mail, from the command line.
//
// What a repository or a log has is laid out on a [Desk], a server's service in
// memory. What is said there goes the way that it goes in a server, so it is held
// to the same rules, anchored and signed alike. What the desk has afterwards is
// written back by the caller. Nothing that was there before is ever changed, but
// for texts that were redacted.
package offline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/store"
)

// Desk is reviews in memory. It is for one goroutine.
type Desk struct {
	*review.Service
	had  map[string]bool // ids of the events that it was opened with
	text map[string]bool // of those, the ones that had a text
	now  time.Time
}

// Options configure a desk.
type Options struct {
	// Sign signs what decides, as a server does; nil leaves it unsigned.
	Sign func(ctx context.Context, person string, message []byte) (string, error)
	// Repeatable makes the same words the same bytes, wherever they are written down:
	// the salt of a text follows from its event. It is for words that two runs may
	// carry from one public place without knowing of each other. Whoever can guess
	// such a text can prove the guess, even once it was redacted.
	Repeatable bool
}

// Open lays out events, and the texts that they speak of.
func Open(ctx context.Context, lines []entry.Line, docs []*anchor.Doc, o Options) (*Desk, error) {
	d := &Desk{had: make(map[string]bool), text: make(map[string]bool), now: time.Now()}
	memory := store.NewMemory()
	options := review.Options{Log: memory, Keys: memory, Revisions: store.HoldRevisions(docs), Sign: o.Sign,
		Now: func() time.Time { return d.now }}
	if o.Repeatable {
		options.Salt = saltOf
	}
	var err error
	if d.Service, err = review.Open(ctx, options); err != nil {
		return nil, err
	}
	done, err := d.Import(ctx, lines)
	if err != nil {
		return nil, err
	}
	if len(done.Dropped) > 0 {
		return nil, fmt.Errorf("%s", done.Dropped[0])
	}
	all, _, err := d.All(ctx)
	for _, l := range all {
		d.had[l.ID()], d.text[l.ID()] = true, l.Text != nil
	}
	return d, err
}

// At sets the clock for what is said next: it was said then, elsewhere.
func (d *Desk) At(t time.Time) { d.now = t }

// All is everything that the desk has.
func (d *Desk) All(ctx context.Context) ([]entry.Line, []*anchor.Doc, error) {
	var backup bytes.Buffer
	if err := d.Backup(ctx, &backup); err != nil {
		return nil, nil, err
	}
	return store.ReadBackup(&backup)
}

// Changed counts what is on the desk now and was not when it was opened, and the
// texts that are gone since.
func (d *Desk) Changed(ctx context.Context) (n int, err error) {
	all, _, err := d.All(ctx)
	for _, l := range all {
		if id := l.ID(); !d.had[id] || d.text[id] && l.Text == nil {
			n++
		}
	}
	return n, err
}

// Events are the events of a page, in their order. Redacted texts are not needed
// for it.
func (d *Desk) Events(ctx context.Context, page string) (events []event.Event, err error) {
	lines, err := d.Lines(ctx, page)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		e, err := event.Decode(l)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func saltOf(page string, e event.Event) (salt [16]byte) {
	sum := sha256.Sum256(fmt.Appendf(nil, "lockstep review: repeatable\n%s\n%s\n%s\n%s", page, e.Actor.ID, e.ID, e.Time.UTC().Format(time.RFC3339Nano)))
	copy(salt[:], sum[:])
	return salt
}

// Refused tells a refusal by the rules, which is of one thing that was to be said,
// from a failure.
func Refused(err error) (why string, ok bool) {
	var e *refusal.Error
	switch {
	case errors.As(err, &e):
		return e.Detail, true
	case errors.Is(err, access.ErrForbidden):
		return err.Error(), true
	}
	return "", false
}
