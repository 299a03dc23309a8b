package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/site/build"
	"lockstep/site/rehearsal"
)

const (
	upgradeName = "upgrade"
	// upgradeEntry is what is pasted for each node.
	upgradeEntry = "13-rollout#one-replica-at-a-time"
	// upgradeMessages are taken before and after each step, so that none is seen only at
	// its edges.
	upgradeMessages = 50
)

func newRehearseUpgradeCommand() *cobra.Command {
	var dir, from, out string
	cmd := &cobra.Command{
		Use:         "upgrade",
		Short:       "Go from an older program to this one and back, under load",
		Annotations: map[string]string{whenInterrupted: "what was started has been ended, and nothing was recorded"},
		Long: `Starts three nodes of an older program in a temporary folder, and keeps sending to them.
Then it replaces one node at a time by this program, the leader last, and afterwards goes
back in the same way. For each node it pastes the commands of the entry
` + upgradeEntry + ` of the texts, and starts the node with the other
program where the entry says that it is over.

In the end the history of all messages is judged, and every node must hold all of them.
The exit code is 1 if a command does not do what its text says, or the judge objects.

--from is a program, or a commit of the repository, which is built by git and go; by
default the oldest that may stand beside this program.

With --out a file of evidence has the time of each step and the longest pause, in which
no message was acknowledged. Other work on the machine makes both longer.`,
		Example: `  lockstep rehearse upgrade
  lockstep rehearse upgrade --from ./lockstep-old
  lockstep rehearse upgrade --from HEAD~20
  lockstep rehearse upgrade --out content/evidence/upgrade.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, _, err := build.Rehearsals(dir)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(plan.Entries, func(e rehearsal.Entry) bool { return e.Name() == upgradeEntry })
			if i < 0 {
				return usageError{"no text has the entry " + upgradeEntry, "lockstep rehearse upgrade --dir CLONE, with a clone of Lockstep"}
			}
			if !realProcesses {
				return errors.New("real processes need a unix system: run it there or in WSL")
			}
			evidence, err := rehearseUpgrade(cmd.Context(), cmd.OutOrStdout(), dir, from, plan.Entries[i])
			if err != nil || out == "" {
				return err
			}
			return writeJSON(out, evidence)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&from, "from", oldestCommit, "the older program, or its commit")
	cmd.Flags().StringVar(&out, "out", "", "file for the evidence, as JSON")
	return cmd
}

// upgradeEvidence is a way there and back.
type upgradeEvidence struct {
	origin
	From         string     `json:"from"`     // the commit of the older program
	Commands     string     `json:"commands"` // the digest of what was pasted
	Nodes        int        `json:"nodes"`
	Acknowledged int        `json:"acknowledged"` // messages, all of which every node holds
	Verdict      string     `json:"verdict"`
	Up           upgradeWay `json:"up"`
	Back         upgradeWay `json:"back"`
}

type upgradeWay struct {
	Pause   float64                `json:"pause_ms"`  // the longest time in which no message was acknowledged
	Slowest float64                `json:"slowest_s"` // the longest step
	Steps   map[string]upgradeStep `json:"steps"`     // by node
}

type upgradeStep struct {
	Ended float64 `json:"ended_s"` // from the first command until the node has ended
	Ready float64 `json:"ready_s"` // from its start until all is sound
	Pause float64 `json:"pause_ms"`
}

// rehearseUpgrade goes there and back, and has the history judged.
func rehearseUpgrade(ctx context.Context, out io.Writer, dir, from string, entry rehearsal.Entry) (e upgradeEvidence, err error) {
	home, err := os.MkdirTemp("", "lockstep-upgrade-")
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	e = upgradeEvidence{origin: originOf(upgradeName, byChance, time.Now()), Commands: entry.Digest(nil), Nodes: 3}
	older, err := olderProgram(ctx, dir, from, home, out)
	if err != nil {
		return e, err
	}
	e.From = older.commit
	newer, err := os.Executable()
	if err != nil {
		return e, err
	}
	at, err := pastingIn(home)
	if err != nil {
		return e, err
	}
	programs := filepath.Join(home, "programs")
	if err := os.Mkdir(programs, 0o755); err != nil {
		return e, err
	}
	r, err := startRolling(ctx, programs, filepath.Join(home, defaultClusterDir), older.path, e.Nodes, 1)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, r.Close()); at.end() }()
	if err := r.Ready(ctx); err != nil {
		return e, err
	}
	var targets []string
	for _, m := range r.Members() {
		targets = append(targets, "http://"+m.HTTP)
	}
	loading, stop := context.WithCancel(ctx)
	load := startJudgedLoad(loading, "room", nil, targets...)
	defer load.senders.Wait()
	defer stop() // where something has failed, what is under way ends as well
	for _, way := range []struct {
		name, program string
		into          *upgradeWay
	}{{"up", newer, &e.Up}, {"back", older.path, &e.Back}} {
		way.into.Steps = make(map[string]upgradeStep)
		for _, id := range leaderLast(ctx, r.Members()) {
			node := &rollingNode{cluster: r, id: id, program: way.program, at: at}
			step, err := node.replace(ctx, entry, load)
			if err != nil {
				return e, fmt.Errorf("%s, %s: %w", way.name, id, err)
			}
			fmt.Fprintf(out, "%-4s   %s   ended %4.1f s   ready %4.1f s   longest pause %4.0f ms\n", way.name, id, step.Ended, step.Ready, step.Pause)
			way.into.Steps[id] = step
			way.into.Pause, way.into.Slowest = max(way.into.Pause, step.Pause), max(way.into.Slowest, math.Round(10*(step.Ended+step.Ready))/10)
		}
	}
	report, err := load.judge(ctx)
	if err != nil {
		return e, err
	}
	e.Acknowledged = report.Counts.Acknowledged
	if report.Verdict != check.OK || report.Counts.Replicas != e.Nodes {
		return e, fmt.Errorf("the judge says %s of %d messages at %d nodes: %v %v", report.Verdict, e.Acknowledged, report.Counts.Replicas, report.Reasons, report.Witness)
	}
	e.Verdict = string(report.Verdict)
	fmt.Fprintf(out, "%d messages were acknowledged, and each node holds all of them in one order\n", e.Acknowledged)
	return e, nil
}

type builtProgram struct{ path, commit string }

// olderProgram is a program that is there, or one that is built.
func olderProgram(ctx context.Context, dir, from, home string, said io.Writer) (p builtProgram, err error) {
	if info, err := os.Stat(from); err == nil && info.Mode().IsRegular() {
		if p.path, err = filepath.Abs(from); err != nil {
			return p, err
		}
		p.commit = "unknown"
		if built, err := buildinfo.ReadFile(from); err == nil {
			for _, s := range built.Settings {
				if s.Key == "vcs.revision" {
					p.commit = s.Value
				}
			}
		}
		return p, nil
	}
	into := filepath.Join(home, "older")
	if err := os.Mkdir(into, 0o755); err != nil {
		return p, err
	}
	fmt.Fprintf(said, "building %s\n", from)
	p.path, p.commit, err = buildRevision(ctx, dir, from, into, said)
	return p, err
}

// leaderLast are the nodes in the order in which they are replaced: nobody needs to hand
// over twice.
func leaderLast(ctx context.Context, members []cluster.Member) (ids []string) {
	leader := leaderAmong(ctx, members)
	for _, m := range members {
		if m.ID != leader {
			ids = append(ids, m.ID)
		}
	}
	if leader != "" {
		ids = append(ids, leader)
	}
	return ids
}

// rollingNode is a node that is to run another program. Somebody starts it where the entry
// has it over.
type rollingNode struct {
	cluster     *rollingCluster
	id, program string
	at          *pasting
	started     bool
}

// replace carries the entry out at the node.
func (n *rollingNode) replace(ctx context.Context, entry rehearsal.Entry, load *judgedLoad) (step upgradeStep, err error) {
	if _, err := load.progress(ctx, upgradeMessages); err != nil {
		return step, err
	}
	load.pause()
	took, err := (&entryRun{stage: n, entry: entry}).carryOut(ctx)
	if err != nil {
		return step, err
	}
	if _, err := load.progress(ctx, upgradeMessages); err != nil {
		return step, err
	}
	return upgradeStep{Ended: took.Mitigated, Ready: took.Over, Pause: ms(load.pause())}, nil
}

func (n *rollingNode) mend(context.Context) error {
	if n.started {
		return nil
	}
	n.started = true
	return errors.Join(n.cluster.install(n.id, n.program), n.cluster.Restart(n.id))
}

func (n *rollingNode) places() []place {
	for _, m := range n.cluster.Members() {
		if m.ID == n.id {
			return []place{placeOf(m)}
		}
	}
	return nil
}

func (n *rollingNode) shell() *pasting                                 { return n.at }
func (n *rollingNode) causes() []string                                { return nil }
func (n *rollingNode) start(context.Context) error                     { return nil }
func (n *rollingNode) stop() error                                     { return nil }
func (n *rollingNode) strike(context.Context, string) ([]place, error) { return n.places(), nil }
