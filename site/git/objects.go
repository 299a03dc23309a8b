package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// Objects reads many objects by one process. It is for one goroutine.
type Objects struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// OpenObjects starts the process, which ends with Close or with the context.
func OpenObjects(ctx context.Context, dir string) (*Objects, error) {
	cmd := command(ctx, dir, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	return &Objects{cmd, in, bufio.NewReader(out)}, nil
}

// Read gives a file by its name in git's words, such as HEAD:adr/0001-log.md. One that
// is not there, or is no file, is an error.
func (o *Objects) Read(name string) ([]byte, error) {
	if strings.Contains(name, "\n") {
		return nil, fmt.Errorf("the name %q cannot be asked for", name)
	}
	if _, err := io.WriteString(o.in, name+"\n"); err != nil {
		return nil, err
	}
	header, err := o.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	// Of what is missing git repeats the name, which may have spaces, and "missing".
	fields := strings.Fields(header)
	if len(fields) < 3 || fields[len(fields)-1] == "missing" || fields[len(fields)-1] == "ambiguous" {
		return nil, fmt.Errorf("there is no %s", name)
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil || size < 0 {
		return nil, fmt.Errorf("git said of %s: %s", name, strings.TrimSpace(header))
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(o.out, data); err != nil {
		return nil, err
	}
	if fields[1] != "blob" {
		return nil, fmt.Errorf("%s is a %s and no file", name, fields[1])
	}
	return data[:size], nil
}

// Close ends the process.
func (o *Objects) Close() {
	o.in.Close()
	o.cmd.Wait()
}
