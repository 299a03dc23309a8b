package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lockstep/durable"
	"lockstep/site/build"
	"lockstep/site/slo"
)

func newSLOCommand() *cobra.Command {
	var dir, file, out string
	var faster int64
	cmd := &cobra.Command{
		Use:   "slo [rules|dashboard|openslo]",
		Short: "Make alerts, their tests and a dashboard from the objectives",
		Long: `Reads the file of objectives that slo: in lockstep.yaml names, and lists the alerts
that follow from it. With a word it prints one thing:

  rules       recording and alerting rules for Prometheus
  dashboard   a dashboard for Grafana
  openslo     the objectives as OpenSLO

With --out it writes all of them into a folder, the rules a file an objective, and
tests of these rules for promtool. Where lockstep.yaml says at which url the site is
published, alerts link to their runbooks there. lockstep help objectives says what
stands in the file.`,
		Example: `  lockstep slo
  lockstep slo rules > rules.yaml && promtool check rules rules.yaml
  lockstep slo --out slo/ && promtool test rules slo/tests-*.yaml
  lockstep slo rules --faster 60        # a rehearsal: an hour takes a minute`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := objectives(cmd, dir, file)
			if err != nil {
				return err
			}
			if faster < 1 || faster > 3600 {
				return usageError{"--faster is between 1 and 3600", "lockstep slo rules --faster 60"}
			}
			if faster > 1 {
				d = d.Faster(faster)
			}
			switch {
			case out != "" && len(args) == 0:
				return writeObjectives(cmd, out, d.Files())
			case out != "":
				return usageError{"--out writes everything: leave out " + args[0], "lockstep slo --out " + out}
			case len(args) == 0:
				printAlerts(cmd, d)
				return nil
			}
			return printObjectives(cmd, args[0], d)
		},
		ValidArgs: []string{"rules", "dashboard", "openslo"},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&file, "file", "", "the file of objectives, below it (default: what lockstep.yaml names)")
	cmd.Flags().StringVar(&out, "out", "", "folder to write everything to")
	cmd.Flags().Int64Var(&faster, "faster", 1, "divide all windows by this: for rehearsals")
	return cmd
}

// objectives reads the definition and prints what is wrong with it. One that has
// something wrong makes nothing: a rule that is left out wakes nobody.
func objectives(cmd *cobra.Command, dir, file string) (*slo.Definition, error) {
	named, url, err := build.ObjectivesFile(dir)
	if err != nil {
		return nil, err
	}
	file = cmp.Or(file, named)
	if file == "" {
		return nil, errors.New("no file of objectives is named: write slo: docs/slo.yaml into " + build.ConfigName + ", or give --file; lockstep help objectives shows one")
	}
	d, _, findings := slo.Read(os.DirFS(dir), filepath.ToSlash(filepath.Clean(file)))
	for _, f := range findings {
		fmt.Fprintln(cmd.ErrOrStderr(), f)
	}
	if len(findings) > 0 {
		return nil, errReported
	}
	if url == "" || file != named {
		return d, nil
	}
	tree, err := loadTree(dir) // which knows the addresses of runbooks
	if err != nil {
		return nil, err
	}
	return tree.Objectives(), nil
}

func printObjectives(cmd *cobra.Command, what string, d *slo.Definition) error {
	data := map[string][]byte{"rules": d.Rules(), "dashboard": d.Dashboard(), "openslo": d.OpenSLO()}[what]
	if data != nil {
		_, err := cmd.OutOrStdout().Write(data)
		return err
	}
	return usageError{fmt.Sprintf("%q is nothing that is made from objectives", what), "lockstep slo --help"}
}

func writeObjectives(cmd *cobra.Command, out string, files map[string][]byte) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := durable.WriteFile(filepath.Join(out, name), files[name], 0o644); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), filepath.Join(out, name))
	}
	return nil
}

func printAlerts(cmd *cobra.Command, d *slo.Definition) {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ALERT\tTOLD AS\tOBJECTIVE\tFIRES WHEN")
	for _, a := range d.Alerts() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Name, a.Severity, a.Objective+", "+a.Indicator, a.Fires)
	}
	w.Flush()
	var without []string
	for _, o := range d.Objectives {
		if len(o.Indicators) == 0 {
			without = append(without, o.ID+" ("+o.Why+")")
		}
	}
	if len(without) > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "\nWithout a rule: %s\n", strings.Join(without, "; "))
	}
}
