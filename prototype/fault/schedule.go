package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults that need somebody outside the node.
const (
	Kill      Kind = "kill"       // the process ends; what it flushed survives; it is back at Until
	PowerLoss Kind = "power-loss" // the same in the middle of a flush, whose bytes are lost
	TornTail  Kind = "torn-tail"  // the same, and a part of those bytes survives
	Pause     Kind = "pause"      // the process stops until Until, and does not know it
	Restart   Kind = "restart"    // the process ends in good order and comes back at once
	Partition Kind = "partition"  // links between nodes that share no side are cut
	Join      Kind = "join"       // a new member, of the name that the target gives, is added
	Leave     Kind = "leave"      // a member is removed
)

// Kinds are all faults of a schedule.
var Kinds = slices.Concat([]Kind{Kill, PowerLoss, TornTail, Pause, Restart, Partition, Join, Leave}, LosingKinds, NodeKinds)

// instant are the faults without an end.
var instant = []Kind{Restart, Transfer, Join, Leave, Snapshot}

// Schedule is a whole run, as data.
type Schedule struct {
	Seed     uint64   `json:"seed"` // decides what is random, the load included
	Topology Topology `json:"topology"`
	Lane     string   `json:"lane"`     // quorum, leader or clock
	Duration Duration `json:"duration"` // of the load; all faults end within it
	Load     Load     `json:"load"`
	Faults   []Step   `json:"faults"`
}

// Topology is the cluster that suffers.
type Topology struct {
	Nodes  int `json:"nodes"`
	Shards int `json:"shards"`
}

// Load is what clients do meanwhile.
type Load struct {
	Rate          float64 `json:"rate"` // messages a second, of all sessions
	Sessions      int     `json:"sessions"`
	Conversations int     `json:"conversations"`
	Reads         float64 `json:"reads"` // for each message, 0 to 1
}

// Step is one fault of a schedule.
type Step struct {
	At     Duration `json:"at"`               // after the load begins, or later: when the leader that is meant serves
	Target string   `json:"target,omitempty"` // see Target; for all faults but Partition
	Until  Duration `json:"until,omitempty"`  // when it is mended, after the load begins
	Fault
	Sides [][]string `json:"sides,omitempty"` // for Partition; a node may be on several
}

// Limits of a schedule.
const (
	MaxNodes    = 7
	MaxShards   = 64
	MaxFaults   = 10_000
	MaxDuration = 24 * time.Hour
	MaxRate     = 100_000
)

// ErrSchedule is the error for a schedule that cannot be carried out.
var ErrSchedule = errors.New("invalid schedule")

// Read reads a schedule, strictly: an unknown field is an error, since a fault
// that is misspelt would be a fault that never happens.
func Read(r io.Reader) (Schedule, error) {
	data, err := io.ReadAll(io.LimitReader(r, 8<<20))
	if err != nil {
		return Schedule{}, fmt.Errorf("read schedule: %w", err)
	}
	var s Schedule
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return Schedule{}, fmt.Errorf("read schedule: %w: %s (near byte %d)", ErrSchedule, strings.TrimPrefix(err.Error(), "json: "), decoder.InputOffset())
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Schedule{}, fmt.Errorf("read schedule: %w: there is something after it", ErrSchedule)
	}
	return s, s.Validate()
}

// Write writes the schedule as Read reads it.
func (s Schedule) Write(w io.Writer) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		_, err = w.Write(append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write schedule: %w", err)
	}
	return nil
}

// Members are the names of the nodes, n1 to nN.
func (t Topology) Members() (ids []string) {
	for i := range t.Nodes {
		ids = append(ids, "n"+strconv.Itoa(i+1))
	}
	return ids
}

