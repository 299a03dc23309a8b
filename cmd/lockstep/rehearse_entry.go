package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lockstep/site/rehearsal"
)

// rehearsed is what was carried out, and how long its parts took, in seconds.
type rehearsed struct {
	Commands string `json:"commands"` // their digest

	Seen      float64 `json:"seen_s"`      // from the cause to what confirms it
	Mitigated float64 `json:"mitigated_s"` // from there to the end of what is done against it
	Over      float64 `json:"over_s"`      // from the repair to what says that it is over
}

// entryRun carries out one entry.
type entryRun struct {
	stage  stage
	entry  rehearsal.Entry
	struck []place
	mended bool
	first  string // where an entry without a cause is carried out, wherever the lead goes meanwhile

	terminals map[string]*terminal // that the lines are pasted into, by the name of the shell
}

// carryOut gives how long it took, or an error that says where and why it failed.
func (r *entryRun) carryOut(ctx context.Context) (took rehearsed, err error) {
	e := r.entry
	r.terminals = make(map[string]*terminal)
	defer r.leave(r.terminals)
	if e.Cause != "" {
		if err := r.sound(ctx); err != nil {
			return took, err
		}
		if r.struck, err = r.stage.strike(ctx, e.Cause); err != nil {
			return took, fmt.Errorf("%s:%d: %w", e.File, e.Line, err)
		}
	}
	r.first = r.stage.places()[0].name
	seconds := func(from time.Time) float64 {
		return float64(time.Since(from).Round(100*time.Millisecond).Milliseconds()) / 1000
	}
	began, seen, repaired := time.Now(), time.Time{}, time.Time{}
	if e.Blocks[0].Step != rehearsal.Confirm {
		seen = began // there is nothing to see
	}
	for _, b := range e.Blocks {
		if (b.Step == rehearsal.Repaired || b.Step == rehearsal.Done) && repaired.IsZero() {
			took.Mitigated, repaired = seconds(seen), time.Now()
		}
		if err := r.block(ctx, b); err != nil {
			return took, err
		}
		if seen.IsZero() {
			took.Seen, seen = seconds(began), time.Now()
		}
	}
	if repaired.IsZero() {
		took.Mitigated, repaired = seconds(seen), time.Now()
	}
	if err := r.over(ctx); err != nil {
		return took, err
	}
	took.Over = seconds(repaired)
	return took, nil
}

