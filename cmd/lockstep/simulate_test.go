package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownModel is a repository with this one's model and evidence, and one page.
func ownModel(t *testing.T) string {
	t.Helper()
	dir := repository(t, "lockstep.yaml", "strict: true\ntitle: Own\ncontent: [content]\nmodel: [content/model]\nevidence: [content/evidence]\n", "content/index.md", "# Own\n\nText.\n")
	for _, folder := range []string{"content/model", "content/evidence"} {
		files, err := os.ReadDir(filepath.Join("../..", folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(filepath.Join("../..", folder, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, folder, f.Name()), string(data))
		}
	}
	return dir
}

// TestSimulate: a seed and a model give the same file, and another input another.
func TestSimulate(t *testing.T) {
	dir := ownModel(t)
	simulated := func() string {
		t.Helper()
		code, _, stderr := lockstep(t, "simulate", "--dir", dir, "--trials", "1", "--dirty")
		if code != 0 {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		return get(t, dir, "content", "evidence", "skew.json")
	}
	first := simulated()
	var e struct {
		Experiment string
		Seed       int
		Inputs     map[string]float64
		Rooms      map[string]struct {
			Free, Limited map[string]struct{ P50 float64 }
		}
		Placement map[string]struct{ Before, After struct{ Value float64 } }
	}
	if err := json.Unmarshal([]byte(first), &e); err != nil {
		t.Fatal(err)
	}
	if hot := e.Rooms["z80"]; e.Experiment != "skew" || e.Seed != 1 || e.Inputs["shards.count"] != 256 || hot.Free["s256"].P50 <= hot.Limited["s256"].P50 || hot.Limited["s256"].P50 <= 1 {
		t.Errorf("the evidence is %+v", e)
	}
	if p := e.Placement["by_load"]; p.Before.Value <= 0 || p.After.Value <= p.Before.Value {
		t.Errorf("losing a zone changes nothing: %+v", p)
	}
	if simulated() != first {
		t.Error("one seed and one model give two files")
	}
	scale := filepath.Join(dir, "content", "model", "2-shards.yaml")
	limit := regexp.MustCompile(`(?s)(admission\.limit:.*?value: )1 k`)
	changed := limit.ReplaceAllString(get(t, scale), "${1}500")
	if changed == get(t, scale) {
		t.Fatal("the limit is written in another way now")
	}
	put(t, scale, changed)
	if simulated() == first {
		t.Error("another limit gives the same file")
	}
}

func TestSimulate_refuses(t *testing.T) {
	for name, args := range map[string][]string{
		"no trials":                 {"--trials", "0", "--dirty"},
		"a model without our names": {"--dirty", "--dir", repository(t, "lockstep.yaml", "strict: true\ntitle: T\ncontent: [content]\nmodel: [content/model]\n", "content/index.md", "# T\n", "content/model/a.yaml", "formulas:\n  shards.counts: {what: w, formula: 1}\n")},
	} {
		if code, _, stderr := lockstep(t, append([]string{"simulate"}, args...)...); code == 0 || !strings.Contains(stderr, "lockstep:") {
			t.Errorf("%s: exit code %d, %q", name, code, stderr)
		}
	}
}
