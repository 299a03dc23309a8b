package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// machine says on what the comparison ran.
func machine() string {
	text := fmt.Sprintf("%d CPUs, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	data, _ := os.ReadFile("/proc/cpuinfo") // Linux alone
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return text + ", " + strings.TrimSpace(value)
		}
	}
	return text
}

// revisionOf gives the commit that a Go binary was built from, or, if it was
// built without that stamp, the one that is checked out where it lies.
func revisionOf(binary string) (string, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", fmt.Errorf("%w; build it with: make build", err)
	}
	revision, dirty := "", false
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = true
		}
	}
	if revision == "" {
		git := func(args ...string) (string, error) {
			out, err := exec.Command("git", append([]string{"-C", filepath.Dir(binary)}, args...)...).Output()
			return strings.TrimSpace(string(out)), err
		}
		var changes string
		revision, err = git("rev-parse", "HEAD")
		if err == nil {
			changes, err = git("status", "--porcelain", "--untracked-files=no")
		}
		if err != nil {
			return "", fmt.Errorf("which commit %s was built from: %w", filepath.Base(binary), err)
		}
		dirty = changes != ""
	}
	if dirty {
		revision += "-dirty"
	}
	return revision, nil
}

const (
	etcdModule = "go.etcd.io/etcd/server/v3"
	natsModule = "github.com/nats-io/nats-server/v2"
)

// peerModules gives the versions of the servers that this program embeds.
func peerModules() map[string]string {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == etcdModule || m.Path == natsModule {
				versions[m.Path] = m.Version
			}
		}
	}
	return versions
}

func peerVersions() string {
	versions := peerModules()
	return fmt.Sprintf("etcd %s, nats-server %s", versions[etcdModule], versions[natsModule])
}

// flushTime is the median of a small write with fsync: what no system that
// waits for a disk can be faster than, for one message.
func flushTime(dir string) (time.Duration, error) {
	file, err := os.Create(filepath.Join(dir, "flush"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var times []time.Duration
	for range 101 {
		start := time.Now()
		if _, err := file.Write(make([]byte, bodyBytes)); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
	}
	return median(times), nil
}
