//go:build unix

package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Tear cuts a few bytes from the end of a log file of a node that is down, as a
// disk does that had written a file's new length and not yet its content.
func (p *Processes) Tear(id string, seed uint64) error {
	path, random, err := p.victim(id, seed)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(path); err == nil {
			err = os.Truncate(path, max(0, info.Size()-1-random.Int64N(4096)))
		}
	}
	if err != nil {
		return fmt.Errorf("tear the log of %s: %w", id, err)
	}
	return nil
}

// FlipBit changes one bit of a log file of a node that is down, at a place that
// is not zero, since the files are longer than what is written in them.
func (p *Processes) FlipBit(id string, seed uint64) error {
	path, random, err := p.victim(id, seed)
	if err != nil {
		return fmt.Errorf("flip a bit of %s: %w", id, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("flip a bit of %s: %w", id, err)
	}
	var places []int
	for i, b := range data {
		if b != 0 {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return fmt.Errorf("flip a bit of %s: %s holds nothing", id, path)
	}
	place := places[random.IntN(len(places))]
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("flip a bit of %s: %w", id, err)
	}
	_, err = file.WriteAt([]byte{data[place] ^ 1<<random.IntN(8)}, int64(place))
	return errors.Join(err, file.Close())
}

// victim is a log file of a node that is down.
func (p *Processes) victim(id string, seed uint64) (string, *rand.Rand, error) {
	p.mu.Lock()
	c, err := p.child(id)
	running := err == nil && c.process != nil
	p.mu.Unlock()
	if err == nil && running {
		err = fmt.Errorf("%w: it is running", ErrState)
	}
	if err != nil {
		return "", nil, err
	}
	var logs []string
	for _, pattern := range []string{"shard-*/log.db", "shard-*/wal/*.wal"} {
		found, err := filepath.Glob(filepath.Join(p.cfg.Dir, id, pattern))
		if err != nil {
			return "", nil, err
		}
		logs = append(logs, found...)
	}
	if len(logs) == 0 {
		return "", nil, fmt.Errorf("there is no log in %s", filepath.Join(p.cfg.Dir, id))
	}
	slices.Sort(logs)
	random := rand.New(rand.NewPCG(seed, 0))
	return logs[random.IntN(len(logs))], random, nil
}

// Damaged says whether a node has refused to start because its data is damaged.
func (p *Processes) Damaged(id string) bool {
	data, err := os.ReadFile(logPath(p.cfg.Dir, id))
	return err == nil && bytes.Contains(data, []byte("stored data is damaged"))
}
