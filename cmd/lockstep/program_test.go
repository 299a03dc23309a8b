package main

import (
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
