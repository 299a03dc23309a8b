package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
)

type judgeFlags struct {
	json    bool
	html    string
	windows int
	size    int
}

func newJudgeCommand() *cobra.Command {
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "judge HISTORY",
		Short: "Say whether a recorded history keeps the order contract",
		Long: `Reads a history, one JSON event a line as lockstep torture --history writes it, and
gives a verdict for each promise of the order contract: ok, violated, or unknown
where the history did not put it to the test. A violation comes with the smallest
witness that was found and with a sentence that proves it.

This judgement is exact and takes about a second for a million operations, besides
reading them. As a second opinion, --windows lets porcupine, a general checker of
linearizability, search some stretches of the history, those around witnesses
first; --html writes a page with a picture of each. HISTORY may be - for the
standard input, unless there are windows.

The exit code is 0 if the verdict is ok, 1 if it is violated and 3 if it is unknown.`,
		Example: `  lockstep judge history.jsonl
  lockstep judge history.jsonl --json | jq '.verdicts'
  lockstep judge history.jsonl --windows 20 --html pictures --window-size 200`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"judge takes one history", "lockstep judge --help"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runJudge(cmd, args[0], f) },
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print the report as JSON, with the witnesses' events")
	cmd.Flags().IntVar(&f.windows, "windows", 0, "stretches for porcupine to search (default 5 with --html)")
	cmd.Flags().StringVar(&f.html, "html", "", "folder for a picture of each of them")
	cmd.Flags().IntVar(&f.size, "window-size", 1000, "operations in a stretch, 5000 at most")
	return cmd
}

func (f *judgeFlags) validate(path string) error {
	const hint = "lockstep judge --help"
	if f.html != "" && f.windows == 0 {
		f.windows = 5
	}
	switch {
	case f.windows < 0 || f.size < 1 || f.size > 5000:
		return usageError{fmt.Sprintf("%d windows of %d operations: choose up to 5000 operations", f.windows, f.size), hint}
	case f.windows > 0 && path == "-":
		return usageError{"windows need a history in a file: it is read twice", hint}
	}
	return nil
}

func runJudge(cmd *cobra.Command, path string, f judgeFlags) error {
	if err := f.validate(path); err != nil {
		return err
	}
	report, torn, err := judgeFile(cmd.InOrStdin(), path)
	if err != nil {
		return fmt.Errorf("judge: %w", err)
	}
	verdict := report.Verdict
	var windows []judgedWindow
	if f.windows > 0 {
		if windows, err = judgeWindows(path, f, report); err != nil {
			return fmt.Errorf("judge: %w", err)
		}
		for _, w := range windows {
			if w.Verdict == check.Violated {
				verdict = check.Violated
			}
		}
	}
	if f.json {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		err = encoder.Encode(struct {
			check.Report
			Torn    bool           `json:"torn,omitempty"`
			Windows []judgedWindow `json:"windows,omitempty"`
		}{report, torn, windows})
	} else {
		err = printJudgement(cmd.OutOrStdout(), report, torn, windows)
	}
	if err != nil {
		return err
	}
	switch verdict {
	case check.OK:
		return nil
	case check.Unknown:
		return errUnknown
	}
	return errReported
}

func judgeFile(stdin io.Reader, path string) (report check.Report, torn bool, err error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return check.Report{}, false, err
		}
		defer file.Close()
		in = file
	}
	// What is read is garbage at once and what is judged is kept: collecting more
	// often costs little time and half of the memory.
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	judge := check.NewJudge()
	torn, err = history.Scan(in, func(e *history.Event) error {
		judge.Add(e)
		return nil
	})
	if err != nil {
		return check.Report{}, false, err
	}
	return judge.Report(), torn, nil
}

func printJudgement(out io.Writer, report check.Report, torn bool, windows []judgedWindow) error {
	_, err := fmt.Fprintln(out, report)
	if torn {
		_, second := fmt.Fprintln(out, "the last line of the history is torn and was left out")
		err = errors.Join(err, second)
	}
	for _, w := range windows {
		_, next := fmt.Fprintln(out, w)
		err = errors.Join(err, next)
	}
	return err
}
