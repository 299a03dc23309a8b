package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A target is a system that the program is built for.
type target struct{ os, arch string }

var allTargets = []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}

func parseTarget(name string) (target, error) {
	if !slices.Contains(allTargets, name) {
		return target{}, fmt.Errorf("there is no target %q; there are %s", name, strings.Join(allTargets, ", "))
	}
	system, arch, _ := strings.Cut(name, "/")
	return target{system, arch}, nil
}

func (t target) String() string { return t.os + "/" + t.arch }

func (t target) program() string {
	if t.os == "windows" {
		return "lockstep.exe"
	}
	return "lockstep"
}

// build makes the program from the source into the file.
func build(ctx context.Context, t target, source, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	env, err := environment(ctx, t)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs="+fmt.Sprint(inRepository(ctx, source)), "-ldflags=-s -w", "-o", file, "./cmd/lockstep")
	cmd.Dir, cmd.Env = source, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build for %s: %w\n%s", t, err, out)
	}
	return nil
}

// inRepository says whether git can say which commit this is; asked for the version
// without that, the build fails.
func inRepository(ctx context.Context, source string) bool {
	return exec.CommandContext(ctx, "git", "-C", source, "status").Run() == nil
}

// kept are Go's settings that decide where modules and earlier results come from. All
// others of the machine are left out, since they decide what is built.
var kept = []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOTOOLCHAIN"}

// environment is that of this process with the settings of a release: without the
// machine's C compiler and library, and for the oldest processors of a kind.
func environment(ctx context.Context, t target) (env []string, err error) {
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "GO") && !strings.HasPrefix(setting, "CGO_") {
			env = append(env, setting)
		}
	}
	values, err := exec.CommandContext(ctx, "go", append([]string{"env"}, kept...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("ask go for its settings: %w", err)
	}
	for i, value := range strings.Split(strings.TrimRight(string(values), "\r\n"), "\n") {
		env = append(env, kept[i]+"="+strings.TrimSpace(value))
	}
	return append(env, "GOENV=off", "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0"), nil
}
