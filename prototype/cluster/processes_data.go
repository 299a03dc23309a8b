//go:build unix

package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Wipe removes the whole data folder of a node that is down, terms and votes
// included. What the node has printed stays: its parent keeps that there.
func (p *Processes) Wipe(id string) error { return p.removeData(id, "") }

// LoseShard removes the folder of one shard of a node that is down. Terms and votes
// are kept elsewhere and stay.
func (p *Processes) LoseShard(id string, shard int) error {
	return p.removeData(id, fmt.Sprintf("shard-%d", shard))
}

// removeData removes what a node has stored, all or one part of it.
func (p *Processes) removeData(id, part string) error {
	if err := p.isDown(id); err != nil {
		return fmt.Errorf("wipe %s: %w", id, err)
	}
	parts, err := p.data(id)
	removed := false
	for _, name := range parts {
		if part == "" || name == part {
			err = errors.Join(err, os.RemoveAll(filepath.Join(p.cfg.Dir, id, name)))
			removed = true
		}
	}
	if err == nil && !removed {
		err = fmt.Errorf("there is no %s in %s", filepath.Join(id, part), p.cfg.Dir)
	}
	if err != nil {
		return fmt.Errorf("wipe %s: %w", id, err)
	}
	return nil
}

// data lists what a node has stored: all in its folder but what it has printed.
func (p *Processes) data(id string) (names []string, err error) {
	return dataIn(filepath.Join(p.cfg.Dir, id))
}

func dataIn(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != logName && e.Name() != logName+oldLog {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// copies is where copies of data are kept, below the cluster's folder.
const copies = ".copies"

// CopyData keeps a copy of all that a node that is down has stored, in place of an
// earlier copy.
func (p *Processes) CopyData(id string) error {
	err := p.isDown(id)
	kept := filepath.Join(p.cfg.Dir, copies, id)
	if err == nil {
		err = os.RemoveAll(kept)
	}
	if err == nil {
		err = copyData(kept, filepath.Join(p.cfg.Dir, id))
	}
	if err != nil {
		return fmt.Errorf("copy the data of %s: %w", id, err)
	}
	return nil
}

// RestoreData puts the copy back, in place of all that a node that is down has
// stored.
func (p *Processes) RestoreData(id string) error {
	err := p.Wipe(id)
	if err == nil {
		err = copyData(filepath.Join(p.cfg.Dir, id), filepath.Join(p.cfg.Dir, copies, id))
	}
	if err != nil {
		return fmt.Errorf("restore the data of %s: %w", id, err)
	}
	return nil
}

func copyData(to, from string) error {
	names, err := dataIn(from)
	for _, name := range names {
		source, target := filepath.Join(from, name), filepath.Join(to, name)
		info, failed := os.Stat(source)
		switch {
		case failed != nil:
			return failed
		case info.IsDir():
			err = errors.Join(err, os.CopyFS(target, os.DirFS(source)))
		default:
			data, failed := os.ReadFile(source)
			err = errors.Join(err, failed, os.MkdirAll(to, 0o700), os.WriteFile(target, data, 0o600))
		}
	}
	return err
}

// SwapData gives two nodes that are down each other's data.
func (p *Processes) SwapData(a, b string) error {
	err := errors.Join(p.isDown(a), p.isDown(b))
	if err == nil {
		err = swap(p, a, b)
	}
	if err != nil {
		return fmt.Errorf("swap the data of %s and %s: %w", a, b, err)
	}
	return nil
}

func swap(p *Processes, a, b string) error {
	ofA, errA := p.data(a)
	ofB, errB := p.data(b)
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	aside := filepath.Join(p.cfg.Dir, copies, "swap")
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	move := func(names []string, to, from string) (err error) {
		for _, name := range names {
			err = errors.Join(err, os.Rename(filepath.Join(from, name), filepath.Join(to, name)))
		}
		return err
	}
	dirA, dirB := filepath.Join(p.cfg.Dir, a), filepath.Join(p.cfg.Dir, b)
	return errors.Join(move(ofA, aside, dirA), move(ofB, dirA, dirB), move(ofA, dirB, aside))
}
