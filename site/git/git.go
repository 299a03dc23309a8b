// Package git asks git about the repository that a folder is in.
//
// Each command is a process of git's own: what git does with an index, a rename or
// somebody's configuration is git's to know. It speaks of the folder that it was given
// even where the program was started by a hook, whose environment points at another
// repository, and it runs no monitor of files and takes no lock that it can do without.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// local are the variables that say which repository is meant, as git itself lists them
// (git rev-parse --local-env-vars).
var local = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR",
	"GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE",
	"GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
}

// Run gives what git writes. Its error wraps the exit and has what git said.
func Run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return RunWith(ctx, dir, nil, args...)
}

// Ask is Run for as long as a build can wait.
func Ask(dir string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return Run(ctx, dir, args...)
}

const patience = 30 * time.Second

// RunWith is Run with more of an environment, as NAME=value.
func RunWith(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := command(ctx, dir, args...)
	cmd.Env = append(cmd.Env, env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		if said.Len() == 0 {
			said.Write(out) // what there is not to commit is said on the other line
		}
		return out, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out, nil
}

// Line is what git writes, without the space around it.
func Line(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := Run(ctx, dir, args...)
	return strings.TrimSpace(string(out)), err
}

// Holds asks what git answers by its exit: 0 for yes, 1 for no.
func Holds(ctx context.Context, dir string, args ...string) (bool, error) {
	_, err := Run(ctx, dir, args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return false, nil
	}
	return err == nil, err
}

func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(local, name)
	})
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0")
	return cmd
}
