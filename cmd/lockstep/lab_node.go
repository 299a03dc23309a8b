package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"lockstep/prototype/dashboard"
	labrun "lockstep/site/run"
	"lockstep/static"
)

//go:embed lab_node.js
var labNodeScript []byte

// labProgramFiles are what Node needs to run the laboratory as the page does, and
// labBugsProgram the program of a run with a bug.
var labProgramFiles = []string{"wasm/lab.wasm", "wasm/wasm_exec.js", "js/lab-host.js", "js/lab-verdict.js"}

const labBugsProgram = "wasm/lab-bugs.wasm"

// labPatience is how long after a story's planned end its verdict may come: replicas
// have to come to rest first. Virtual time.
const labPatience = 30 * time.Second

// playedRun is what is asked of a run and what became of it.
type playedRun struct {
	Name    string
	Seed    int
	Actions []labrun.Action
	Moments []time.Duration // of which a trace, and a picture, is wanted
	Limit   time.Duration   // when it ends, if the story has not ended before
	Story   time.Duration   // when the last one begins; 0 for none
	Bug     string          // the deliberate one that is on; "" for none
	Tried   bool            // that it fails is a result, and no error: it stands in Failed
	Judged  bool            // the last frame is wanted, with what the exact judge says there
	Film    []int64         // from when to when frames are wanted, in milliseconds; nil for none

	Trace  string            `json:"trace"`
	Traces []string          `json:"traces"` // at the moments
	Stills []dashboard.Still `json:"stills"` // at the moments, if they were asked for
	Frames []shownFrame      `json:"frames"` // of the film
	Last   []shownFrame      `json:"last"`   // where Judged asks for it
	End    dashboard.Still   `json:"end"`
	Over   bool              `json:"over"` // the last story has ended
	Failed string            `json:"-"`
}

// playRuns plays runs in the laboratory's program, and takes the pictures of their
// moments where told. The program is the one that readers get: what it does follows
// from seed and actions to the last byte.
func playRuns(ctx context.Context, runs []*playedRun, told bool, progress func(*playedRun)) error {
	node, err := exec.LookPath("node")
	if err != nil {
		return errors.New("the laboratory's program is played by Node, which is not installed: install node (Debian: nodejs)")
	}
	folder, err := os.MkdirTemp("", "lockstep-lab")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	files := labProgramFiles
	if slices.ContainsFunc(runs, func(r *playedRun) bool { return r.Bug != "" }) {
		files = append(slices.Clone(files), labBugsProgram)
	}
	for _, name := range files {
		data, err := fs.ReadFile(static.Files(), name)
		if err != nil {
			return errors.New("this program was built without the laboratory for the browser: run make build")
		}
		if err := os.WriteFile(filepath.Join(folder, path.Base(name)), data, 0o600); err != nil {
			return err
		}
	}
	script := filepath.Join(folder, "play.js")
	if err := os.WriteFile(script, labNodeScript, 0o600); err != nil {
		return err
	}
	asked := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var failed error
	next := 0
	take := func() *playedRun {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || next == len(runs) {
			return nil
		}
		next++
		return runs[next-1]
	}
	var players sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		players.Go(func() {
			for r := take(); r != nil; r = take() {
				err := r.play(ctx, node, script, folder, told)
				if err != nil && r.Tried && ctx.Err() == nil {
					r.Failed, err = err.Error(), nil
				}
				mu.Lock()
				if err != nil && failed == nil {
					failed = fmt.Errorf("play %s: %w", r.Name, err)
					stop()
				} else if err == nil && progress != nil {
					progress(r)
				}
				mu.Unlock()
			}
		})
	}
	players.Wait()
	if asked.Err() != nil {
		return asked.Err()
	}
	return failed
}

func (r *playedRun) play(ctx context.Context, node, script, folder string, told bool) error {
	type action struct {
		At       int64  `json:"at"` // nanoseconds
		Name     string `json:"name"`
		Node     string `json:"node"`
		Rate     string `json:"rate"`
		Scenario string `json:"scenario"`
	}
	ask := struct {
		Seed    int      `json:"seed"`
		Actions []action `json:"actions"`
		Moments []int64  `json:"moments"` // milliseconds
		Limit   int64    `json:"limit"`
		Story   int64    `json:"story"`
		Told    bool     `json:"told"`
		Film    []int64  `json:"film"`
		Bug     string   `json:"bug"`
		Judged  bool     `json:"judged"`
	}{Seed: r.Seed, Actions: []action{}, Moments: []int64{}, Limit: r.Limit.Milliseconds(), Story: r.Story.Milliseconds(), Told: told, Film: r.Film, Bug: r.Bug, Judged: r.Judged}
	for _, a := range r.Actions {
		ask.Actions = append(ask.Actions, action{a.At.Nanoseconds(), a.Verb, a.Node, a.Rate, a.Scenario})
	}
	for _, at := range r.Moments {
		ask.Moments = append(ask.Moments, at.Milliseconds())
	}
	text, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, node, script, folder)
	command.Stdin = bytes.NewReader(text)
	var says bytes.Buffer
	command.Stderr = &says
	out, err := command.Output()
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(says.String()), "\n")
		return fmt.Errorf("%w: %s", err, first)
	}
	if err := json.Unmarshal(out, r); err != nil {
		return fmt.Errorf("what the program told cannot be read: %w", err)
	}
	return nil
}

// judged says whether the exact judge has a verdict of the whole run.
func (r *playedRun) judged() bool {
	return r.Over && len(r.End.Lanes) > 0 && r.End.Lanes[0].Judged
}
