//go:build unix

package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lockstep/durable"
)

// ErrLayout is the error for a data folder that belongs to a cluster with another
// number of nodes or shards.
var ErrLayout = errors.New("the data folder belongs to a cluster of another layout")

// layout is what must stay as it was when the data was made: conversations are
// spread over that many shards, and each is kept by that many nodes.
type layout struct {
	Nodes  int `json:"nodes"`
	Shards int `json:"shards"`
}

// claim writes the layout into a new folder, or holds it against an old one.
func claim(dir string, want layout) error {
	path := filepath.Join(dir, "layout.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = json.Marshal(want); err == nil {
			err = durable.WriteFile(path, append(data, '\n'), 0o644)
		}
		if err != nil {
			return fmt.Errorf("claim data folder: %w", err)
		}
		return nil
	}
	var have layout
	if err == nil {
		err = json.Unmarshal(data, &have)
	}
	if err != nil {
		return fmt.Errorf("claim data folder: %s: %w", path, err)
	}
	if have != want {
		return fmt.Errorf("%w: %s was made for %d nodes and %d shards, not for %d and %d", ErrLayout, dir, have.Nodes, have.Shards, want.Nodes, want.Shards)
	}
	return nil
}
