package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/git"
	"lockstep/site/rehearsal"
)

const rehearsalName = "rehearsal"

func newRehearseCommand() *cobra.Command {
	var dir, out string
	var list bool
	cmd := &cobra.Command{
		Use:         "rehearse [ENTRY...]",
		Short:       "Carry out the entries of runbooks, with their causes brought about",
		Annotations: map[string]string{whenInterrupted: "what was started has been ended, and nothing was recorded"},
		Long: `Finds the entries in the texts: headings with blocks "sh rehearse=confirm" and the
like below them, which lockstep help rehearse explains. For each it brings its cause
about, pastes the commands of the blocks into one terminal, one after the other, and
holds exit codes, output and times to what the text says of them. An entry is a name that
--list shows, or a page, for all of its entries; without one all are carried out.

It runs what the texts say, with your rights, on this machine. Where lockstep.yaml has
rehearse:, its commands start and stop your service, and bring causes about and take
them away. Otherwise the service is a cluster of three processes of this program in a
temporary folder, and NODE and PID are those of a node.

A command is interrupted after the time that its text gives it, or after 30 s, and of
what it prints 1 MB is kept. After an entry that fails the service is started anew, and the next
one follows. The exit code is 1 if any has failed; what is said of it begins with file
and line. An interrupt ends all that was started, and says what was left undone.

With --out a file of evidence says at which commit each entry was carried out, and how
long that took; link to it from the text, as evidence:rehearsal#date.`,
		Example: `  lockstep rehearse
  lockstep rehearse --list
  lockstep rehearse seq-stall#hangs
  lockstep rehearse --out content/evidence/rehearsal.json
  lockstep rehearse --dir ../other-repo`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, findings, err := build.Rehearsals(dir)
			if err != nil {
				return err
			}
			if len(findings) > 0 {
				printFindings(cmd.OutOrStdout(), findings)
				return errReported
			}
			if len(plan.Entries) == 0 {
				return usageError{"no text has an entry to be rehearsed", "lockstep help rehearse"}
			}
			chosen, err := entriesNamed(plan.Entries, args)
			if err != nil {
				return err
			}
			if list {
				listEntries(cmd.OutOrStdout(), chosen)
				return nil
			}
			if out != "" && len(args) > 0 {
				return usageError{"--out records all entries: leave out " + strings.Join(args, " "), "lockstep rehearse --out " + out}
			}
			if !realProcesses {
				return errors.New("a rehearsal pastes into a shell of a unix system: run it there or in WSL")
			}
			return rehearse(cmd, dir, out, plan, chosen)
		},
		ValidArgsFunction: func(_ *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			plan, _, _ := build.Rehearsals(dir)
			for _, e := range plan.Entries {
				names = append(names, e.Name())
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&out, "out", "", "file for the evidence, as JSON")
	cmd.AddCommand(newRehearseUpgradeCommand())
	cmd.Flags().BoolVar(&list, "list", false, "list the entries with their causes, and carry out nothing")
	return cmd
}

// entriesNamed gives the entries that are meant by names of entries, headings or pages.
func entriesNamed(all []rehearsal.Entry, names []string) (chosen []rehearsal.Entry, err error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	meant := make([]bool, len(all))
	for _, e := range all {
		known = append(known, e.Name(), e.Page)
	}
	for _, name := range names {
		found := false
		for i, e := range all {
			if name == e.Name() || name == e.Page {
				meant[i], found = true, true
			}
		}
		if !found {
			hint := "lockstep rehearse --list"
			if near := site.Nearest(name, known); near != "" {
				hint = "lockstep rehearse " + near
			}
			return nil, usageError{fmt.Sprintf("there is no entry %q", name), hint}
		}
	}
	for i, e := range all {
		if meant[i] {
			chosen = append(chosen, e)
		}
	}
	return chosen, nil
}

func listEntries(out io.Writer, entries []rehearsal.Entry) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "ENTRY\tCAUSE\tTEXT")
	for _, e := range entries {
		cause := e.Cause
		if cause == "" {
			cause = "–"
		}
		fmt.Fprintf(w, "%s\t%s\t%s:%d\n", e.Name(), cause, e.File, e.Line)
	}
	w.Flush()
}

