// Release makes what is handed to others from this repository: the program for each
// system, built so that everybody gets the same bytes from the same commit.
//
// It is a program of its own and not a configuration of a release tool, since what it
// has to do is short, works without a network and an account, and so can be held by
// tests like everything else here.
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
	"strings"
)

type options struct {
	source, out string
	targets     []target
}

const usage = `usage: release [flags]

Builds the program for each target into the folder dist. Run it from the root of this
repository, by make release, which makes the programs for the browser first.

Examples:
  go run ./cmd/release                         every target
  go run ./cmd/release --targets linux/amd64   one of them

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	for _, t := range o.targets {
		file := filepath.Join(o.out, "bin", t.os+"-"+t.arch, t.program())
		if err := build(ctx, t, o.source, file); err != nil {
			return err
		}
		fmt.Fprintln(stdout, file)
	}
	return nil
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.source, "source", ".", "root of this repository")
	flags.StringVar(&o.out, "out", "dist", "folder for what is made")
	names := flags.String("targets", strings.Join(allTargets, ","), "systems to build for")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag: see --help", flags.Arg(0))
	}
	for _, name := range strings.Split(*names, ",") {
		t, err := parseTarget(name)
		if err != nil {
			return o, err
		}
		o.targets = append(o.targets, t)
	}
	return o, nil
}
