//go:build unix

package main

import (
	"os/exec"
	"syscall"

	"lockstep/prototype/lab"
	"lockstep/prototype/torture"
)

// What runs on clusters of real processes.
const realProcesses = true

var (
	labOnProcesses     = lab.Processes
	tortureOnProcesses = torture.OnProcesses
)

// endWithChildren has a command that is cancelled end with all that it has started.
func endWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// inOwnSession starts a command away from the terminal of whoever started this program:
// an interactive shell would take that over.
func inOwnSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// interruptGroup does what Ctrl-C does at a terminal.
func interruptGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGINT) // it may have ended by itself
}

// runsOn says whether something runs of what a command that has ended has started.
func runsOn(pid int) bool { return syscall.Kill(-pid, 0) == nil }

// endGroup ends it.
func endGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // it may have ended by itself
}
