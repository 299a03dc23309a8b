package torture

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
)

func readCorpus(t *testing.T) map[string]fault.Schedule {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	schedules := make(map[string]fault.Schedule)
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := fault.Read(file)
		file.Close()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		schedules[strings.TrimSuffix(filepath.Base(path), ".json")] = s
	}
	return schedules
}

// TestCorpus: each kind of fault strikes a cluster under load, and the promises
// hold.
func TestCorpus(t *testing.T) {
	struck := map[fault.Kind]bool{}
	for name, s := range readCorpus(t) {
		t.Run(name, func(t *testing.T) {
			result, err := Virtual(s)
			if err != nil {
				t.Error(err)
			}
			if result.Verdict != check.OK {
				t.Errorf("%s\n%s", strings.Join(result.Reasons, "\n"), result.Report)
			}
			for i, e := range result.Effects {
				t.Log(e)
				if e.Hits > 0 {
					struck[s.Faults[i].Kind] = true
				}
			}
		})
	}
	for _, kind := range fault.Kinds {
		switch kind {
		case fault.Pause: // not in memory; see TestVirtual_unsupported
		default:
			if !struck[kind] {
				t.Errorf("no schedule of the corpus struck with %s", kind)
			}
		}
	}
}

// TestVirtual_unsupported: a fault that cannot be had fails the run.
func TestVirtual_unsupported(t *testing.T) {
	s := readCorpus(t)["kill"]
	s.Faults = s.Faults[:1]
	s.Faults[0].Kind = fault.Pause
	result, err := Virtual(s)
	if !errors.Is(err, ErrUnsupported) || result.Verdict == check.OK {
		t.Errorf("a pause in memory: %s, %v", result.Verdict, err)
	}
}

// TestVirtual_no_effect: a fault that does nothing is no pass.
func TestVirtual_no_effect(t *testing.T) {
	s := readCorpus(t)["drop"]
	s.Faults[0].Probability = 1e-12
	result, err := Virtual(s)
	if err != nil || result.Verdict != check.Unknown || len(result.Reasons) != 1 || !strings.Contains(result.Reasons[0], "no effect") {
		t.Errorf("a drop of nothing: %s, %v, %v", result.Verdict, result.Reasons, err)
	}
}
