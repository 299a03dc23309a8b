package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// Blobs reads texts of old revisions. While somebody has it open, one process of git
// answers all questions.
type Blobs struct {
	mu     sync.Mutex
	users  int
	cmd    *exec.Cmd
	ask    io.WriteCloser
	answer *bufio.Reader
}

// Open keeps the process for as long as somebody needs it; call what it gives when you
// do not.
func (b *Blobs) Open(dir string) (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users++; b.users == 1 {
		b.start(dir)
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.users--; b.users == 0 {
			b.stop()
		}
	}
}

func (b *Blobs) start(dir string) {
	cmd := command(context.Background(), dir, "cat-file", "--batch")
	// A partial clone lacks texts, and would ask another host for each of them.
	cmd.Env = append(cmd.Env, "GIT_NO_LAZY_FETCH=1")
	ask, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	answer, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return
	}
	b.cmd, b.ask, b.answer = cmd, ask, bufio.NewReader(answer)
}

func (b *Blobs) stop() {
	if b.cmd != nil {
		b.ask.Close()
		io.Copy(io.Discard, b.answer)
		b.cmd.Wait()
		b.cmd = nil
	}
}

// Read gives the text of a blob. One that is larger than most bytes is an error, and
// so is one that this clone does not have.
func (b *Blobs) Read(name string, most int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd == nil {
		return nil, errors.New("read " + name + ": git does not run")
	}
	if _, err := io.WriteString(b.ask, name+"\n"); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	head, err := b.answer.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var hash, kind string
	var size int64
	if n, _ := fmt.Sscan(head, &hash, &kind, &size); n < 3 {
		return nil, fmt.Errorf("read %s: git says %q", name, strings.TrimSpace(head))
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, b.answer, min(size, most)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if _, err := io.CopyN(io.Discard, b.answer, size-min(size, most)+1); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if size > most || kind != "blob" {
		return nil, fmt.Errorf("read %s: it is a %s of %d bytes", name, kind, size)
	}
	return text.Bytes(), nil
}
