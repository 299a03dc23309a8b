// Peers measures Lockstep beside etcd and NATS JetStream: three nodes each, under
// the same loads, on one machine, in one run.
//
// What is compared. Every system runs as three processes on loopback, with their
// data below one temporary folder, hence on one disk. The nodes of etcd and NATS
// are this program again, with their server embedded; Lockstep's are its binary.
// A message has 128 bytes and an id of its own. All but the row "jetstream" have
// it on the disks of a majority before they acknowledge it: "jetstream" has
// SyncAlways off, as is its default, and syncs from time to time. JetStream gets
// a Nats-Msg-Id, because the others recognize a repeated message too.
//
// How. A round measures each system once, one after the other, and rounds follow
// each other, so that a disturbance of the machine meets all of them. Only the
// system that is measured runs, on empty folders and after a warm-up. Clients
// talk to the leader directly, except in failover, where they know all nodes. A
// figure is the median of the rounds; ratios are of medians, and above 1 the row
// is the better one. 64 waiting clients share one connection in nats.go, hence also
// in the rows "-stream", which are the ones to compare with it; "-http" is a
// request for each message, on 64 connections.
//
// What it does not show. Loopback has neither latency nor loss. Clients and
// servers share the processors, so a client library that is cheap counts for its
// system. The systems do different things: etcd keeps versions of keys and has
// transactions, a JetStream stream has subjects and consumers, Lockstep orders
// conversations; each is asked only to append. One stream, one shard and one key
// space say nothing about scaling out. JetStream has no linearizable read: its
// row is a read at the leader, which asks nobody whether it still is the leader.
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
	"slices"
	"strings"
	"syscall"
	"time"
)

// nodeVerb starts one node of a peer instead of a comparison.
const nodeVerb = "node"

// options are the flags.
type options struct {
	lockstep    string
	duration    time.Duration
	rounds      int
	kills       int
	connections int
	seed        uint64
	out         string
	only        []string // systems
	loads       []string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == nodeVerb {
		exit(runNode(os.Args[2:]))
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, o, os.Stdout, os.Stderr))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// parse reads the flags and reports what is wrong with them.
func parse(args []string, report io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(report)
	flags.StringVar(&o.lockstep, "lockstep", filepath.Join("..", "..", "bin", "lockstep"), "the lockstep `binary`")
	flags.DurationVar(&o.duration, "duration", 3*time.Second, "how long a load is measured")
	flags.IntVar(&o.rounds, "rounds", 3, "how often each system is measured")
	flags.IntVar(&o.kills, "kills", 2, "kills of each system's leader in a round")
	flags.IntVar(&o.connections, "connections", 4, "to the leader in the pipeline; etcd's clients share as many under all loads")
	flags.Uint64Var(&o.seed, "seed", 1, "of the messages' text")
	flags.StringVar(&o.out, "out", "", "`file` for the evidence, as JSON")
	flags.Func("only", "comma-separated systems: "+strings.Join(systemNames(), ", "), list(&o.only, systemNames()))
	flags.Func("loads", "comma-separated loads: "+strings.Join(loadNames(), ", "), list(&o.loads, loadNames()))
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("what is %q? there are flags only", flags.Arg(0))
	case o.duration <= 0 || o.rounds < 1 || o.kills < 1:
		err = errors.New("--duration, --rounds and --kills must be positive")
	case o.connections < 1 || o.connections > 64:
		err = errors.New("--connections must be 1 to 64")
	}
	if err != nil {
		fmt.Fprintln(report, err)
	}
	return o, err
}

// list reads a comma-separated choice from what there is.
func list(into *[]string, all []string) func(string) error {
	return func(text string) error {
		*into = strings.Split(text, ",")
		for _, name := range *into {
			if !slices.Contains(all, name) {
				return fmt.Errorf("there is no %q; there are %s", name, strings.Join(all, ", "))
			}
		}
		return nil
	}
}

// wanted says whether name was chosen; no choice is all.
func wanted(name string, chosen []string) bool {
	return len(chosen) == 0 || slices.Contains(chosen, name)
}
