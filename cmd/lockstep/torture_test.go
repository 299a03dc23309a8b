package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTorture_virtual: leaders fail in virtual time, and the evidence says so.
func TestTorture_virtual(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evidence.json")
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"torture", "--failures", "20", "--seed", "3", "--out", path}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var e campaignEvidence
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if e.LeaderFailures < 20 || e.Verdict != "ok" || e.Acknowledged == 0 || e.Window.Count == 0 || e.Simulated < 20 {
		t.Errorf("evidence: %s", data)
	}
}

// TestTorture_schedule: one schedule is carried out as written, and a bad one is
// refused with the way out.
func TestTorture_schedule(t *testing.T) {
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"torture", "--schedule", "../../prototype/torture/testdata/isolate.json"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	for _, want := range []string{"1s to 2s  isolate at leader", "verdict ok"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	path := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(path, []byte(`{"seed": 1, "topology": {"nodes": 4, "shards": 1}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	errs.Reset()
	if code := run(t.Context(), []string{"torture", "--schedule", path}, strings.NewReader(""), &out, &errs); code == 0 || !strings.Contains(errs.String(), "topology.nodes") {
		t.Errorf("a bad schedule: exit code %d, %s", code, errs.String())
	}
}
