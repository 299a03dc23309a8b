package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// configurable lets the flags of a verb that runs for long be set elsewhere as well. One
// order holds for all of them: the command line, then the environment, then the file,
// then the default.
func configurable(cmd *cobra.Command) {
	var file string
	var show bool
	cmd.Flags().StringVar(&file, "config", "", "YAML file with flags by their names: id: n1 (default: "+variable(cmd, "config")+")")
	cmd.Flags().BoolVar(&show, "print-config", false, "print what holds for each flag and where it is from, and end")
	cmd.Long += fmt.Sprintf(`

A flag that the command line leaves out is taken from the environment, as
%s for --%s, then from the file of --config.`, variable(cmd, example(cmd)), example(cmd))
	work := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		from, err := settle(cmd)
		if err != nil {
			return err
		}
		if show {
			printSettings(cmd, from)
			return nil
		}
		return work(cmd, args)
	}
}

// own are flags that only the command line sets.
var own = []string{"print-config", "help"}

// example is the first flag of a verb with an ordinary name.
func example(cmd *cobra.Command) (name string) {
	for _, preferred := range []string{"data", "target", "addr"} {
		if cmd.Flags().Lookup(preferred) != nil {
			return preferred
		}
	}
	return "config"
}

// variable is the environment's name for a flag: LOCKSTEP_NODE_TLS_CERT.
func variable(cmd *cobra.Command, flag string) string {
	return strings.ToUpper(strings.ReplaceAll("lockstep_"+cmd.Name()+"_"+flag, "-", "_"))
}

// settle sets the flags that the command line has left out, and says where each is from.
func settle(cmd *cobra.Command) (from map[string]string, err error) {
	from = make(map[string]string)
	var flags []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(own, f.Name) {
			flags = append(flags, f)
			if from[f.Name] = "default"; f.Changed {
				from[f.Name] = "command line"
			}
		}
	})
	set := func(f *pflag.Flag, value, source string) error {
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			return usageError{fmt.Sprintf("%s: %q is no value of --%s: %v", source, value, f.Name, err), cmd.CommandPath() + " --help"}
		}
		from[f.Name] = source
		return nil
	}
	for _, f := range flags {
		if value, ok := os.LookupEnv(variable(cmd, f.Name)); ok && from[f.Name] == "default" {
			if err := set(f, value, variable(cmd, f.Name)); err != nil {
				return nil, err
			}
		}
	}
	file := cmd.Flags().Lookup("config").Value.String()
	if file == "" {
		return from, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{"--config: " + err.Error(), cmd.CommandPath() + " --help"}
	}
	members, wrong := yamlfile.Read(data)
	if wrong != nil {
		return nil, usageError{fmt.Sprintf("%s:%d: %v; write a flag a line, as data: /var/lib/lockstep", file, wrong.Line, wrong), ""}
	}
	for _, m := range members {
		place := fmt.Sprintf("%s:%d", file, m.Line)
		i := slices.IndexFunc(flags, func(f *pflag.Flag) bool { return f.Name == m.Key && f.Name != "config" })
		switch {
		case i < 0:
			hint := cmd.CommandPath() + " --help"
			var names []string
			for _, f := range flags {
				names = append(names, f.Name)
			}
			if near := site.Nearest(m.Key, names); near != "" {
				hint = near + ": " + m.Text
			}
			return nil, usageError{fmt.Sprintf("%s: %s has no flag --%s", place, cmd.CommandPath(), m.Key), hint}
		case m.IsMap:
			return nil, usageError{fmt.Sprintf("%s: %s is a text, and several values are joined by commas", place, m.Key), ""}
		case from[m.Key] == "default":
			if err := set(flags[i], m.Text, place); err != nil {
				return nil, err
			}
		}
	}
	return from, nil
}

// printSettings writes what holds as a file that --config reads.
func printSettings(cmd *cobra.Command, from map[string]string) {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if from[f.Name] == "" || f.Name == "config" || f.Hidden {
			return
		}
		value := f.Value.String()
		if list, ok := f.Value.(pflag.SliceValue); ok {
			value = strings.Join(list.GetSlice(), ",")
		}
		fmt.Fprintf(w, "%s: '%s'\t# %s\n", f.Name, strings.ReplaceAll(value, "'", "''"), from[f.Name])
	})
	w.Flush()
}
