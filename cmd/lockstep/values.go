package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/torture"
	"lockstep/site/review/access"
)

// valuesOf are the words that a flag takes, by its name, which a shell completes.
var valuesOf = map[string]func() []string{
	"ci":                forgeNames,
	"faults":            func() []string { return tortureFaults },
	"family":            func() []string { return []string{string(torture.Leaders), string(torture.Disks)} },
	"format":            func() []string { return strings.Split(formatNames, ", ") },
	"lane":              func() []string { return []string{node.LaneQuorum, node.LaneLeader, node.LaneClock} },
	"log-store":         func() []string { return []string{string(storage.Bolt), string(storage.WAL)} },
	"mode":              func() []string { return slices.Sorted(maps.Keys(benchModes)) },
	"only":              measurable,
	"review-oidc-role":  roleNames,
	"review-proxy-role": roleNames,
	"reviews":           func() []string { return []string{"on", "off"} },
	"role":              roleNames,
}

func roleNames() (names []string) {
	for _, role := range []access.Role{access.Reader, access.Commenter, access.Reviewer, access.Maintainer} {
		names = append(names, role.String())
	}
	return names
}

// measurable are the stories, and what else lockstep measure records.
func measurable() (names []string) {
	for _, s := range scenarios.All() {
		names = append(names, s.Name)
	}
	return append(names, "failover", "sizes")
}

// completeValues tells the shell what the flags of a tree of commands take.
func completeValues(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if values := valuesOf[f.Name]; values != nil {
			cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values(), cobra.ShellCompDirectiveNoFileComp))
		} else if f.Name == "dir" || strings.HasPrefix(f.Usage, "folder ") {
			cmd.MarkFlagDirname(f.Name)
		}
	})
	for _, verb := range cmd.Commands() {
		completeValues(verb)
	}
}
