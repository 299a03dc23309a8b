package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// member is a node as clients and the other nodes reach it.
type member struct{ Name, Client, Peer string } // host:port

// nodeConfig is what one node of a peer is told, as JSON in its only argument.
type nodeConfig struct {
	System  string
	Index   int // of the node among the members
	Members []member
	Dir     string
	Sync    bool // JetStream's SyncAlways
}

func (c nodeConfig) self() member { return c.Members[c.Index] }

const jetStreamSystem = "jetstream"

// runNode is one node of a peer, until its standard input ends.
func runNode(args []string) error {
	if len(args) != 1 {
		return errors.New("a node takes its configuration as one argument")
	}
	var c nodeConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return fmt.Errorf("configuration of the node: %w", err)
	}
	run := map[string]func(nodeConfig) error{etcdName: runEtcdNode, jetStreamSystem: runJetStreamNode}[c.System]
	if run == nil {
		return fmt.Errorf("there is no system %q", c.System)
	}
	if err := run(c); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// trio is the nodes of a peer as child processes of this program.
type trio struct {
	configs   []nodeConfig
	processes []*process
}

func startTrio(system, dir string, sync bool) (*trio, error) {
	members, err := freeMembers()
	if err != nil {
		return nil, err
	}
	t := &trio{processes: make([]*process, nodes)}
	for i, m := range members {
		t.configs = append(t.configs, nodeConfig{system, i, members, filepath.Join(dir, m.Name), sync})
	}
	for i := range members {
		if err := t.start(i); err != nil {
			t.stop()
			return nil, err
		}
	}
	return t, nil
}

func (t *trio) members() []member { return t.configs[0].Members }

// index of the member for which holds is true, or -1.
func (t *trio) index(holds func(member) bool) int {
	for i, m := range t.members() {
		if holds(m) {
			return i
		}
	}
	return -1
}

func (t *trio) start(i int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	argument, err := json.Marshal(t.configs[i])
	if err != nil {
		return err
	}
	t.processes[i], err = startProcess(t.configs[i].Dir+".log", self, nodeVerb, string(argument))
	return err
}

func (t *trio) kill(i int) { t.processes[i].end(syscall.SIGKILL) }

func (t *trio) stop() {
	for i, p := range t.processes {
		if p != nil {
			t.kill(i)
		}
	}
}

// freeMembers takes ports that are free now. All are held until the last is
// found, or one could be given twice.
func freeMembers() ([]member, error) {
	var addresses []string
	for range 2 * nodes {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	var members []member
	for i := range nodes {
		members = append(members, member{fmt.Sprintf("n%d", i+1), addresses[2*i], addresses[2*i+1]})
	}
	return members, nil
}
