package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

func newSendCommand() *cobra.Command {
	var reach reachFlags
	var sender, id, lane string
	var timeout time.Duration
	var traces traceFlags
	cmd := &cobra.Command{
		Use:   `send CONVERSATION ["text"]`,
		Short: "Send a message, or each line of standard input",
		Long: `Sends and waits for the acknowledgement, trying again through other nodes with the
same message id while the outcome is open. Prints the message's place.`,
		Example: `  lockstep send general "hello"
  seq 1 1000 | lockstep send general
  lockstep send general "hello" --id 42        # sent twice, ordered once`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usageError{"name the conversation, and the text in quotes", `lockstep send general "hello"`}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			tracer, stopTraces, err := traces.open("lockstep-send", "", slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			defer stopTraces()
			c := client.New(client.Config{Targets: to.targets, Transport: to.transport, Lane: lane, Tracer: tracer})
			if sender == "" {
				sender = "somebody"
				if u, err := user.Current(); err == nil && u.Username != "" {
					sender = u.Username
				}
			}
			send := func(text, id string) error {
				ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
				defer cancel()
				ack, err := c.Send(ctx, args[0], api.Message{ID: id, Sender: sender, Body: text})
				if err != nil {
					return fmt.Errorf("send %s: %w", id, err)
				}
				again := ""
				if ack.Duplicate {
					again = " (it was there already)"
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %d epoch %d%s\n", args[0], ack.Seq, ack.Epoch, again)
				return err
			}
			if len(args) == 2 {
				if id == "" {
					id = client.NewID()
				}
				return send(args[1], id)
			}
			if id != "" {
				return usageError{"--id is for a single message", `lockstep send general "hello" --id 42`}
			}
			lines := bufio.NewScanner(cmd.InOrStdin())
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				if text := strings.TrimRight(lines.Text(), "\r"); text != "" {
					if err := send(text, client.NewID()); err != nil {
						return err
					}
				}
			}
			return lines.Err()
		},
	}
	reach.add(cmd, targetUsage)
	traces.add(cmd, 1, "the messages")
	cmd.Flags().StringVar(&lane, "lane", "", "way of ordering: quorum, leader or clock")
	cmd.Flags().StringVar(&sender, "sender", "", "who says it (default: your user name)")
	cmd.Flags().StringVar(&id, "id", "", "message id; the same id again is the same message")
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "how long to try")
	return cmd
}
