//go:build !js

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// build compiles the program as make does.
func build(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "lab.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-buildvcs=false", "-o", out, ".")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, text)
	}
	return out
}

// run is what testdata/run.js says of one seed.
type run struct {
	Seed    int      `json:"seed"`
	Frames  int      `json:"frames"`
	Hash    string   `json:"hash"`
	Leader  int      `json:"leader"` // when it was first shown, in virtual milliseconds
	Answers []string `json:"answers"`
	Failed  string   `json:"failed"`
	Memory  int      `json:"memory"`
}

// runs lets Node run seeds for a while, each with a leader that is killed or cut
// off half way, and gives what came of them.
func runs(t *testing.T, program string, milliseconds int, seeds []int) map[int]run {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed; the browser tests prove the same in Chromium")
	}
	args := []string{"testdata/run.js", "../../static/vendor/wasm_exec.js", "../../static/js/lab-host.js", program, fmt.Sprint(milliseconds)}
	for _, s := range seeds {
		args = append(args, fmt.Sprint(s))
	}
	var complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), node, args...)
	cmd.Stderr = &complaints
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaints.Bytes())
	}
	all := map[int]run{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var r run
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%v in %s", err, lines.Bytes())
		}
		all[r.Seed] = r
	}
	return all
}

// TestDeterminism: the same seed gives the same run, frame for frame, whatever
// ran before it in the same process; other seeds give other runs.
func TestDeterminism(t *testing.T) {
	count := 100
	if testing.Short() {
		count = 10
	}
	forth, back := make([]int, count), make([]int, count)
	for i := range count {
		forth[i], back[count-1-i] = i+1, i+1
	}
	program := build(t)
	first, second := runs(t, program, 2000, forth), runs(t, program, 2000, back)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("a second run differs (-first +second):\n%s", diff)
	}
	hashes := map[string]bool{}
	for seed, r := range first {
		hashes[r.Hash] = true
		if r.Failed != "" || len(r.Answers) != 1 || r.Answers[0] != "" {
			t.Errorf("seed %d: the leader was not hit: %q %q", seed, r.Failed, r.Answers)
		}
		if r.Leader == 0 || r.Leader > 1000 {
			t.Errorf("seed %d: a leader was shown after %d ms", seed, r.Leader)
		}
		if r.Memory > 64<<20 {
			t.Errorf("seed %d: %d bytes of memory", seed, r.Memory)
		}
	}
	if len(first) != count || len(hashes) != count {
		t.Errorf("%d seeds ran and gave %d traces, want %d", len(first), len(hashes), count)
	}
}

// TestExec: the vendored file is that of the toolchain which compiles the
// program; with another the program does not start.
func TestExec(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Skip("this installation of Go has no lib/wasm: ", err)
	}
	have, err := os.ReadFile("../../static/vendor/wasm_exec.js")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("static/vendor/wasm_exec.js is not that of %s: copy it from lib/wasm", runtime.Version())
	}
}
