// Plant plants bugs, one at a time, and reports those that the package's own tests
// do not find.
//
// A bug is one small change of one file: a comparison turned round or off by one,
// "and" for "or", an early return left out, a call left out, 1 for 0. The package's
// tests run against it through go test's overlay, so no source file is touched. A
// bug that they find is killed; one that they do not find has survived; one that
// does not compile is not viable and does not count.
//
// A survivor is a line that no test of its package holds, or a change that makes no
// difference. Which of the two, a person has to say: hence some may survive, and the
// share of them is what this program checks. The deliberate bugs of the package
// above are the other way round: written by hand, and none may survive.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

type options struct {
	sample  int
	seed    uint64
	most    float64
	list    bool
	targets []string
}

const usage = `usage: plant [flags] [PACKAGE | FILE]...

Plants one bug after the other in the packages in which order is decided, or in
those named, as paths from the root of the repository. It prints each one that the
package's own tests do not find, and fails if their share is too large.

`

// defaultSample takes some minutes on two cores.
const defaultSample = 40

func parse(args []string, report io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("plant", flag.ContinueOnError)
	flags.SetOutput(report)
	flags.Usage = func() {
		fmt.Fprint(report, usage)
		flags.PrintDefaults()
	}
	flags.IntVar(&o.sample, "sample", defaultSample, "how many bugs are planted, drawn from all there are; 0: all")
	flags.Uint64Var(&o.seed, "seed", 1, "what the draw depends on")
	flags.Float64Var(&o.most, "survivors", 100, "how many `percent` of those that compile may survive")
	flags.BoolVar(&o.list, "list", false, "print what would be planted, and plant nothing")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	switch o.targets = flags.Args(); {
	case o.sample < 0:
		err = fmt.Errorf("--sample %d: want 0, for all, or more", o.sample)
	case !(o.most >= 0 && o.most <= 100):
		err = fmt.Errorf("--survivors %v: want 0 to 100", o.most)
	case len(o.targets) == 0:
		o.targets = whereOrderIsDecided
	}
	if err != nil {
		fmt.Fprintln(report, "plant:", err)
	}
	return o, err
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "plant:", err)
		os.Exit(1)
	}
}

// run plants the bugs and writes the survivors and a table to out.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	var bugs []bug
	for _, target := range o.targets {
		found, err := bugsIn(target)
		if err != nil {
			return err
		}
		bugs = append(bugs, found...)
	}
	all := len(bugs)
	bugs = draw(bugs, o.sample, o.seed)
	if o.list {
		for _, b := range bugs {
			fmt.Fprintln(out, b)
		}
		return nil
	}
	fmt.Fprintf(out, "%d of %d bugs, seed %d\n", len(bugs), all, o.seed)
	n, err := newNursery(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	var t table
	for i, b := range bugs {
		showProgress(progress, "%d of %d  %s:%d", i+1, len(bugs), b.file, b.line)
		fate, err := n.plant(b)
		showProgress(progress, "")
		if err != nil {
			return err
		}
		t.add(b.dir, fate)
		if fate == survived {
			fmt.Fprintln(out, b)
		}
	}
	return t.judge(out, o.most)
}

// showProgress writes one line over the last one, on a terminal.
func showProgress(w io.Writer, format string, args ...any) {
	f, ok := w.(*os.File)
	if !ok {
		return
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	fmt.Fprintf(f, "\r\x1b[K"+format, args...)
}
