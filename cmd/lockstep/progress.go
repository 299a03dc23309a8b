package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress is a bar on a terminal, and nothing in a pipe.
type progress struct {
	w    io.Writer
	on   bool
	mu   sync.Mutex
	last time.Time
	open bool
}

func newProgress(w io.Writer) *progress {
	file, ok := w.(*os.File)
	return &progress{w: w, on: ok && term.IsTerminal(int(file.Fd()))}
}

// show draws the bar, at most every 50 ms.
func (p *progress) show(stage string, done, of int) {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if done < of && time.Since(p.last) < 50*time.Millisecond {
		return
	}
	p.last, p.open = time.Now(), true
	const width = 30
	filled := width * done / max(of, 1)
	fmt.Fprintf(p.w, "\r\x1b[K%-6s %s%s %d/%d", stage, strings.Repeat("█", filled), strings.Repeat("░", width-filled), done, of)
}

// clear takes the bar away, so that what follows begins on a clean line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.open = false
	}
}
