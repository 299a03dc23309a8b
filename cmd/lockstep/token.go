package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lockstep/prototype/node/httpapi/access"
)

func newTokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make tokens for those who may ask the nodes",
		Long: `A node that is started with --access FILE answers those who show a token of that
file, as their role allows:

  read     messages, digests, members, status and metrics
  write    the same, and sends
  operate  the same, and drain, leave, backup; faults where they are allowed

FILE has a line for each token, ROLE NAME sha256:HASH; a line that begins with # is a
comment. With lockstep node --http-client-ca a line may be for a certificate instead:

  ROLE NAME cert:uri:spiffe://example.org/app
  ROLE NAME cert:dns:app.example.org
  ROLE NAME cert:cn:app

A certificate is called by its URI; without one, by its DNS name; without that, by its
Common Name. It must have one of what counts: with two it is nobody, and so is one that
no line has; addresses do not count. Verbs of lockstep show it by --tls-cert and
--tls-key. Once it has expired, each request on a connection that stands is refused, and
what was begun with it ends. A request that has a token as well is what the token says.

The file is the same at every node. A node reads it again within a second when
somebody asks, and at once by SIGHUP; a file that cannot be used changes nothing, and
the log says why. What was begun with a line that is taken out ends: who follows
events is shown no more, and is sent away within ten seconds; a stream of messages
ends at its next line.

A name may stand there twice, with one role: that is how a token is replaced. Put the
new line beside the old one, give the new token to its user, take the old line out.
Verbs of lockstep that run read --token-file again, and --tls-cert.`,
	}
	cmd.AddCommand(newTokenNewCommand())
	return cmd
}

func newTokenNewCommand() *cobra.Command {
	var role, out string
	cmd := &cobra.Command{
		Use:   "new --role ROLE NAME",
		Short: "Make a token, and print its line for the access file",
		Long: `Prints the line that belongs into the file of lockstep node --access, at every node.
The token goes into the file of --out, which must not be there yet, or else to
standard error, and is nowhere kept: the line has only its hash. Programs show it as
Authorization: Bearer TOKEN; verbs of lockstep take it by --token-file or from
LOCKSTEP_TOKEN.`,
		Example: `  lockstep token new --role write --out app.token app >>access
  lockstep node --id n1 … --access access --http-tls
  lockstep send general hello --token-file app.token \
    --target https://10.0.0.1:7001`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"name who will have the token", "lockstep token new --role write app"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if role == "" {
				return usageError{"--role is missing: read, write or operate", "lockstep token new --role write app"}
			}
			parsed, err := access.ParseRole(role)
			if err != nil {
				return usageError{"--role: " + err.Error(), "lockstep token new --role write app"}
			}
			token := access.NewToken()
			line, err := access.Line(parsed, args[0], token)
			if err != nil {
				return usageError{err.Error(), "lockstep token new --role write app"}
			}
			if out == "" {
				fmt.Fprintln(cmd.ErrOrStderr(), token)
			} else if err := writeSecret(out, token); err != nil {
				return fmt.Errorf("write the token: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), line)
			return err
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "read, write or operate")
	cmd.Flags().StringVar(&out, "out", "", "new file for the token, which only you can read (default: standard error)")
	return cmd
}

// writeSecret never overwrites.
func writeSecret(name, secret string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(secret + "\n")
	return errors.Join(err, file.Close())
}
