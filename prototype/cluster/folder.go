//go:build unix

package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder takes the folder for this process. The lock goes with the process,
// so one that was killed leaves nothing to clean up.
func lockFolder(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w; end it, or name another folder with --data", ErrInUse)
		}
		return nil, err
	}
	return file, nil
}

// layout is what must stay as it was when the data was made: conversations are
// spread over that many shards, and each is kept by that many nodes.
type layout struct {
	Nodes  int `json:"nodes"`
	Shards int `json:"shards"`
}

func keepLayout(cfg Config) error {
	name := filepath.Join(cfg.Dir, "layout.json")
	now := layout{cfg.Nodes, cfg.Shards}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		data, err := json.Marshal(now)
		if err != nil {
			return err
		}
		return replaceFile(name, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("read layout: %w", err)
	}
	var before layout
	if err := json.Unmarshal(data, &before); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if before != now {
		return fmt.Errorf("start cluster on %s: %w: it was made with --nodes %d --shards %d; use those, or another folder with --data",
			cfg.Dir, ErrLayout, before.Nodes, before.Shards)
	}
	return nil
}

// replaceFile writes a file so that readers see the old content or the new.
func replaceFile(name string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
