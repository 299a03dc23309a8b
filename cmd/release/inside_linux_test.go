package main

import (
	"os"
	"os/exec"
	"syscall"
)

// inside has a command see nothing but the root of an image, and be nobody there, where
// this process may do that.
func inside(cmd *exec.Cmd, root, entry string) {
	if os.Getuid() != 0 || os.Chmod(root, 0o755) != nil {
		return
	}
	cmd.Path, cmd.Dir = entry, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}
