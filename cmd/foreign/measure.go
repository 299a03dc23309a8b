package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"lockstep/site"
)

// row is how the build of one repository went.
type row struct {
	Repository string `json:"repository"` // owner/name
	Commit     string `json:"commit"`
	Files      int    `json:"files"` // Markdown files below its root
	Pages      int    `json:"pages"` // of them, those that are pages
	// NotRead says how many are none, by reason.
	NotRead   map[string]int `json:"notRead,omitempty"`
	Findings  int            `json:"findings"`
	Right     int            `json:"right"` // of them, those that were judged right
	Wrong     int            `json:"wrong"`
	Seconds   float64        `json:"seconds"`
	Processor float64        `json:"processor"` // seconds of it, on all cores together
	Memory    int            `json:"memory"`    // at most, in MB
}

// said is what `lockstep build --json` says, as far as it is looked at.
type said struct {
	Findings []site.Finding `json:"findings"`
	Account  *site.Account  `json:"account"`
}

// measure builds the head of a clone, in a clone of its own: what else lies in the
// folder, drawings of an earlier build among it, has no part in it.
func measure(ctx context.Context, lockstep, clone, temp string) (r row, findings []site.Finding, err error) {
	fresh, err := os.MkdirTemp(temp, filepath.Base(clone)+"-")
	if err != nil {
		return r, nil, err
	}
	defer os.RemoveAll(fresh)
	whole, err := filepath.Abs(clone)
	if err != nil {
		return r, nil, err
	}
	dir := filepath.Join(fresh, filepath.Base(clone))
	if err := command(ctx, fresh, "git", "clone", "--quiet", "--shared", whole, dir); err != nil {
		return r, nil, fmt.Errorf("clone %s: %w", clone, err)
	}
	r.Repository, r.Commit = nameOf(ctx, clone), strings.TrimSpace(output(ctx, dir, "git", "rev-parse", "--short=10", "HEAD"))
	if err := command(ctx, dir, "git", "remote", "set-url", "origin", "https://github.com/"+r.Repository); err != nil {
		return r, nil, err
	}
	cmd := exec.CommandContext(ctx, lockstep, "build", "--json", "--dir", dir, "--out", filepath.Join(fresh, "out"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err = cmd.Run()
	r.Seconds = time.Since(start).Seconds()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1 is for findings
		return r, nil, fmt.Errorf("build %s: %w: %s", r.Repository, err, lastLines(stderr.String()))
	}
	r.Processor = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.Memory = int(usage.Maxrss >> 10)
	}
	var s said
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil || s.Account == nil {
		return r, nil, fmt.Errorf("build %s: its output is not what --json promises: %w: %s", r.Repository, err, lastLines(stderr.String()))
	}
	r.Files, r.Pages, r.Findings = s.Account.Markdown, s.Account.Pages, len(s.Findings)
	r.NotRead = make(map[string]int)
	for _, f := range s.Account.Files {
		if f.Page == "" && isMarkdown(f.File) {
			r.NotRead[f.Reason]++
		}
	}
	return r, s.Findings, accounted(r.Repository, strings.Split(output(ctx, dir, "git", "ls-files", "-z"), "\x00"), s.Account)
}

// accounted holds the account against git's list of files, which was made by somebody
// else.
func accounted(repository string, files []string, account *site.Account) (err error) {
	known := make(map[string]bool)
	for _, f := range account.Files {
		known[f.File] = f.Page != "" || f.Reason != ""
	}
	for _, file := range files {
		if isMarkdown(file) && !known[file] && !inClosed(file, account.Closed) {
			err = errors.Join(err, fmt.Errorf("%s: nothing is said of %s: it is neither a page nor is there a reason", repository, file))
		}
	}
	return err
}

func inClosed(file string, closed []string) bool {
	for _, folder := range closed {
		if strings.HasPrefix(file, folder+"/") {
			return true
		}
	}
	return false
}

func isMarkdown(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".md", ".markdown", ".mdx":
		return true
	}
	return false
}

// nameOf is the owner and the name of a clone's origin.
func nameOf(ctx context.Context, clone string) string {
	url := strings.TrimSuffix(strings.TrimSpace(output(ctx, clone, "git", "remote", "get-url", "origin")), ".git")
	elements := strings.FieldsFunc(url, func(r rune) bool { return r == '/' || r == ':' })
	if len(elements) < 2 {
		return filepath.Base(clone)
	}
	return path.Join(elements[len(elements)-2:]...)
}

func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, lastLines(string(said)))
	}
	return nil
}

// output is what a command says, nothing if it fails.
func output(ctx context.Context, dir, name string, args ...string) string {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	said, _ := cmd.Output()
	return string(said)
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
