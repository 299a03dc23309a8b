// Foreign builds other people's repositories and says how that went.
//
// It takes a folder of local clones, builds the head of each with the lockstep command,
// without a configuration and without anything from an earlier build, and prints a
// table: texts and pages, findings, how many of those a person judged right, time and
// memory. It fails where a build crashes, where a Markdown file that git knows is
// missing from the account, and where nobody has judged a finding yet.
//
// The judgements are data beside this program, judgements.yaml, and so is what was
// recorded last, recorded.json, from which the table in CONTRIBUTING.md is made.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

type options struct {
	lockstep string
	write    bool
	findings bool
	clones   string
}

const usage = `usage: foreign [flags] FOLDER

Builds the head of every clone in FOLDER with lockstep and prints the table: texts,
pages, findings, those that were judged right, seconds, memory. Run it from the root
of this repository.

Examples:
  go run ./cmd/foreign ~/clones             build all, print the table
  go run ./cmd/foreign --findings ~/clones  print each finding with its judgement too
  go run ./cmd/foreign --write ~/clones     keep it, and put it into CONTRIBUTING.md

`

func parse(args []string, report io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("foreign", flag.ContinueOnError)
	flags.SetOutput(report)
	flags.Usage = func() { fmt.Fprint(report, usage); flags.PrintDefaults() }
	flags.StringVar(&o.lockstep, "lockstep", "", "the `program` that builds; without it, one is compiled")
	flags.BoolVar(&o.write, "write", false, "record the result, and put the table into CONTRIBUTING.md")
	flags.BoolVar(&o.findings, "findings", false, "print all findings with their judgements")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return o, fmt.Errorf("name one folder of clones, not %d", flags.NArg())
	}
	o.clones = flags.Arg(0)
	return o, nil
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "foreign:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "foreign:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	judged, err := readJudgements(filepath.Join(here, "judgements.yaml"))
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "foreign-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if o.lockstep == "" {
		o.lockstep = filepath.Join(temp, "lockstep")
		if err := command(ctx, ".", "go", "build", "-o", o.lockstep, "./cmd/lockstep"); err != nil {
			return fmt.Errorf("compile lockstep, from the root of its repository: %w", err)
		}
	}
	clones, err := filepath.Glob(filepath.Join(o.clones, "*", ".git"))
	if err != nil || len(clones) == 0 {
		return fmt.Errorf("there is no clone in %s: put clones there with git clone", o.clones)
	}
	var rows []row
	var failed error
	for _, clone := range clones {
		r, findings, err := measure(ctx, o.lockstep, filepath.Dir(clone), temp)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		failed = errors.Join(failed, r.judge(findings, judged, o.findings, out))
		rows = append(rows, r)
	}
	fmt.Fprint(out, table(rows))
	if failed == nil && o.write {
		return record(rows)
	}
	return failed
}
