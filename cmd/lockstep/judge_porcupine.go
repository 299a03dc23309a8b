package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/check/linear"
	"lockstep/prototype/history"
)

// windowPatience is how long porcupine may search one window.
const windowPatience = 10 * time.Second

// judgedWindow is what porcupine says of a stretch of a history.
type judgedWindow struct {
	Lane         string        `json:"lane,omitempty"`
	Conversation string        `json:"conversation"`
	From         uint64        `json:"from"` // seqs
	To           uint64        `json:"to"`
	Operations   int           `json:"operations"`
	Verdict      check.Verdict `json:"verdict"`
	Page         string        `json:"page,omitempty"`
}

func (w judgedWindow) String() string {
	text := fmt.Sprintf("porcupine: %s, seqs %d to %d, %d operations: %s", w.Conversation, w.From, w.To, w.Operations, w.Verdict)
	if w.Page != "" {
		text += ", drawn in " + w.Page
	}
	return text
}

// judgeWindows lets porcupine search some windows of a history.
func judgeWindows(path string, f judgeFlags, report check.Report) ([]judgedWindow, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	events, _, err := history.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if f.html != "" {
		if err := os.MkdirAll(f.html, 0o755); err != nil {
			return nil, fmt.Errorf("create folder for pictures: %w", err)
		}
	}
	var list []judgedWindow
	for i, w := range choose(linear.Windows(events, f.size), f.windows, report) {
		judged := judgedWindow{Lane: w.Lane, Conversation: w.Conversation, From: w.From, To: w.To, Operations: w.Operations, Verdict: w.Check(windowPatience)}
		if f.html != "" {
			judged.Page = filepath.Join(f.html, fmt.Sprintf("window-%d-%s.html", i+1, judged.Verdict))
			if err := draw(w, judged.Page); err != nil {
				return nil, err
			}
		}
		list = append(list, judged)
	}
	return list, nil
}

// choose takes the windows around witnesses, and others evenly from the rest.
func choose(windows []*linear.Window, most int, report check.Report) []*linear.Window {
	most = min(most, len(windows))
	var chosen []int
	for _, p := range check.Properties {
		for _, e := range report.Witness[p].Events {
			i := slices.IndexFunc(windows, func(w *linear.Window) bool { return e.Seq >= w.From && e.Seq <= w.To })
			if i >= 0 && len(chosen) < most && !slices.Contains(chosen, i) {
				chosen = append(chosen, i)
			}
		}
	}
	for n, i := most, 0; len(chosen) < most; i++ {
		// i runs through the multiples of a part first, then through what is left.
		at := i * len(windows) / n
		if i >= n {
			at = i - n
		}
		if !slices.Contains(chosen, at) {
			chosen = append(chosen, at)
		}
	}
	slices.SortFunc(chosen, func(a, b int) int { return cmp.Compare(a, b) })
	list := make([]*linear.Window, len(chosen))
	for i, at := range chosen {
		list[i] = windows[at]
	}
	return list
}

func draw(w *linear.Window, path string) error {
	page, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create picture: %w", err)
	}
	if err := w.Draw(page); err != nil {
		page.Close()
		return err
	}
	if err := page.Close(); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}