// Validate says what is wrong, and where.
func (s Schedule) Validate() error {
	bad := func(field, format string, args ...any) error {
		return fmt.Errorf("%w: %s: %s", ErrSchedule, field, fmt.Sprintf(format, args...))
	}
	switch {
	case !slices.Contains([]int{1, 3, 5, MaxNodes}, s.Topology.Nodes):
		return bad("topology.nodes", "%d: choose 1, 3, 5 or %d", s.Topology.Nodes, MaxNodes)
	case s.Topology.Shards < 1 || s.Topology.Shards > MaxShards:
		return bad("topology.shards", "%d: choose 1 to %d", s.Topology.Shards, MaxShards)
	case !slices.Contains([]string{"quorum", "leader", "clock"}, s.Lane):
		return bad("lane", "%q: choose quorum, leader or clock", s.Lane)
	case s.Duration <= 0 || s.Duration.D() > MaxDuration:
		return bad("duration", "%s: choose more than 0 and at most %s", s.Duration, MaxDuration)
	case s.Load.Rate <= 0 || s.Load.Rate > MaxRate:
		return bad("load.rate", "%g: choose more than 0 and at most %d messages a second", s.Load.Rate, MaxRate)
	case s.Load.Sessions < 1 || s.Load.Sessions > 10_000:
		return bad("load.sessions", "%d: choose 1 to 10000", s.Load.Sessions)
	case s.Load.Conversations < 1 || s.Load.Conversations > 10_000:
		return bad("load.conversations", "%d: choose 1 to 10000", s.Load.Conversations)
	case s.Load.Reads < 0 || s.Load.Reads > 1:
		return bad("load.reads", "%g: choose 0 to 1", s.Load.Reads)
	case len(s.Faults) > MaxFaults:
		return bad("faults", "%d: choose at most %d", len(s.Faults), MaxFaults)
	}
	for i, step := range s.Faults {
		err := step.validate(s)
		if err == nil {
			err = s.validateSuccessor(i)
		}
		if err != nil {
			return bad(fmt.Sprintf("faults[%d]", i), "%s", err)
		}
	}
	return nil
}

func (s Step) validate(in Schedule) error {
	members := in.Topology.Members()
	ends := !slices.Contains(instant, s.Kind)
	switch {
	case !slices.Contains(Kinds, s.Kind):
		return fmt.Errorf("fault: there is no %q; there are %s", s.Kind, join(Kinds))
	case s.At < 0 || s.At > in.Duration:
		return fmt.Errorf("at: %s is not within the duration of %s", s.At, in.Duration)
	case ends && (s.Until <= s.At || s.Until > in.Duration):
		return fmt.Errorf("until: %s must be after %s and within the duration of %s", s.Until, s.At, in.Duration)
	case !ends && s.Until != 0:
		return fmt.Errorf("until: %s happens at once: leave it out", s.Kind)
	case s.Kind != Partition && len(s.Sides) > 0:
		return fmt.Errorf("sides: only partition has them")
	}
	if s.Shard < 0 || s.Shard >= in.Topology.Shards {
		return fmt.Errorf("shard: there is no shard %d; there are 0 to %d", s.Shard, in.Topology.Shards-1)
	}
	for _, peer := range s.Peers {
		if !slices.Contains(members, peer) {
			return fmt.Errorf("peers: there is no node %q; there are %s", peer, strings.Join(members, ", "))
		}
	}
	if err := s.validateParameters(); err != nil {
		return err
	}
	if s.Kind == Partition {
		return s.validateSides(members)
	}
	if newcomers := (Topology{Nodes: MaxNodes}).Members(); s.Kind == Join && !slices.Contains(newcomers, s.Target) {
		return fmt.Errorf("target: a new member is called %s", strings.Join(newcomers, ", "))
	} else if s.Kind == Join {
		return nil
	}
	_, err := ParseTarget(s.Target, in.Topology)
	return err
}

func (s Step) validateSides(members []string) error {
	if s.Target != "" {
		return errors.New("target: partition has sides instead: leave it out")
	}
	if len(s.Sides) < 2 {
		return errors.New(`sides: at least two are needed, as [["n1"], ["n2", "n3"]]`)
	}
	for _, side := range s.Sides {
		if len(side) == 0 {
			return errors.New("sides: one is empty")
		}
		for _, id := range side {
			if !slices.Contains(members, id) {
				return fmt.Errorf("sides: there is no node %q; there are %s", id, strings.Join(members, ", "))
			}
		}
	}
	return nil
}

// Apart lists the peers from which a partition parts a node: those on some side
// of which the node is not, if they share none. A node on no side is parted from
// nobody.
func (s Step) Apart(id string) (peers []string) {
	side := func(id string) (on []int) {
		for i, members := range s.Sides {
			if slices.Contains(members, id) {
				on = append(on, i)
			}
		}
		return on
	}
	mine := side(id)
	for _, members := range s.Sides {
		for _, peer := range members {
			shared := slices.ContainsFunc(side(peer), func(i int) bool { return slices.Contains(mine, i) })
			if len(mine) > 0 && !shared && !slices.Contains(peers, peer) {
				peers = append(peers, peer)
			}
		}
	}
	return peers
}