// rehearse carries out entries, and prints a line for each.
func rehearse(cmd *cobra.Command, dir, file string, plan rehearsal.Plan, entries []rehearsal.Entry) (err error) {
	service := newOwnCluster()
	if plan.Commands != nil {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		service = newNamedService(dir, *plan.Commands)
	}
	if err := knowCauses(service, entries); err != nil {
		return err
	}
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	evidence := rehearsalEvidence{origin: originOf(rehearsalName, byChance, time.Now()), Entries: make(map[string]map[string]rehearsed)}
	if plan.Commands != nil {
		evidence.Judges = []string{} // what of it was tried is for lockstep.yaml to say
		evidence.Commit = headOf(ctx, dir)
	}
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name()))
	}
	defer func() { err = errors.Join(err, service.stop()) }()
	failed, fresh := 0, false
	for i, e := range entries {
		took, wrong := rehearsed{}, error(nil)
		if !fresh {
			if wrong = service.start(ctx); wrong != nil && ctx.Err() == nil {
				return fmt.Errorf("the service does not start: %w", wrong)
			}
			fresh = true
		}
		if wrong == nil {
			took, wrong = (&entryRun{stage: service, entry: e}).carryOut(ctx)
		}
		if ctx.Err() != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "left undone: %s\n", strings.Join(namesOf(entries[i:]), ", "))
			return ctx.Err()
		}
		if wrong != nil {
			failed++
			fmt.Fprintf(out, "%-*s   failed\n%v\n", width, e.Name(), wrong)
			if err := service.stop(); err != nil {
				return err
			}
			fresh = false
			continue
		}
		evidence.add(e, plan.Commands, took)
		fmt.Fprintf(out, "%-*s   seen %4.1f s   mitigated %4.1f s   over %4.1f s\n", width, e.Name(), took.Seen, took.Mitigated, took.Over)
	}
	if failed > 0 {
		fmt.Fprintf(out, "%d of %d entries failed\n", failed, len(entries))
		return errReported
	}
	if file != "" {
		return writeJSON(file, evidence)
	}
	return nil
}

func namesOf(entries []rehearsal.Entry) (names []string) {
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// knowCauses refuses entries whose cause nobody can bring about, before anything starts.
func knowCauses(s stage, entries []rehearsal.Entry) error {
	known := s.causes()
	for _, e := range entries {
		if e.Cause != "" && !slices.Contains(known, e.Cause) {
			return fmt.Errorf("%s:%d: nothing brings the cause %q about; there are %s, and causes under rehearse: in lockstep.yaml are others", e.File, e.Line, e.Cause, strings.Join(known, ", "))
		}
	}
	return nil
}

// rehearsalEvidence is what was carried out, by page and entry.
type rehearsalEvidence struct {
	origin
	Entries map[string]map[string]rehearsed `json:"entries"`
}

func (r *rehearsalEvidence) add(e rehearsal.Entry, commands *rehearsal.Commands, took rehearsed) {
	if r.Entries[e.Page] == nil {
		r.Entries[e.Page] = make(map[string]rehearsed)
	}
	took.Commands = e.Digest(commands)
	r.Entries[e.Page][e.ID] = took
}

// headOf is the commit that is checked out in a folder, as commit gives that of this
// program.
func headOf(ctx context.Context, dir string) string {
	head, err := git.Run(ctx, dir, "rev-parse", "HEAD")
	if err != nil {
		return "unknown"
	}
	hash := strings.TrimSpace(string(head))
	if changed, err := git.Run(ctx, dir, "status", "--porcelain", "-uno"); err != nil || len(changed) > 0 {
		return hash + "-dirty"
	}
	return hash
}
