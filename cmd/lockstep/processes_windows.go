package main

import (
	"os/exec"
	"strconv"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab"
	"lockstep/prototype/torture"
)

// Clusters of real processes do not run here: cluster.Start says so, and what would run
// on them is never asked for.
const realProcesses = false

func labOnProcesses(*cluster.Processes) lab.Cluster        { return nil }
func tortureOnProcesses(*cluster.Processes) torture.Target { return nil }

// endWithChildren has a command that is cancelled end with all that it has started.
func endWithChildren(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
	}
}

func newOwnCluster() stage   { return nil }
func inOwnSession(*exec.Cmd) {}
func interruptGroup(int)     {}
func runsOn(int) bool        { return false }
func endGroup(int)           {}
