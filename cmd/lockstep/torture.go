package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// tortureFaults are what torture can do to the process of a leader, the first three of
// them if nothing else is asked for.
var tortureFaults = []string{string(fault.Kill), string(fault.Pause), string(fault.Isolate), string(fault.TornTail),
	string(fault.HungDisk), string(fault.FailingDisk), string(fault.FullDisk), string(fault.Rate), string(fault.Latency)}

type tortureFlags struct {
	failures, nodes, shards int
	sessions                int
	rate                    float64
	seed                    uint64
	faults                  []string
	lane, schedule, family  string
	processes, verbose      bool
	out, history            string
}

func newTortureCommand() *cobra.Command {
	var f tortureFlags
	cmd := &cobra.Command{
		Use:   "torture",
		Short: "Break leaders under load, then judge what clients saw",
		Long: `Breaks leaders of a cluster under load, again and again, and has a checker that
shares no code with the cluster judge what clients saw.

In virtual time, which is the default, real nodes run on a simulated network and
simulated disks, many schedules at once: leaders are killed, cut off, made silent
and handed over, lose their power in the middle of a flush, have a disk that hangs,
fails or is full, while messages are lost, doubled, delayed and reordered, lines are
slow or long, followers have such disks and clocks jump or run at another pace. An hour
takes seconds. Each seed is one schedule; a failing one is made smaller and kept with its
history.

With --processes real processes on a temporary folder are broken in real time:

  kill      SIGKILL; the node is started again after its successor works,
  pause     SIGSTOP until its successor works, then SIGCONT,
  isolate   the links to other nodes are cut, not those to its clients,

and if --faults names them torn-tail, hung-disk, failing-disk, full-disk, and rate and
latency, under which a leader keeps its lead on a slow or a long line. Where it loses it
the window is measured: from the last message that the old leader acknowledged to
the first that its successor did.

With --family disks nodes lose what they had stored, a minority at a time: a bit or
the tail of a log, half of it, a shard, all; older data is put back, or two nodes get
each other's. If a node then refuses to start, what it asks for is done, and counted.
The worst case is drawn too: two nodes are left, of which one was away and the other
has lost what it acknowledged meanwhile. With --processes all this happens to files.

With --schedule one schedule is carried out as it is written, either way.

Three nodes that kept all promises leave an address below which the laboratory in the
browser goes through the failure with the longest window, under its own load.

The exit code is 0 only if the verdict is ok and every failure took effect.`,
		Example: `  lockstep torture --failures 10000
  lockstep torture --processes --failures 25 --faults kill,pause
  lockstep torture --processes --family disks --failures 20
  lockstep torture --schedule prototype/torture/testdata/torn-tail.json
  lockstep torture --out evidence.json --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTorture(cmd, f) },
	}
	cmd.Flags().IntVar(&f.failures, "failures", 0, "leader failures, or losses of data (default 1000, with --processes 10)")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "decides which failure hits which leader when, and what clients do")
	cmd.Flags().IntVar(&f.nodes, "nodes", 3, "number of nodes: 3, 5 or 7")
	cmd.Flags().IntVar(&f.shards, "shards", 0, "number of shards (default 1, with --processes 2)")
	cmd.Flags().StringVar(&f.lane, "lane", "quorum", "way of ordering to be judged: quorum")
	cmd.Flags().StringVar(&f.family, "family", string(torture.Leaders), "what fails: leaders or disks")
	cmd.Flags().StringVar(&f.schedule, "schedule", "", "file with one schedule to carry out, as JSON")
	cmd.Flags().BoolVar(&f.processes, "processes", false, "break real processes in real time")
	cmd.Flags().StringVar(&f.out, "out", "", "file for the evidence, as JSON")
	cmd.Flags().StringVar(&f.history, "history", "", "with --processes: file for the history, as JSON lines (kept anyway if the verdict is not ok)")
	cmd.Flags().StringSliceVar(&f.faults, "faults", tortureFaults[:3], "with --processes: kinds of failure")
	cmd.Flags().Float64Var(&f.rate, "rate", 400, "with --processes: messages a second")
	cmd.Flags().IntVar(&f.sessions, "sessions", 24, "with --processes: clients that send, each one message after the other")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "a line for each failure, or run")
	return cmd
}

// complete fills in the defaults that depend on other flags.
func (f *tortureFlags) complete() {
	failures, shards := 1000, 1
	if f.processes {
		failures, shards = 10, 2
	}
	if f.failures == 0 {
		f.failures = failures
	}
	if f.shards == 0 {
		f.shards = shards
	}
}

func (f tortureFlags) validate() error {
	const hint = "lockstep torture --help"
	switch {
	case f.failures < 1:
		return usageError{fmt.Sprintf("%d failures prove nothing", f.failures), hint}
	case !slices.Contains([]int{3, 5, 7}, f.nodes):
		return usageError{fmt.Sprintf("%d nodes: with 3, 5 or 7 there is a majority left when one fails", f.nodes), hint}
	case f.shards < 1 || f.shards > 64:
		return usageError{fmt.Sprintf("%d shards: choose 1 to 64", f.shards), hint}
	case f.sessions < 1 || f.rate <= 0:
		return usageError{"without load there is nothing to lose", hint}
	case f.lane != "quorum":
		return usageError{fmt.Sprintf("--lane: %q cannot be tortured; choose quorum", f.lane), hint}
	case !slices.Contains(torture.Families, torture.Family(f.family)):
		return usageError{fmt.Sprintf("--family: there is no %q; there are leaders and disks", f.family), hint}
	case len(f.faults) == 0:
		return usageError{"no faults are named; there are " + strings.Join(tortureFaults, ", "), hint}
	}
	for _, fault := range f.faults {
		if !slices.Contains(tortureFaults, fault) {
			return usageError{fmt.Sprintf("there is no fault %q; there are %s", fault, strings.Join(tortureFaults, ", ")), hint}
		}
	}
	return nil
}

func runTorture(cmd *cobra.Command, f tortureFlags) error {
	f.complete()
	if err := f.validate(); err != nil {
		return err
	}
	switch {
	case f.schedule != "":
		return runSchedule(cmd, f)
	case !f.processes || f.family == string(torture.Disks):
		return runCampaign(cmd, f)
	}
	return runOneByOne(cmd, f)
}
