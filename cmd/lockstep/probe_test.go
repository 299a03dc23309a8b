//go:build unix

package main

import (
	"bytes"
	"strings"
	"testing"

	"lockstep/prototype/cluster"
)

// TestProbe_for: a check that has compared nothing is not passed.
func TestProbe_for(t *testing.T) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: buildLockstep(t)}), t: t}
	p.send()
	all := p.targets()
	first, _, _ := strings.Cut(all, ",")
	for _, tt := range []struct {
		target, length, says string
		code                 int
	}{
		{all, "2s", "0 breaches", 0},
		{first, "1s", "no two nodes were compared", 1},
		{all, "-3s", "--for is a time", 2},
	} {
		var out bytes.Buffer
		code := run(t.Context(), []string{"probe", "--target", tt.target, "--addr", "", "--every", "50ms", "--for", tt.length}, nil, &out, &out)
		if code != tt.code || !strings.Contains(out.String(), tt.says) {
			t.Errorf("--for %s at %s: exit code %d\n%s", tt.length, tt.target, code, out.String())
		}
	}
}