// block carries out one block.
func (r *entryRun) block(ctx context.Context, b rehearsal.Block) error {
	if b.Step == rehearsal.Done || b.Step == rehearsal.Repaired && !r.mended {
		if err := r.stage.mend(ctx); err != nil {
			return fmt.Errorf("%s:%d: %w", r.entry.File, b.Line, err)
		}
		r.mended = true
	}
	for _, c := range b.Commands {
		at, enough := r.where(b.Step, c)
		var err error
		if b.Step.Repeats() {
			err = r.await(ctx, b, c, at, enough)
		} else {
			err = r.once(ctx, b, c, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// where a command is pasted, and at how many of these places it must do what is said of
// it. A cause shows at some node; health shows at each.
func (r *entryRun) where(s rehearsal.Step, c rehearsal.Command) (at []place, enough int) {
	all := r.stage.places()
	for _, p := range r.struck { // a node that was started anew has another process
		if i := slices.IndexFunc(all, func(q place) bool { return q.name == p.name }); i >= 0 {
			p = all[i]
		}
		at = append(at, p)
	}
	switch {
	case len(at) == 0 && !s.Repeats():
		i := max(0, slices.IndexFunc(all, func(p place) bool { return p.name == r.first }))
		at = all[i : i+1]
	case len(at) == 0 || s == rehearsal.Done:
		at = all
	case s == rehearsal.Confirm:
		for _, p := range all {
			if !slices.ContainsFunc(at, func(q place) bool { return q.name == p.name }) {
				at = append(slices.Clip(at), p)
			}
		}
	}
	if !at[0].sets(c) {
		return at[:1], 1
	}
	if s == rehearsal.Confirm && len(r.struck) > 0 {
		return at, 1
	}
	return at, len(at)
}

// paste has a line carried out in the terminal of its shell.
func (r *entryRun) paste(ctx context.Context, in map[string]*terminal, b rehearsal.Block, c rehearsal.Command, p place, patience time.Duration) (result, error) {
	if in[b.Shell] == nil {
		opened, err := r.stage.shell().open(ctx, b.Shell)
		if err != nil {
			return result{}, fmt.Errorf("%s:%d: %w", r.entry.File, c.Line, err)
		}
		in[b.Shell] = opened
	}
	got, err := in[b.Shell].paste(ctx, c.Text, p.env, patience)
	if err == nil && got.gone && !got.late {
		return got, r.differs(b, c, p, got, patience)
	}
	return got, err
}

func (r *entryRun) leave(terminals map[string]*terminal) {
	for _, t := range terminals {
		t.close()
	}
}

// patienceFor is how long a command may take, or be repeated.
func patienceFor(c rehearsal.Command) time.Duration {
	if c.Within > 0 {
		return c.Within
	}
	return commandPatience
}

// once pastes a command at each place, and holds it to what is said of it.
func (r *entryRun) once(ctx context.Context, b rehearsal.Block, c rehearsal.Command, at []place) error {
	patience := patienceFor(c)
	for _, p := range at {
		got, err := r.paste(ctx, r.terminals, b, c, p, patience)
		if err != nil {
			return err
		}
		if got.late || !c.Agrees(got.code, got.output) {
			return r.differs(b, c, p, got, patience)
		}
	}
	return nil
}

// await repeats a command until it does what is said of it at enough places.
func (r *entryRun) await(ctx context.Context, b rehearsal.Block, c rehearsal.Command, at []place, enough int) error {
	patience := patienceFor(c)
	deadline := time.Now().Add(patience)
	last, where := result{}, at[0]
	for {
		agree := 0
		for _, p := range at {
			attempt := min(attemptPatience, time.Until(deadline))
			if attempt <= 0 {
				break
			}
			got, err := r.paste(ctx, r.terminals, b, c, p, attempt)
			switch {
			case err != nil:
				return err
			case got.gone:
				return r.differs(b, c, p, got, attempt)
			}
			if !got.late && c.Agrees(got.code, got.output) {
				if agree++; agree >= enough {
					return nil
				}
			} else if !got.late || last.output == "" { // what was cut short says least
				last, where = got, p
			}
		}
		if time.Until(deadline) <= 0 {
			return r.differs(b, c, where, last, patience)
		}
		select {
		case <-time.After(betweenAttempts):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sound waits until what confirms the cause does not hold: commands that say of a sound
// service what they say of one in trouble confirm nothing.
func (r *entryRun) sound(ctx context.Context) error {
	if r.entry.Blocks[0].Step != rehearsal.Confirm {
		return nil
	}
	return r.denied(ctx, "for %s before it is brought about")
}

// over takes the cause away where no block has asked for it. Where no block says what
// ends the entry, it is over when what confirmed it no longer holds.
func (r *entryRun) over(ctx context.Context) error {
	if err := r.stage.mend(ctx); err != nil {
		return fmt.Errorf("%s:%d: %w", r.entry.File, r.entry.Line, err)
	}
	if r.entry.Cause == "" || r.entry.Has(rehearsal.Done) || r.entry.Blocks[0].Step != rehearsal.Confirm {
		return nil
	}
	return r.denied(ctx, "%s after it was taken away")
}

// denied waits until what confirms the cause does not hold.
func (r *entryRun) denied(ctx context.Context, when string) error {
	first, patience := r.entry.Blocks[0], time.Duration(0)
	for _, c := range first.Commands {
		patience = max(patience, patienceFor(c))
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		holds, err := r.holds(ctx, first)
		if err != nil || !holds {
			return err
		}
		select {
		case <-time.After(betweenAttempts):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s:%d: %s: what confirms the cause holds %s", r.entry.File, first.Line, r.entry.Name(), fmt.Sprintf(when, patience))
}

// holds says whether the commands of a block all do now what is said of them. They are
// pasted into a terminal of their own: nobody has begun with the entry, or all is done.
func (r *entryRun) holds(ctx context.Context, b rehearsal.Block) (bool, error) {
	terminals := make(map[string]*terminal)
	defer r.leave(terminals)
	for _, c := range b.Commands {
		at, enough := r.where(b.Step, c)
		for _, p := range at {
			got, err := r.paste(ctx, terminals, b, c, p, attemptPatience)
			if err != nil || got.gone {
				return false, err
			}
			if !got.late && c.Agrees(got.code, got.output) {
				enough--
			}
		}
		if enough > 0 {
			return false, nil
		}
	}
	return true, nil
}

// differs says what was expected of a command and what came.
func (r *entryRun) differs(b rehearsal.Block, c rehearsal.Command, at place, got result, patience time.Duration) error {
	came := fmt.Sprintf("exit %d", got.code)
	switch {
	case got.late && got.gone:
		came = fmt.Sprintf("no end within %s, nor %s after an interrupt", patience, interruptPatience)
	case got.late:
		came = "no end within " + patience.String()
	case got.gone:
		came += ", and it ended the shell, so that nothing can be pasted behind it"
	}
	where := r.entry.Name() + ", " + string(b.Step)
	if at.name != "" {
		where += " at " + at.name
	}
	return fmt.Errorf("%s:%d: %s: %s\n  expected %s\n  came     %s\n%s", r.entry.File, c.Line, where, c.Text, c.Expected(), came, ending(got.output))
}

// ending is the end of what a command has printed, set in.
func ending(output string) string {
	const most = 20
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(lines) > most {
		lines = append([]string{"…"}, lines[len(lines)-most:]...)
	}
	return "    " + strings.Join(lines, "\n    ")
}
