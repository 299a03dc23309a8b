// Command lockstep is the one binary of the project: it builds, checks and
// serves a documentation site, and runs the message-ordering cluster that the
// site describes. Each verb has a file of its own; flags and their defaults
// live here and nowhere else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first interrupt asks for an orderly end; the second one is not caught.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes: 1 is "the work was done and the answer is no" (findings, a
// violation) or a failure; 2 is a command line that makes no sense; 3 is "nobody
// can say"; 130 is what shells say of a program that an interrupt has ended.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitInterrupted = 130
)

// run is the program; tests call it instead of main.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailure
	case errors.Is(err, errUnknown):
		return exitUnknown
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintf(stderr, "lockstep: interrupted%s\n", leftUndone(root, args))
		return exitInterrupted
	case errors.As(err, new(usageError)):
		fmt.Fprintf(stderr, "lockstep: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "lockstep: %v\n", err)
		return exitFailure
	}
}

// errReported ends the program with exitFailure after the command has itself
// told the user what is wrong.
var errReported = errors.New("reported")

// errUnknown ends the program with exitUnknown in the same way.
var errUnknown = errors.New("unknown")

// usageError is a command line that cannot be meant, with a way out.
type usageError struct{ message, hint string }

func (e usageError) Error() string {
	if e.hint == "" {
		return e.message
	}
	return e.message + "\ntry: " + e.hint
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "lockstep",
		Short:         "A design that runs: its site, its checks and its cluster",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asked, _ := cmd.Flags().GetBool("version"); asked {
				builtFrom().print(cmd.OutOrStdout())
				return nil
			}
			return cmd.Help()
		},
	}
	root.Flags().Bool("version", false, "say what this program was built from")
	root.SetFlagErrorFunc(noFlag)
	root.AddCommand(siteCommands()...)
	root.AddCommand(clusterCommands()...)
	root.AddCommand(newVersionCommand(), newManCommand())
	root.InitDefaultCompletionCmd()
	root.SetHelpCommand(newHelpCommand())
	strictly(root)
	completeValues(root)
	fillHelp(root)
	return root
}
