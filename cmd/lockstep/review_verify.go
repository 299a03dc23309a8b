package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lockstep/site/review/entry"
	"lockstep/site/review/signature"
	"lockstep/site/review/state"
)

func newReviewVerifyCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Prove that log and repository are whole, and say who signed what",
		Long: `Reads every event of the log, opens every text and compares it with what the
event commits to, and computes every id anew. Does the same with what the repository
has, and compares the two. Then it lists the verdicts, and the ends of blocking
threads, with what their signatures are worth:

  signed     by a key that adr/reviews/allowed_signers lists for this person
  signed by a key that does not count     it holds, and nobody lists the key
  unsigned   anybody who can write to the repository could have written it
  broken     the signature is of something else

The exit code is 1 if anything differs, is missing or was altered, if a signature is
broken, and, where the repository demands signatures, if one is missing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return verifyReviews(cmd, &f) },
	}
	f.add(cmd)
	return cmd
}

func verifyReviews(cmd *cobra.Command, f *reviewFlags) error {
	tree, err := loadTree(f.dir)
	if err != nil {
		return err
	}
	exported, problems := exportedReviews(tree, f.dir)
	printProblems(cmd, problems)
	wrong := len(problems)
	all := exported
	if _, err := os.Stat(f.store()); err == nil || len(exported.lines) == 0 && len(problems) == 0 {
		if all, err = readReviews(cmd.Context(), f); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(cmd.OutOrStdout(), "there is no log in %s; verifying what the repository has\n", f.store())
	}
	_, inRepository := byPage(exported.lines)
	names, pages := byPage(all.lines)
	unsigned := 0
	for _, name := range names {
		state, err := state.Of(pages[name])
		if err != nil {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", name, err)
			wrong++
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  #%d  head %s  %s\n", name, state.N, state.Head, compareExport(pages[name], inRepository[name]))
		for _, w := range tree.ReviewTrust().Words(state) {
			fmt.Fprintf(cmd.OutOrStdout(), "  %s by %s (%s): %s\n", w.What, oneLine(w.Who.Name, 60), oneLine(w.Who.ID, 120), w.Is())
			switch {
			case w.State == signature.Broken:
				wrong++
			case w.State == signature.Unsigned && w.Decides:
				unsigned++
			}
			if w.State != signature.Signed && w.State != signature.Broken && w.Decides && tree.ReviewTrust().Demanded {
				wrong++
			}
		}
	}
	switch {
	case wrong > 0:
		fmt.Fprintf(cmd.OutOrStdout(), "not verified: %d of what stands above is wrong\n", wrong)
		return errReported
	case unsigned > 0:
		fmt.Fprintf(cmd.OutOrStdout(), "whole, and not verified: %d pages, %d events; nobody signed %d of what was decided\n", len(names), len(all.lines), unsigned)
		return nil
	}
	fmt.Fprintf(cmd.OutOrStdout(), "verified: %d pages, %d events\n", len(names), len(all.lines))
	return nil
}

// compareExport says how an export stands to the log.
func compareExport(log, exported []entry.Line) string {
	if len(exported) == 0 {
		return "not exported"
	}
	here, there := make(map[string]bool), make(map[string]bool)
	for _, l := range log {
		here[l.ID()] = true
	}
	ahead, behind := 0, 0
	for _, l := range exported {
		there[l.ID()] = true
		if !here[l.ID()] {
			ahead++
		}
	}
	for id := range here {
		if !there[id] {
			behind++
		}
	}
	switch {
	case ahead > 0 && behind > 0:
		return fmt.Sprintf("the repository has %d events more, and %d are not exported: import, then export", ahead, behind)
	case ahead > 0:
		return fmt.Sprintf("the repository is %d events ahead: import them", ahead)
	case behind > 0:
		return fmt.Sprintf("%d events are not exported", behind)
	}
	return "exported"
}
