package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// interruptPatience is how long a command may take to end when it is interrupted.
const interruptPatience = 2 * time.Second

// terminal is a shell that lines are pasted into, one after the other: variables,
// functions and the folder last from one to the next. The shell is interactive, since an
// interrupt or a mistake then ends a line and not the shell, as for a person.
type terminal struct {
	at      *pasting
	process *os.Process
	input   io.WriteCloser
	said    *transcript
	ended   chan struct{} // closed when the shell has ended; its exit code is then known
	code    int
	number  int
	set     map[string]string // of the place where the last line was pasted
}

// open starts a shell. What it leaves running is ended by end.
func (p *pasting) open(ctx context.Context, shell string) (*terminal, error) {
	args := []string{"-i"}
	if shell == "bash" {
		args = []string{"--norc", "-i"} // the lines must do without what one person's files set
	}
	cmd := exec.Command(shell, args...)
	cmd.Dir, cmd.Env = p.dir, slices.Concat(p.env, []string{"ENV=", "PROMPT_COMMAND=", "HISTFILE="})
	inOwnSession(cmd)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, written, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = written, written
	err = cmd.Start()
	written.Close()
	if err != nil {
		output.Close()
		return nil, err
	}
	t := &terminal{at: p, process: cmd.Process, input: input, said: newTranscript(), ended: make(chan struct{}), set: make(map[string]string)}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		defer output.Close()
		_, _ = io.Copy(t.said, output) // it ends with the shell, or when the deadline comes
	}()
	go func() {
		defer close(t.ended)
		_ = cmd.Wait() // the exit code says it
		t.code = cmd.ProcessState.ExitCode()
		_ = output.SetReadDeadline(time.Now().Add(time.Second)) // what it has left running may hold the output open
		<-drained
	}()
	// Where sh is bash it would print what it reads. The shell's own output is kept beside
	// what lines make of it: exec >file is theirs.
	fmt.Fprintf(input, "command set +o emacs +o vi 2>/dev/null; exec 9>&1; PS1= PS2=\n")
	got, err := t.await(ctx, t.mark(), commandPatience)
	if err == nil && (got.late || got.gone) {
		err = fmt.Errorf("%s does not start\n%s", shell, ending(got.output))
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// paste has a line carried out with the variables of a place. A line that takes too long
// is interrupted, and the shell is ended where that does not help. It fails only where
// nothing can be said of the line.
func (t *terminal) paste(ctx context.Context, line string, env []string, patience time.Duration) (result, error) {
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		if known, ok := t.set[name]; !ok || known != value {
			fmt.Fprintf(t.input, "export %s=%s\n", name, quoted(value))
		}
		t.set[name] = value
	}
	// Its input is empty: it would read the lines behind it. And it is not a part of the
	// lines around it: a mistake in it, such as a missing quote, would end them as well.
	fmt.Fprintf(t.input, "command eval %s </dev/null 9>&-\n", quoted(line))
	got, err := t.await(ctx, t.mark(), patience)
	if err != nil || !got.late {
		return got, err
	}
	after, err := t.interrupt(ctx)
	if len(after.output) > len(got.output) { // it has all that came since the mark before
		got.output = after.output
	}
	got.gone = after.gone
	return got, err
}

// interrupt ends a line, or the shell where the line goes on. A shell overlooks an
// interrupt that comes as it starts a command, so there are several.
func (t *terminal) interrupt(ctx context.Context) (after result, err error) {
	deadline := time.Now().Add(interruptPatience)
	for pause := 100 * time.Millisecond; time.Now().Before(deadline); pause *= 2 {
		interruptGroup(t.process.Pid)
		after, err = t.await(ctx, t.mark(), min(pause, time.Until(deadline)))
		if err != nil || !after.late {
			return after, err
		}
	}
	t.kill()
	after.gone = true
	return after, nil
}

// mark has the shell say that all before it has been carried out.
func (t *terminal) mark() (number int) {
	t.number++
	fmt.Fprintf(t.input, `printf '\036%s %d %%s\036' "$?" >&9`+"\n", t.said.name, t.number) // a shell that has ended is seen when it is awaited
	return t.number
}

// await waits for a mark, and gives what was said until then.
func (t *terminal) await(ctx context.Context, number int, patience time.Duration) (result, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case m := <-t.said.marks:
			if m.number == number { // others are of lines that were interrupted as they ended
				return result{code: m.code, output: m.output}, nil
			}
		case <-t.ended:
			return result{code: t.code, output: t.said.sofar(), gone: true}, nil
		case <-late.C:
			return result{code: -1, output: t.said.sofar(), late: true}, nil
		case <-ctx.Done():
			t.kill()
			return result{}, ctx.Err()
		}
	}
}

// close ends the shell, and leaves to pasting.end what its lines have left running.
func (t *terminal) close() {
	_ = t.input.Close() // the shell ends when there is nothing more to read
	select {
	case <-t.ended:
	case <-time.After(interruptPatience):
		t.kill()
	}
	if runsOn(t.process.Pid) {
		t.at.groups = append(t.at.groups, t.process.Pid)
	}
}

func (t *terminal) kill() {
	endGroup(t.process.Pid)
	<-t.ended
}

// quoted is a word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// transcript takes what a shell says apart at its marks: a control character, a name that
// no command knows, the number of the mark, the exit code, and the character again.
type transcript struct {
	name  string
	marks chan mark

	mu   sync.Mutex
	kept *shortened
	rest []byte // may be the beginning of a mark
}

type mark struct {
	number, code int
	output       string // since the mark before
}

const separator = '\036'

func newTranscript() *transcript {
	return &transcript{name: rand.Text(), marks: make(chan mark, 16), kept: new(shortened)}
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest = append(t.rest, b...)
	begin := append([]byte{separator}, t.name...)
	for len(t.rest) > 0 {
		at := bytes.IndexByte(t.rest, separator)
		if at < 0 {
			at = len(t.rest)
		}
		t.kept.Write(t.rest[:at])
		t.rest = t.rest[at:]
		if n := min(len(begin), len(t.rest)); !bytes.Equal(t.rest[:n], begin[:n]) {
			t.kept.Write(t.rest[:1])
			t.rest = t.rest[1:]
			continue
		}
		words, rest, whole := bytes.Cut(t.rest[min(1, len(t.rest)):], []byte{separator})
		if !whole {
			break
		}
		m := mark{output: t.kept.String()}
		_, _ = fmt.Sscanf(string(words[len(t.name):]), "%d %d", &m.number, &m.code) // only mark writes the name
		t.kept, t.rest = new(shortened), rest
		t.marks <- m
	}
	return len(b), nil
}

// sofar is what was said since the last mark.
func (t *transcript) sofar() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept.String()
}
