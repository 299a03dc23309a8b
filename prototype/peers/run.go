package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// run makes the comparison and prints it. What was measured before an error is
// printed too, but is no evidence.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	binary, err := filepath.Abs(o.lockstep)
	if err != nil {
		return err
	}
	revision, err := revisionOf(binary)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	flush, err := flushTime(dir)
	if err != nil {
		return err
	}
	r := &results{}
	failed := rounds(ctx, o, environment{lockstep: binary, dir: dir, connections: o.connections}, r, progress)
	if len(r.rows) > 0 {
		fmt.Fprintf(out, "%s, flush %s, lockstep %s, %s\n\n", machine(), flush, revision, peerVersions())
		printTable(out, r)
	}
	if failed != nil || o.out == "" {
		return failed
	}
	return writeEvidence(o, revision, flush, r)
}

func rounds(ctx context.Context, o options, env environment, r *results, progress io.Writer) error {
	for round := range o.rounds {
		for _, s := range systems {
			if !wanted(s.name, o.only) {
				continue
			}
			say := func(format string, args ...any) {
				fmt.Fprintf(progress, "round %d of %d, %s: %s\n", round+1, o.rounds, s.name, fmt.Sprintf(format, args...))
			}
			here := env
			here.dir = filepath.Join(env.dir, fmt.Sprint(round), s.name)
			if err := measure(ctx, o, s, here, r, say); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if err := os.RemoveAll(here.dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// measure runs all loads on one system that it starts and stops.
func measure(ctx context.Context, o options, s system, env environment, r *results, say func(string, ...any)) error {
	say("starting")
	if err := os.MkdirAll(env.dir, 0o755); err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := s.start(starting, env)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer c.Stop()
	texts := newTexts(o.seed)
	for _, l := range loads {
		if !wanted(l.name, o.loads) {
			continue
		}
		err := l.run(ctx, c, task{o, texts, func(way string, sample sample) {
			r.add(l.name, rowName(s.name, way), sample)
			say("%s", describe(l.name, way, sample))
		}})
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return ctx.Err()
}
