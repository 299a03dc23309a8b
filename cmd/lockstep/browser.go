package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// errNoBrowser says how to mend that there is none.
var errNoBrowser = errors.New("no Chromium found: install it (Debian: apt-get install chromium) or name one in LOCKSTEP_BROWSER")

// findBrowser finds a Chromium.
func findBrowser() (string, error) {
	if named := os.Getenv("LOCKSTEP_BROWSER"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("LOCKSTEP_BROWSER: %w", err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

// printLimit bounds one printing. A design of some hundred sheets takes seconds.
const printLimit = 5 * time.Minute

// printWith gives what prints by a browser: without its user's settings, and
// with nothing left of it when it ends or is stopped.
func printWith(browser string) func(ctx context.Context, address string) ([]byte, error) {
	return func(ctx context.Context, address string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, printLimit)
		defer cancel()
		dir, err := os.MkdirTemp("", "lockstep-print-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		to := filepath.Join(dir, "printed.pdf")
		args := []string{"--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-component-update", "--disable-extensions",
			"--user-data-dir=" + filepath.Join(dir, "profile"), "--virtual-time-budget=10000",
			"--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf=" + to}
		if os.Geteuid() == 0 {
			args = append(args, "--no-sandbox") // which it cannot have as root
		}
		var said bytes.Buffer
		cmd := exec.CommandContext(ctx, browser, append(args, address)...)
		cmd.Stderr = &said
		cmd.WaitDelay = 5 * time.Second
		endWithChildren(cmd)
		err = cmd.Run()
		if ctx.Err() != nil {
			return nil, cmp.Or(context.Cause(ctx), ctx.Err())
		}
		data, missing := os.ReadFile(to)
		if err != nil || missing != nil {
			return nil, fmt.Errorf("%s printed nothing (%w); it said: %s", browser, errors.Join(err, missing), strings.TrimSpace(said.String()))
		}
		return data, nil
	}
}
