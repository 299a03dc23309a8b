//go:build browser

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	tracedSeeds   = 100
	tracedMillis  = 2600 // of each run
	tracedActions = `[{"at":1700000000,"name":"cut-leader"},{"at":2300000000,"name":"heal"}]`
	// traces are the hashes of the runs, by seed.
	traces    = `document.documentElement.dataset.traces`
	allTraced = `document.documentElement.dataset.traced === "yes"`
)

// TestBrowserProgram_deterministic: a hundred seeds, with a leader cut off and
// healed, give the same trace in Node, in Chromium and in Firefox, and other traces
// than each other.
func TestBrowserProgram_deterministic(t *testing.T) {
	want := nodeTraces(t)
	begin := fmt.Sprintf(`(() => {
		const data = document.querySelector("[data-lab-browser]").dataset;
		const url = (path) => new URL(path, document.baseURI).href;
		const worker = new Worker(data.worker), traces = {};
		let hash = "", seed = 0;
		const next = () => {
			if (++seed <= %d) return worker.postMessage({type: "restart", seed, actions: %s, until: %d, paused: true});
			%s = JSON.stringify(traces);
			document.documentElement.dataset.traced = "yes";
		};
		worker.onmessage = ({data: m}) => {
			if (m.type === "frame") hash = m.hash;
			if (m.type === "loaded") next();
			if (m.type === "ready" || m.type === "failed") { traces[seed] = m.reason ?? hash; next(); }
		};
		worker.postMessage({type: "load", exec: url(data.exec), hostScript: url(data.host), wasm: url(data.wasm)});
		return true;
	})()`, tracedSeeds, tracedActions, tracedMillis, traces)
	t.Run("Chromium", func(t *testing.T) {
		address := staticSite(t)
		ctx := tab(t, address, 1366, 900)
		do(t, ctx, chromedp.Navigate(address+"/lab/#lab"))
		eval[bool](t, ctx, begin)
		until(t, ctx, 4*time.Minute, allTraced)
		sameTraces(t, eval[string](t, ctx, traces), want)
	})
	t.Run("Firefox", func(t *testing.T) {
		e := startFirefox(t)
		e.open(staticSite(t) + "/lab/#lab")
		e.eval(begin)
		e.until(allTraced)
		sameTraces(t, e.eval(traces).(string), want)
	})
}

// nodeTraces plays the runs in Node.
func nodeTraces(t *testing.T) map[string]string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "Node", "nodejs")
	}
	out, err := exec.Command(node, "testdata/lab-node.js", "../../static", "1", fmt.Sprint(tracedSeeds), fmt.Sprint(tracedMillis), tracedActions).Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	found := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		found[words[0]] = words[1]
	}
	return found
}

func sameTraces(t *testing.T, found string, want map[string]string) {
	t.Helper()
	var here map[string]string
	if err := json.Unmarshal([]byte(found), &here); err != nil {
		t.Fatal(err)
	}
	distinct := map[string]bool{}
	for seed, hash := range here {
		distinct[hash] = true
		if want[seed] != hash {
			t.Errorf("seed %s: %s here, %s in Node", seed, hash, want[seed])
		}
	}
	if len(here) != tracedSeeds || len(distinct) != tracedSeeds {
		t.Errorf("%d seeds gave %d traces", len(here), len(distinct))
	}
}
