package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// printTable prints the medians and, for each row, how many times better it is
// than JetStream with SyncAlways and than etcd.
func printTable(out io.Writer, r *results) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	width := 0
	for _, row := range r.rows {
		width = max(width, len(row.name))
	}
	line := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }
	left := func(name string) string { return fmt.Sprintf("%-*s", width, name) }
	for _, name := range loadNames() {
		rows := r.under(name)
		if len(rows) == 0 {
			continue
		}
		if name == failoverLoad {
			line(left(name), "kills", "p50 ms", "max ms", "x "+jetStreamSynced, "x "+etcdName)
		} else {
			line(left(name), "1/s", "p50 ms", "p99 ms", "x "+jetStreamSynced, "x "+etcdName)
		}
		for _, row := range rows {
			f := summarize(row.rounds)
			amount, tail := fmt.Sprintf("%.0f", f.Rate), f.P99
			if f.Kills > 0 {
				amount, tail = fmt.Sprint(f.Kills), f.Max
			}
			line(left(row.name), amount, inMS(f.P50), inMS(tail), r.times(row, jetStreamSynced), r.times(row, etcdName))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func (r *results) times(of *row, peer string) string {
	ratio, ok := r.ratio(of, peer)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.2f", ratio)
}

// describe says what one round found.
func describe(load, way string, s sample) string {
	if len(s.Windows) > 0 {
		return fmt.Sprintf("%s, windows %v", load, s.Windows)
	}
	return fmt.Sprintf("%s, %.0f/s, p50 %s ms, p99 %s ms", rowName(load, way), s.Rate, inMS(s.P50), inMS(s.P99))
}

// ms is a time in milliseconds, to the microsecond.
func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

func inMS(d time.Duration) string { return fmt.Sprintf("%.2f", ms(d)) }
