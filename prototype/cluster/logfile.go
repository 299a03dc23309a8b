//go:build unix

package cluster

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
)

// maxLog is the size, in bytes, beyond which a node's log makes room for a new
// one. One old one is kept.
const maxLog = 8 << 20

// The names of a node's log, beside what the node has stored, and of the old one.
const (
	logName = "log"
	oldLog  = ".1" // after logName
)

func logPath(dir, id string) string { return filepath.Join(dir, id, logName) }

// openLog opens a node's log for appending.
func openLog(dir, id string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Join(dir, id), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(logPath(dir, id), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
}

// rotateLog copies a log that is too long and empties it. The process that
// writes it has it open for appending, so it goes on at the new beginning; what
// it writes between copy and cut is lost, which is bearable for a log.
func rotateLog(path string, limit int64) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() <= limit {
		return err
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(path + oldLog)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	if err := to.Close(); err != nil {
		return err
	}
	return os.Truncate(path, 0)
}

// tailLog is the last lines of a log, to be shown with a message.
func tailLog(path string, lines int) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	const most = 4 << 10
	if info, err := file.Stat(); err == nil && info.Size() > most {
		if _, err := file.Seek(-most, io.SeekEnd); err != nil {
			return ""
		}
	}
	data, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return ""
	}
	all := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
