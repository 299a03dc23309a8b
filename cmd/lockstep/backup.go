package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/backup"
	"lockstep/prototype/cluster"
)

func newBackupCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "backup DIR",
		Short: "Copy the messages of a cluster into a folder, while it runs",
		Long: `Copies all conversations, each as it stood at one moment, with everything that was
acknowledged before. Into a folder that has a backup of the same cluster it copies
what is new, and compares the digests of what is old: if the order of a conversation
has changed, the exit code is 1 and the message names it. The folder is valid at any
time; an interrupt leaves the backup of the run before.

Run it at the machine of one of the nodes, or with a token of the role operate: who
lists all conversations is an operator. Name the node of the machine first. Others are asked when it fails.

Sessions, and ids whose messages the cluster no longer has, are no part of it.`,
		Example: `  lockstep backup /srv/backup
  lockstep backup /srv/backup                  # again: what is new since then
  lockstep backup verify /srv/backup           # without any cluster`,
		Args: oneFolder("lockstep backup /srv/backup"),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			lock, err := cluster.LockFolder(args[0], 0)
			if err != nil {
				return err
			}
			defer lock.Unlock()
			before, err := backup.Read(args[0])
			if err != nil {
				return err
			}
			began, bar, out := time.Now(), newProgress(cmd.ErrOrStderr()), cmd.OutOrStdout()
			m, err := backup.Take(cmd.Context(), backup.Config{Dir: args[0], Targets: to.targets(), Transport: to.transport, Progress: bar.show,
				Note: func(text string) { bar.clear(); fmt.Fprintln(out, text) }})
			bar.clear()
			if err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			fmt.Fprintf(out, "%d messages are new, %d in %d conversations of cluster %s are held, in %s\n",
				m.Messages()-before.Messages(), m.Messages(), len(m.Conversations), m.Cluster, time.Since(began).Round(time.Millisecond))
			return nil
		},
	}
	reach.add(cmd, targetUsage)
	cmd.AddCommand(newBackupVerifyCommand())
	return cmd
}

func newBackupVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Hold a backup against the digests that the cluster gave",
		Long: `Reads every file of a backup and computes the digest of each conversation again. It
must be the one that the nodes had. The first line that is damaged is named, and the
exit code is 1. No cluster is asked.`,
		Example: "  lockstep backup verify /srv/backup",
		Args:    oneFolder("lockstep backup verify /srv/backup"),
		RunE: func(cmd *cobra.Command, args []string) error {
			bar := newProgress(cmd.ErrOrStderr())
			m, err := backup.Verify(args[0], bar.show)
			bar.clear()
			if err != nil {
				return err
			}
			newest := m.Runs[len(m.Runs)-1]
			fmt.Fprintf(cmd.OutOrStdout(), "sound: %d messages in %d conversations of cluster %s, as of %s\n",
				m.Messages(), len(m.Conversations), m.Cluster, newest.Began.Format(time.RFC3339))
			return nil
		},
	}
}

func newRestoreCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "restore DIR",
		Short: "Send the messages of a backup to another cluster",
		Long: `Sends every message with its id, sender and text to a cluster of any number of nodes
and shards, so that it gets the number that it had, and compares at the end what each
node has. An interrupted restore is repeated: it goes on behind what is there. A
conversation that has other messages there is named, and then nothing is sent at all.
Nobody else may write to the conversations meanwhile.

Times and epochs are those of the restore, so digests differ from those of the old
cluster; what is compared is numbers, ids, senders and texts. Sessions do not come
back, nor the memory of ids whose messages were dropped. A conversation whose first
messages were dropped cannot get its numbers back: it is named, left out, and the
exit code is 1.`,
		Example: `  lockstep restore /srv/backup --target http://10.0.0.1:7001
  lockstep restore /srv/backup --target 10.0.0.1:7001,10.0.0.2:7001`,
		Args: oneFolder("lockstep restore /srv/backup --target http://127.0.0.1:8001"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reach.target == "" {
				return usageError{"--target is missing: which cluster?", "lockstep restore --help"}
			}
			to, err := reach.open()
			if err != nil {
				return err
			}
			began, bar, out := time.Now(), newProgress(cmd.ErrOrStderr()), cmd.OutOrStdout()
			r, err := backup.Restore(cmd.Context(), backup.Config{Dir: args[0], Targets: to.targets(), Transport: to.transport, Progress: bar.show})
			bar.clear()
			for _, c := range r.LeftOut {
				fmt.Fprintf(out, "left out: %q begins at %d, what was before had been dropped\n", c.Name, c.First)
			}
			if err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			fmt.Fprintf(out, "%d messages were sent, %d were there; %d conversations are the same at %d nodes, in %s\n",
				r.Sent, r.There, r.Conversations, r.Nodes, time.Since(began).Round(time.Millisecond))
			if len(r.LeftOut) > 0 {
				return errReported
			}
			return nil
		},
	}
	reach.add(cmd, "nodes of the other cluster, as URLs with commas; name them all")
	return cmd
}

func oneFolder(example string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{"name one folder", example}
		}
		return nil
	}
}
