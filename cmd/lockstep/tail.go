package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

func newTailCommand() *cobra.Command {
	var reach reachFlags
	var lane string
	var after uint64
	cmd := &cobra.Command{
		Use:   "tail CONVERSATION",
		Short: "Follow a conversation through any failure",
		Long: `Prints each message in order and goes on with the next node when one fails. A
number that is missing ends it with an error: that must never happen.`,
		Example: "  lockstep tail general\n  lockstep tail general --after 100",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"name one conversation", "lockstep tail general"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			err = client.New(client.Config{Targets: to.targets, Transport: to.transport, Lane: lane}).Follow(cmd.Context(), args[0], after, func(m api.Placed) error {
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%6d  %s  %-10s  %s\n", m.Seq, m.Time.Local().Format("15:04:05.000"), m.Sender, printable(m.Body))
				return err
			})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	reach.add(cmd, targetUsage)
	cmd.Flags().StringVar(&lane, "lane", "", "way of ordering: quorum, leader or clock")
	cmd.Flags().Uint64Var(&after, "after", 0, "begin after this number")
	return cmd
}

// printable keeps what other people wrote from driving the terminal.
func printable(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r < 0x20 && r != '\t' || r >= 0x7f && r < 0xa0 || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			out[i] = '\uFFFD'
		}
	}
	return string(out)
}
