package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is what the program was built from.
type version struct {
	Version  string `json:"version"` // of the module, "(devel)" when it was built from a folder
	Commit   string `json:"commit"`  // "unknown" without a repository
	Modified bool   `json:"modified"`
	Time     string `json:"time"` // of the commit, RFC 3339
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func builtFrom() version {
	v := version{Version: "(devel)", Commit: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v version) print(w io.Writer) {
	commit := v.Commit
	if v.Modified {
		commit += ", with changes that are not in it"
	}
	if v.Time != "" {
		commit += ", of " + v.Time
	}
	fmt.Fprintf(w, "lockstep %s\ncommit   %s\nbuilt    %s, %s\n", v.Version, commit, v.Go, v.Platform)
}

func newVersionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say what this program was built from",
		Example: `  lockstep version
  lockstep version --json | jq -r .commit`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(cmd.OutOrStdout(), builtFrom())
			}
			builtFrom().print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}
