// Release makes what is handed to others from this repository: the program for each
// system, built so that everybody gets the same bytes from the same commit; archives with
// its manual, packages for Debian and Fedora, an image for containers, lists of what is in
// it, and the sums of all these, signed if there is a key.
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
	"strings"
)

type options struct {
	source, out, key string
	targets          []target
}

const usage = `usage: release [flags]

Builds the program for each target, and makes archives, packages and an image of them in
the folder dist. Run it from the root of this repository, by make release, which makes
the programs for the browser first. KEY=FILE signs the sums with a key of OpenSSH there.

Examples:
  go run ./cmd/release                         every target
  go run ./cmd/release --targets linux/amd64   one of them
  go run ./cmd/release --key ~/.ssh/release    with a signature

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
	names, err := o.make(ctx)
	for _, name := range names {
		fmt.Fprintln(stdout, name)
	}
	return err
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
	flags.StringVar(&o.key, "key", "", "ed25519 key of OpenSSH without a passphrase, which signs SHA256SUMS")
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
