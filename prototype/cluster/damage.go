//go:build unix

package cluster

import (
	"bytes"
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
	err = rewrite(path, func(data []byte) ([]byte, error) {
		var places []int
		for i, b := range data {
			if b != 0 {
				places = append(places, i)
			}
		}
		if len(places) == 0 {
			return nil, fmt.Errorf("%s holds nothing", path)
		}
		data[places[random.IntN(len(places))]] ^= 1 << random.IntN(8)
		return data, nil
	})
	if err != nil {
		return fmt.Errorf("flip a bit of %s: %w", id, err)
	}
	return nil
}

// ZeroTail makes zeros of the newest half of what a shard's newest log file holds,
// of a node that is down, at most 20 kB.
func (p *Processes) ZeroTail(id string, shard int) error {
	return p.shorten(id, shard, "zero the tail of", func(data []byte, end int) []byte {
		clear(data[end-min(end/2, 20_000) : end])
		return data
	})
}

// CutLog ends a shard's newest log file, of a node that is down, in the middle of
// what it holds.
func (p *Processes) CutLog(id string, shard int) error {
	return p.shorten(id, shard, "cut", func(data []byte, end int) []byte { return data[:end/2] })
}

// shorten changes the newest log file of a shard. end is where its content ends and
// zeros begin.
func (p *Processes) shorten(id string, shard int, verb string, how func(data []byte, end int) []byte) error {
	logs, err := p.logs(id, fmt.Sprintf("shard-%d", shard))
	if err == nil {
		newest := logs[len(logs)-1] // their names begin with the index of their first entry
		err = rewrite(newest, func(data []byte) ([]byte, error) {
			end := len(bytes.TrimRight(data, "\x00"))
			if end < 2 {
				return nil, fmt.Errorf("%s holds nothing", newest)
			}
			return how(data, end), nil
		})
	}
	if err != nil {
		return fmt.Errorf("%s the log of %s: %w", verb, id, err)
	}
	return nil
}

// rewrite changes a file in place.
func rewrite(path string, how func([]byte) ([]byte, error)) error {
	data, err := os.ReadFile(path)
	if err == nil {
		data, err = how(data)
	}
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	return err
}

// victim is a log file of a node that is down, of any shard.
func (p *Processes) victim(id string, seed uint64) (string, *rand.Rand, error) {
	logs, err := p.logs(id, "shard-*")
	if err != nil {
		return "", nil, err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	return logs[random.IntN(len(logs))], random, nil
}

// logs are the log files of a node that is down, in the order of their names; there
// is at least one.
func (p *Processes) logs(id, shards string) (logs []string, err error) {
	if err := p.isDown(id); err != nil {
		return nil, err
	}
	for _, pattern := range []string{"log.db", "wal/*.wal"} {
		found, err := filepath.Glob(filepath.Join(p.cfg.Dir, id, shards, pattern))
		if err != nil {
			return nil, err
		}
		logs = append(logs, found...)
	}
	if len(logs) == 0 {
		return nil, fmt.Errorf("there is no log of %s in %s", shards, filepath.Join(p.cfg.Dir, id))
	}
	slices.Sort(logs)
	return logs, nil
}

// isDown gives an error for a node that runs, or is none.
func (p *Processes) isDown(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.child(id)
	if err == nil && c.process != nil {
		err = fmt.Errorf("%w: it is running", ErrState)
	}
	return err
}
