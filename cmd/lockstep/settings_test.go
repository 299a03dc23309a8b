package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestSettings: the command line, the environment, the file and the default hold in this
// order, and what is printed can be given back.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "node.yaml")
	put(t, file, "id: file\ndata: /file\nshards: 7\nlog-format: json\nallow-host: a.example,b.example\n")
	t.Setenv("LOCKSTEP_NODE_DATA", "/env")
	t.Setenv("LOCKSTEP_NODE_SHARDS", "5")
	t.Setenv("LOCKSTEP_NODE_CONFIG", file)
	var out bytes.Buffer
	if code := run(t.Context(), []string{"node", "--shards", "3", "--print-config"}, nil, &out, &out); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out.String())
	}
	first := out.String()
	for key, want := range map[string]string{"id": "'file' # " + file + ":1", "data": "'/env' # LOCKSTEP_NODE_DATA", "shards": "'3' # command line", "log-format": "'json' # " + file + ":4",
		"allow-host": "'a.example,b.example' # " + file + ":5", "log-level": "'info' # default"} {
		found := ""
		for line := range strings.Lines(first) {
			if fields := strings.Fields(line); fields[0] == key+":" {
				found = strings.Join(fields[1:], " ")
			}
		}
		if found != want {
			t.Errorf("%s: %q, want %q", key, found, want)
		}
	}
	t.Setenv("LOCKSTEP_NODE_DATA", "/env") // the printed file is the same run
	put(t, file, first)
	out.Reset()
	if code := run(t.Context(), []string{"node", "--shards", "3", "--print-config"}, nil, &out, &out); code != 0 {
		t.Fatalf("the printed file is refused: %s", out.String())
	}
	values := func(text string) (all []string) {
		for line := range strings.Lines(text) {
			value, _, _ := strings.Cut(line, "#")
			all = append(all, strings.TrimSpace(value))
		}
		return all
	}
	if strings.Join(values(first), "\n") != strings.Join(values(out.String()), "\n") {
		t.Errorf("printed\n%s\nand given back\n%s", first, out.String())
	}
}

// TestSettings_serve: the server of a site is set by the same three, and the folder that a
// file names is no folder of the repository.
func TestSettings_serve(t *testing.T) {
	at := t.TempDir()
	file, data := filepath.Join(at, "serve.yaml"), filepath.Join(at, "data")
	put(t, file, "reviews: off\ndata: "+data+"\n")
	s := startServer(t, reviewedSite(t), "--config", file)
	answer, err := http.Get(s.address + "/")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	if _, err := os.Stat(data); err != nil {
		t.Error(err)
	}
	for text, says := range map[string]string{"review: off\n": file + ":1: lockstep serve has no flag --review\ntry: reviews: off", "log-format: xml\n": `"xml" is neither text nor json`} {
		put(t, file, text)
		if code, _, said := lockstep(t, "serve", "--config", file); code != exitUsage || !strings.Contains(said, says) {
			t.Errorf("%q: exit code %d, %s", text, code, said)
		}
	}
}

// TestSettings_refuses: what cannot be meant is said with its place, and starts nothing.
func TestSettings_refuses(t *testing.T) {
	for what, tt := range map[string]struct{ file, variable, says string }{
		"a flag that is not there": {"id: n1\nshard: 3\n", "", ":2: lockstep node has no flag --shard\ntry: shards: 3"},
		"a value of another kind":  {"shards: many\n", "", `:1: "many" is no value of --shards`},
		"a list":                   {"allow-host: [a]\n", "", "write a flag a line"},
		"no YAML":                  {"id: [\n", "", "write a flag a line"},
		"in the environment":       {"", "many", `LOCKSTEP_NODE_SHARDS: "many" is no value of --shards`},
		"a log of another form":    {"log-format: xml\nid: n1\ndata: /x\npeers: n1=127.0.0.1:1/127.0.0.1:2\n", "", `"xml" is neither text nor json`},
		"a level nobody knows":     {"log-level: loud\nid: n1\ndata: /x\npeers: n1=127.0.0.1:1/127.0.0.1:2\n", "", `"loud" is none of`},
	} {
		t.Run(what, func(t *testing.T) {
			if tt.variable != "" {
				t.Setenv("LOCKSTEP_NODE_SHARDS", tt.variable)
			}
			file := filepath.Join(t.TempDir(), "node.yaml")
			put(t, file, tt.file)
			var out bytes.Buffer
			if code := run(t.Context(), []string{"node", "--config", file}, nil, &out, &out); code != exitUsage || !strings.Contains(out.String(), tt.says) {
				t.Errorf("exit code %d, it says %q, want %q", code, out.String(), tt.says)
			}
		})
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"probe", "--config", "gone.yaml"}, nil, &out, &out); code != exitUsage || !strings.Contains(out.String(), "gone.yaml") {
		t.Errorf("a file that is gone: %d, %s", code, out.String())
	}
}

// TestLogs: JSON is JSON, and a level hides what is below it.
func TestLogs(t *testing.T) {
	var out bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetErr(&out)
	logger, err := (&logFlags{"json", "warn"}).logger(cmd)
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("hidden")
	logger.Warn("shown", "node", "n1")
	var line struct{ Msg, Node string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Msg != "shown" || line.Node != "n1" {
		t.Errorf("%v, %s", err, out.String())
	}
}

// TestProfiles: this machine gets profiles, and other addresses are refused.
func TestProfiles(t *testing.T) {
	var out bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetErr(&out)
	logger, err := (&logFlags{"json", "info"}).logger(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := serveProfiles("0.0.0.0:0", logger); err == nil || !strings.Contains(err.Error(), "this machine alone") {
		t.Errorf("every address: %v", err)
	}
	stop, err := serveProfiles("127.0.0.1:0", logger)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var line struct{ At string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(line.At + "heap?debug=1")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("heap: %s", resp.Status)
	}
}
