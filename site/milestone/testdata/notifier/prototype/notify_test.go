package main

import "testing"

// TestNeverTwice: with key and expiry nobody is told twice, and what was not told is
// known to be in doubt.
func TestNeverTwice(t *testing.T) {
	for seed := range uint64(20) {
		r := run(lanes["key"], 2_000, seed)
		if r.Duplicated != 0 || r.Lost != 0 {
			t.Errorf("seed %d: %d told twice, %d lost", seed, r.Duplicated, r.Lost)
		}
		if r.Unknown == 0 {
			t.Errorf("seed %d: no outage outlasted the key: the expiry was not tried", seed)
		}
	}
}

// TestControl: the same faults break every other way to send, so they can break one.
func TestControl(t *testing.T) {
	for name, broken := range map[string]func(result) bool{
		"retry":  func(r result) bool { return r.Duplicated > 0 },
		"late":   func(r result) bool { return r.Duplicated > 0 },
		"record": func(r result) bool { return r.Lost > 0 && r.Duplicated > 0 },
	} {
		if r := run(lanes[name], 2_000, 1); !broken(r) {
			t.Errorf("%s survived: %+v", name, r)
		}
	}
}

// TestFaults: every kind of fault strikes.
func TestFaults(t *testing.T) {
	r := run(lanes["key"], 2_000, 1)
	for _, name := range faultNames {
		if r.Faults[name] == 0 {
			t.Errorf("%s never happened", name)
		}
	}
}
