package backup

import (
	"fmt"
	"os"
	"path/filepath"

	"lockstep/durable"
)

// fileSize is where a file ends, in bytes: it is in memory until it is whole.
const fileSize = 16 << 20

// writer makes the files of one run.
type writer struct {
	dir   string
	run   int
	size  int // of a file
	shard int
	files []File
	buf   []byte
}

func (w *writer) add(l line) (err error) {
	w.buf, err = l.append(w.buf)
	return err
}

// full says whether a line more belongs into another file.
func (w *writer) full() bool { return len(w.buf) >= w.size }

// end makes what was added a file, if anything was.
func (w *writer) end() error {
	if len(w.buf) == 0 {
		return nil
	}
	file := File{Name: fmt.Sprintf("%s%06d.jsonl", prefix(w.run), len(w.files)+1), Shard: w.shard, Bytes: len(w.buf)}
	if err := durable.WriteFile(filepath.Join(w.dir, file.Name), w.buf, 0o600); err != nil {
		return err
	}
	w.files, w.buf = append(w.files, file), w.buf[:0]
	return nil
}

func prefix(run int) string { return fmt.Sprintf("run-%06d-", run) }

// clear removes what a run with this number left behind that did not come to its
// end.
func clear(dir string, run int) error {
	left, err := filepath.Glob(filepath.Join(dir, prefix(run)+"*.jsonl"))
	for _, path := range left {
		if err == nil {
			err = os.Remove(path)
		}
	}
	return err
}
