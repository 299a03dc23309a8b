package main

import (
	"cmp"
	"errors"
	"fmt"
	"image/gif"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/diagram"
	labrun "lockstep/site/run"
	"lockstep/site/run/film"
)

// longestFilm bounds what is held in memory, some hundred frames.
const longestFilm = time.Minute

// latestFilm bounds how long a run is computed: what the page follows, and a second.
const latestFilm = time.Hour + time.Second

func newLabFilmCommand() *cobra.Command {
	var out string
	var lanes []string
	var from, to time.Duration
	cmd := &cobra.Command{
		Use:   "film RUN --out FILE.gif",
		Short: "Make an animated picture of a run, for a talk",
		Long: `Plays a run of the laboratory's page again and draws what members see in some lanes,
frame by frame, as an animated GIF that needs no network, no script and no page. RUN is
an address that ends in #run=…, a file that the page has saved, or - for either on
standard input. Without --from and --to the film is the five seconds up to the moment
of the run, and one more. A last line names seed and trace, so that whoever sees the
film can repeat it.`,
		Example: `  lockstep lab film lockstep-run.json --out cut-off.gif
  lockstep lab film lockstep-run.json --out cut-off.gif --from 4s --to 14s
  lockstep lab film lockstep-run.json --out lazy.gif --lanes quorum,lazy`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrong := func(format string, args ...any) error {
				return usageError{fmt.Sprintf(format, args...), "lockstep lab film --help"}
			}
			saved, err := savedRun(args[0], cmd.InOrStdin())
			if err != nil {
				return wrong("%v", err)
			}
			asked, err := labrun.ReadFragment(saved.Run)
			if err != nil {
				return wrong("%v", err)
			}
			for _, lane := range lanes {
				if !slices.Contains(playable().Lanes, lane) {
					return wrong("there is no lane %q; there are %s", lane, strings.Join(playable().Lanes, ", "))
				}
			}
			if to == 0 {
				to = asked.At + time.Second
			}
			if from == 0 {
				from = max(to-6*time.Second, 0)
			}
			switch {
			case out == "":
				return wrong("--out names no file for the film")
			case from < 0 || to <= from || to-from > longestFilm || to > latestFilm:
				return wrong("from %s to %s: a film has up to %s, ends after it begins, and within %s of the run", from, to, longestFilm, latestFilm)
			}
			r := &playedRun{Name: "the run", Seed: asked.Seed, Actions: asked.Actions, Bug: asked.Bug, Moments: []time.Duration{to}, Limit: to, Film: []int64{from.Milliseconds(), to.Milliseconds()}}
			if err := playRuns(cmd.Context(), []*playedRun{r}, false, nil); err != nil {
				return err
			}
			words := film.Words{Title: "A run of the laboratory", Below: fmt.Sprintf("seed %d, trace %s at %.1f s", asked.Seed, r.Traces[0], to.Seconds())}
			if asked.Bug != "" {
				words.Below = "with the bug " + asked.Bug + ", " + words.Below
			}
			if title, _, _ := lastStory(asked.Actions); title != "" {
				words.Title = title
			}
			if err := writeFilm(out, words, r.Frames, lanes); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d frames in %s\n", len(r.Frames), out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file for the film")
	cmd.Flags().StringSliceVar(&lanes, "lanes", []string{"quorum", "leader"}, "lanes to show, with commas")
	cmd.Flags().DurationVar(&from, "from", 0, "where the film begins, from the beginning of the run")
	cmd.Flags().DurationVar(&to, "to", 0, "where it ends")
	return cmd
}

// shownFrame is a frame as the page of the laboratory shows it.
type shownFrame struct {
	At   int64  `json:"at"` // milliseconds
	HTML string `json:"html"`
}

func writeFilm(name string, words film.Words, shown []shownFrame, lanes []string) error {
	var frames []film.Frame
	for _, f := range shown {
		frame, err := film.Read(f.HTML, time.Duration(f.At)*time.Millisecond, lanes)
		if err != nil {
			return err
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		return errors.New("the run shows nothing in that time")
	}
	regular, bold := diagram.Fonts()
	moving, err := film.Draw(words, frames, regular, bold)
	if err != nil {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	err = gif.EncodeAll(file, moving)
	return cmp.Or(err, file.Close())
}
