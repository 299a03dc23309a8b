package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lockstep/durable"
)

// State is what became of a node's process.
type State string

const (
	Starting State = "starting" // the process exists and does not answer yet
	Running  State = "running"
	Paused   State = "paused" // stopped by SIGSTOP from here
	Down     State = "down"
)

// Member is a node as the one who started it sees it.
type Member struct {
	ID    string    `json:"id"`
	PID   int       `json:"pid"`  // 0 while it is down
	HTTP  string    `json:"http"` // host:port
	Raft  string    `json:"raft"` // host:port
	State State     `json:"-"`
	Since time.Time `json:"-"` // of State
}

// rosterName is the file in the data folder that lists the members.
const rosterName = "cluster.json"

// ReadMembers reads the members of the cluster that uses dir. It gives an error
// that is fs.ErrNotExist if none does. States are not known from outside.
func ReadMembers(dir string) ([]Member, error) {
	data, err := os.ReadFile(filepath.Join(dir, rosterName))
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	var members []Member
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("read members: %s: %w", filepath.Join(dir, rosterName), err)
	}
	return members, nil
}

// writeMembers replaces the list in one step, so that a reader never sees half
// of it.
func writeMembers(dir string, members []Member) error {
	data, err := json.MarshalIndent(members, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(dir, rosterName), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write members: %w", err)
	}
	return nil
}
