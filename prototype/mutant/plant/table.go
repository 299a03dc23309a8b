package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// table counts the fates, by package.
type table map[string]*[fates]int

func (t *table) add(dir string, f fate) {
	if *t == nil {
		*t = make(table)
	}
	if (*t)[dir] == nil {
		(*t)[dir] = new([fates]int)
	}
	(*t)[dir][f]++
}

// judge writes the table, and gives an error if more than most percent of those
// that compiled have survived.
func (t table) judge(out io.Writer, most float64) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "planted\tkilled\tof these timed out\tsurvived\tnot viable\t\tpackage")
	var total [fates]int
	row := func(name string, c [fates]int) {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t\t%s\n", c[killed]+c[timedOut]+c[survived]+c[notViable], c[killed]+c[timedOut], c[timedOut], c[survived], c[notViable], name)
	}
	for _, dir := range slices.Sorted(maps.Keys(t)) {
		for f, n := range t[dir] {
			total[f] += n
		}
		row(dir, *t[dir])
	}
	row("all", total)
	if err := w.Flush(); err != nil {
		return err
	}
	viable := total[killed] + total[timedOut] + total[survived]
	if viable == 0 {
		return fmt.Errorf("no bug compiled")
	}
	share := 100 * float64(total[survived]) / float64(viable)
	fmt.Fprintf(out, "%.1f %% of %d survived; %g %% may\n", share, viable, most)
	if share > most {
		return fmt.Errorf("%.1f %% survived, more than %g %%: write the tests that would have found them", share, most)
	}
	return nil
}
