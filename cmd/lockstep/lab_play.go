package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	labrun "lockstep/site/run"
)

const (
	largestSavedRun = 64 << 10 // bytes; an address of a run has at most 20,000 letters
	mostSeeds       = 10_000
)

func newLabPlayCommand() *cobra.Command {
	var seeds, bug string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "play RUN",
		Short: "Play a run of the laboratory again, once or with many seeds",
		Long: `Repeats a run of the laboratory's page, to the last byte, and says what became of it:
what members see at its moment, and how the exact judge finds each lane once a story
has ended. RUN is an address that ends in #run=…, a file that the page has saved, or -
for either on standard input. Node plays the program that readers have. A saved run
that comes out as another one than was saved is an error.

A run can have one of the deliberate bugs of lockstep lab bugs switched on, by its
address or by --bug. Its end then says what the exact judge found in the lane quorum.

With --seeds the same actions are played with each seed, and lanes are compared by how
many runs broke them, and by how much.`,
		Example: `  lockstep lab play lockstep-run.json
  lockstep lab play 'http://127.0.0.1:8000/lab/#run=WzEsOTIwMCxbXV0'
  lockstep lab play lockstep-run.json --seeds 1-100
  lockstep lab play lockstep-run.json --bug no-dedupe
  lockstep lab play lockstep-run.json --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			saved, err := savedRun(args[0], cmd.InOrStdin())
			if err != nil {
				return usageError{err.Error(), "lockstep lab play --help"}
			}
			if bug != "" {
				if err := playable().CheckBug(bug); err != nil {
					return usageError{"--bug switches on " + err.Error(), "lockstep lab bugs"}
				}
				if saved, err = withBug(saved, bug); err != nil {
					return usageError{err.Error(), "lockstep lab play --help"}
				}
			}
			first, last, err := seedsOf(seeds)
			if err != nil {
				return usageError{err.Error(), "lockstep lab play --help"}
			}
			runs, err := again(saved, first, last, seeds != "")
			if err != nil {
				return usageError{err.Error(), ""}
			}
			bar, done := newProgress(cmd.ErrOrStderr()), 0
			err = playRuns(cmd.Context(), runs, seeds == "", func(*playedRun) {
				done++
				bar.show("play", done, len(runs))
			})
			bar.clear()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			switch {
			case asJSON:
				err = tellRunsAsJSON(out, runs)
			case seeds != "":
				tellRuns(out, runs)
			default:
				tellRun(out, runs[0])
			}
			if got := runs[0].Traces[0]; err == nil && seeds == "" && saved.Trace != "" && got != saved.Trace {
				fmt.Fprintf(cmd.ErrOrStderr(), "this is another run than was saved: its trace is %s, and was %s. The program or the file has changed since.\n", got, saved.Trace)
				return errReported
			}
			return err
		},
	}
	cmd.Flags().StringVar(&seeds, "seeds", "", "play it with each of these seeds, as 1-100, and compare the lanes")
	cmd.Flags().StringVar(&bug, "bug", "", "switch this deliberate bug on, whatever the run says; lockstep lab bugs lists them")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what became of each run as JSON")
	return cmd
}

// savedRun reads what names a run: an address, a file, or "-".
func savedRun(name string, stdin io.Reader) (s labrun.Saved, err error) {
	text := []byte(name)
	switch {
	case name == "-":
		text, err = io.ReadAll(io.LimitReader(stdin, largestSavedRun+1))
	case !strings.Contains(name, labrun.Scheme) || isFile(name):
		var file *os.File
		if file, err = os.Open(name); err == nil {
			defer file.Close()
			text, err = io.ReadAll(io.LimitReader(file, largestSavedRun+1))
		}
	}
	if err != nil {
		return s, err
	}
	if len(text) > largestSavedRun {
		return s, fmt.Errorf("%s has more than %d bytes: no run has", name, largestSavedRun)
	}
	if s, err = labrun.ReadSaved(text); err != nil {
		return s, fmt.Errorf("%.80s: %w", name, err)
	}
	return s, labrun.CheckFragment(s.Run, playable())
}

// withBug is the run with a bug switched on. It is another one than was saved, and so has
// no trace to be held against.
func withBug(saved labrun.Saved, bug string) (labrun.Saved, error) {
	r, err := labrun.ReadFragment(saved.Run)
	if r.Bug != bug {
		r.Bug = bug
		saved = labrun.Saved{Format: saved.Format, Run: r.Fragment()}
	}
	return saved, err
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// seedsOf reads "1-100"; 0 and 0 are those of the run.
func seedsOf(text string) (first, last int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	from, to, several := strings.Cut(text, "-")
	if !several {
		to = from
	}
	first, wrong := strconv.Atoi(from)
	last, wrongToo := strconv.Atoi(to)
	if wrong != nil || wrongToo != nil || first < 1 || last < first || last > math.MaxInt32 || last-first >= mostSeeds {
		return 0, 0, fmt.Errorf("--seeds %s: write one seed, or the first and the last of up to %d, as 1-100", text, mostSeeds)
	}
	return first, last, nil
}

// again are the runs that are asked for: with the seed that was saved, or with each seed
// from the first to the last.
func again(saved labrun.Saved, first, last int, seeds bool) (runs []*playedRun, err error) {
	r, err := labrun.ReadFragment(saved.Run)
	if err != nil {
		return nil, err
	}
	if !seeds {
		first, last = r.Seed, r.Seed
	}
	_, story, limit := lastStory(r.Actions)
	if limit == 0 && seeds {
		return nil, errors.New("the run plays no story, so there is no verdict that seeds could be compared by: play one on the laboratory's page, and save that")
	}
	for seed := first; seed <= last; seed++ {
		runs = append(runs, &playedRun{Name: fmt.Sprint("seed ", seed), Seed: seed, Actions: r.Actions, Bug: r.Bug, Moments: []time.Duration{r.At}, Limit: max(limit, r.At), Story: story, Judged: true})
	}
	return runs, nil
}

// lastStory is the one that begins last in a run: its title, when it begins, and when it
// has its verdict at the latest, 0 without a story.
func lastStory(actions []labrun.Action) (title string, at, limit time.Duration) {
	for _, a := range actions {
		if s, ok := playable().Scenario(a.Scenario); ok && a.Verb == "play" {
			title, at, limit = s.Title, a.At, a.At+s.Lasts+labPatience
		}
	}
	return title, at, limit
}

// tellRun says what became of one run.
func tellRun(out io.Writer, r *playedRun) {
	fmt.Fprintf(out, "seed %d\n", r.Seed)
	if r.Bug != "" {
		fmt.Fprintf(out, "with a deliberate bug, %s: %s\n", r.Bug, playable().Words(r.Bug))
	}
	for _, a := range r.Actions {
		words := strings.Join(slices.DeleteFunc([]string{a.Verb, a.Scenario, a.Node, a.Rate}, func(s string) bool { return s == "" }), " ")
		fmt.Fprintf(out, "%8.1f s  %s\n", a.At.Seconds(), words)
	}
	fmt.Fprintf(out, "\nwhat members see at %.1f s (trace %s)\n", r.Moments[0].Seconds(), r.Traces[0])
	for _, l := range r.Stills[0].Lanes {
		for _, c := range l.Chats {
			var lines []string
			for _, line := range c.Lines {
				text, _ := lineOf(line).MarshalText() // it has no error
				lines = append(lines, string(text))
			}
			where := c.Node
			if !c.Fresh {
				where += ", as it last answered"
			}
			fmt.Fprintf(out, "  %s at %s: %s\n", l.Lane, where, cmp.Or(strings.Join(lines, " | "), "nothing"))
		}
	}
	switch {
	case r.Story == 0:
		fmt.Fprintln(out, "\nNo story is played, so the exact judge does not count.")
		return
	case !r.judged():
		fmt.Fprintf(out, "\nThe exact judge has no verdict: %s\n", cmp.Or(r.End.Says, "the story did not end"))
		return
	}
	fmt.Fprintf(out, "\nat the end (trace %s): %s\n", r.Trace, r.End.Says)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "lane\tacknowledged\tlost\tmoved\tdoubled\t")
	for _, l := range r.End.Lanes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t\n", l.Lane, l.Acknowledged, l.Lost, l.Moved, l.Doubled)
	}
	w.Flush()
	if r.Bug == "" {
		return
	}
	if c := r.caught(); c.Promise != "" {
		fmt.Fprintf(out, "\nThe judge caught the bug: quorum, %s: %s\n", c.Promise, c.Proof)
	} else {
		fmt.Fprintln(out, "\nThe judge found no promise of quorum broken: this run does not show the bug.")
	}
}

// tellRuns compares the lanes over the runs that were judged.
func tellRuns(out io.Writer, runs []*playedRun) {
	fmt.Fprintf(out, "%d runs, seeds %d to %d\n", len(runs), runs[0].Seed, runs[len(runs)-1].Seed)
	judged := slices.DeleteFunc(slices.Clone(runs), func(r *playedRun) bool { return !r.judged() })
	if n := len(runs) - len(judged); n > 0 {
		fmt.Fprintf(out, "%d of them have no verdict of the exact judge and are left out below\n", n)
	}
	if len(judged) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "lane\tkept all\tlost: median\tp90\tmost\tmoved: median\tp90\tmost\tdoubled: most\t")
	for _, l := range judged[0].End.Lanes {
		kept := 0
		var lost, moved, doubled []int
		for _, r := range judged {
			v := r.result().Lanes[string(l.Lane)]
			if v.Kept() {
				kept++
			}
			lost, moved, doubled = append(lost, v.Lost), append(moved, v.Moved), append(doubled, v.Doubled)
		}
		for _, counts := range [][]int{lost, moved, doubled} {
			slices.Sort(counts)
		}
		at := func(counts []int, share float64) int { return counts[int(share*float64(len(counts)-1)+0.5)] }
		fmt.Fprintf(w, "%s\t%d of %d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Lane, kept, len(judged),
			at(lost, 0.5), at(lost, 0.9), at(lost, 1), at(moved, 0.5), at(moved, 0.9), at(moved, 1), at(doubled, 1))
	}
	w.Flush()
}

func tellRunsAsJSON(out io.Writer, runs []*playedRun) error {
	results := make([]labrun.Result, len(runs))
	for i, r := range runs {
		results[i] = r.result()
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(results)
}
