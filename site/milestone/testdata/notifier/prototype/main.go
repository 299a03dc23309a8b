package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

func main() {
	seed := flag.Uint64("seed", 1, "where chance begins")
	events := flag.Int("events", 50_000, "events of each lane")
	out := flag.String("out", "content/evidence/faults.json", "file to write, - for standard output")
	flag.Parse()
	evidence := map[string]any{
		"experiment": "faults between the provider and our record, in virtual time",
		"commit":     commit(),
		"machine":    fmt.Sprintf("%s/%s, %s; virtual time, so the machine changes nothing", runtime.GOOS, runtime.GOARCH, runtime.Version()),
		"seed":       *seed,
		"date":       time.Now().UTC().Format(time.DateOnly),
		"command":    fmt.Sprintf("go run ./prototype -seed %d -events %d", *seed, *events),
		"judges":     []string{"prototype"},
	}
	for name, l := range lanes {
		evidence[name] = run(l, *events, *seed)
	}
	data, err := json.MarshalIndent(evidence, "", "  ")
	if err == nil && *out == "-" {
		_, err = fmt.Println(string(data))
	} else if err == nil {
		err = os.WriteFile(*out, append(data, '\n'), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// commit is the one that is checked out, with -dirty if the code differs from it.
func commit() string {
	hash, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	text := strings.TrimSpace(string(hash))
	if changed, err := exec.Command("git", "status", "--porcelain", "--", "prototype").Output(); err != nil || len(changed) > 0 {
		text += "-dirty"
	}
	return text
}
