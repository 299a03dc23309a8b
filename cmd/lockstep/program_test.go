package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkProgram runs three minutes of the laboratory's program in Node, as the page
// does in quick motion, start included: how many times as fast as the clock on the
// wall it is when nothing is drawn beside it.
func BenchmarkProgram(b *testing.B) {
	const span = 3 * time.Minute
	if _, err := os.Stat("../../static/wasm/lab.wasm"); err != nil {
		b.Skip("the laboratory for the browser is not built: run make build")
	}
	if _, err := exec.LookPath("node"); err != nil {
		b.Skip("node is not installed")
	}
	for seed := 1; b.Loop(); seed++ {
		command := exec.Command("node", "testdata/lab-node.js", "../../static", fmt.Sprint(seed), fmt.Sprint(seed), fmt.Sprint(span.Milliseconds()), `[{"at":1000000,"name":"frames","rate":1000}]`)
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	b.ReportMetric(span.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "times-real-time")
}

var programMinutes = flag.Int("program-minutes", 6, "of a run's own time that TestProgram_memory lasts")

// TestProgram_memory: the program that readers get takes at most 64 MB, however long a run
// is, with a fault now and then, and its load goes on.
//
//	go test ./cmd/lockstep -run Program_memory -v -args -program-minutes 60
func TestProgram_memory(t *testing.T) {
	if _, err := os.Stat("../../static/wasm/lab.wasm"); err != nil {
		t.Skip("the laboratory for the browser is not built: run make build")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	type act struct {
		At   int64  `json:"at"`
		Name string `json:"name"`
		Rate string `json:"rate"`
	}
	actions := []act{{At: 1e6, Name: "frames", Rate: "1000"}} // as in quick motion
	end := time.Duration(*programMinutes) * time.Minute
	faults := []string{"kill-leader", "pause-leader", "cut-leader", "mute", "hang-disk", "slow-disk", "skew", "transfer", "power-off"}
	for i, at := 0, 37*time.Second; at < end-10*time.Second; i, at = i+1, at+41*time.Second {
		actions = append(actions, act{At: int64(at), Name: faults[i%len(faults)]}, act{At: int64(at + 4*time.Second), Name: "heal"})
	}
	list, err := json.Marshal(actions)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	out, err := exec.CommandContext(t.Context(), node, "testdata/lab-node.js", "../../static", "1", "1", fmt.Sprint(end.Milliseconds()), string(list)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var seed, hash string
	var memory, acknowledged int
	if _, err := fmt.Sscan(string(out), &seed, &hash, &memory, &acknowledged); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s of its time in %s: %.1f MB, %d messages", end, time.Since(began).Round(time.Second), float64(memory)/1e6, acknowledged)
	if memory > 64e6 {
		t.Errorf("it takes %d bytes", memory)
	}
	if least := 18 * int(end.Seconds()); acknowledged < least {
		t.Errorf("%d messages are acknowledged, want at least %d: the load has come to an end", acknowledged, least)
	}
}
