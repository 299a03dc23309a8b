package main

import (
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/mutant"
	labrun "lockstep/site/run"
)

func newLabCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Runs of the laboratory: play one again, record those of texts",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLabBugsCommand(), newLabFilmCommand(), newLabPlayCommand(), newLabRecordCommand())
	return cmd
}

// playable is what texts may show of the laboratory.
func playable() *labrun.Lab {
	var l labrun.Lab
	for _, s := range scenarios.All() {
		l.Scenarios = append(l.Scenarios, labrun.Scenario{Name: s.Name, Title: s.Title, Lasts: time.Duration(s.Lasts) * time.Second})
	}
	for _, lane := range frame.Lanes {
		l.Lanes = append(l.Lanes, string(lane))
	}
	for _, m := range mutant.All {
		l.Bugs = append(l.Bugs, labrun.Bug{Name: string(m.Mutant), Words: m.Bug})
	}
	return &l
}
