package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/prototype/check"
)

const corpus = "../../prototype/check/testdata/"

// TestJudge: the exit code is the verdict, and the report says why.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		history, want string
		code          int
	}{
		{"good/pages.jsonl", "ok: ", 0},
		{"bad/stability-moved.jsonl", "therefore an acknowledged message was moved", 1},
		{"unknown/nobody-read.jsonl", "no replica was read at the end", 3},
	} {
		var out, errs strings.Builder
		code := run(t.Context(), []string{"judge", corpus + tt.history}, strings.NewReader(""), &out, &errs)
		if code != tt.code || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s%s", tt.history, code, tt.code, tt.want, out.String(), errs.String())
		}
	}
}

func TestJudge_stdin_and_json(t *testing.T) {
	file, err := os.Open(corpus + "bad/digests-differ.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"judge", "-", "--json"}, file, &out, &errs); code != 1 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	var report check.Report
	if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
		t.Fatal(err)
	}
	if report.Verdicts[check.Digests] != check.Violated || report.Verdicts[check.Agreement] != check.OK || len(report.Witness[check.Digests].Events) != 4 {
		t.Errorf("report %s", out.String())
	}
}

// TestJudge_windows: the window with the witness is drawn, and called broken.
func TestJudge_windows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	var out, errs strings.Builder
	code := run(t.Context(), []string{"judge", corpus + "bad/linearizable-reads-stale.jsonl", "--html", dir}, strings.NewReader(""), &out, &errs)
	if code != 1 || !strings.Contains(out.String(), "porcupine: room, seqs 1 to 2") {
		t.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	page, err := os.ReadFile(filepath.Join(dir, "window-1-violated.html"))
	if err != nil || !strings.Contains(string(page), "linearizable read at n2") {
		t.Errorf("a page of %d bytes, %v", len(page), err)
	}
}

func TestJudge_usage(t *testing.T) {
	for _, args := range [][]string{{"judge"}, {"judge", "a", "b"}, {"judge", "-", "--html", "x"}, {"judge", "a", "--windows", "1", "--window-size", "9999"}} {
		var out, errs strings.Builder
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), "try: ") {
			t.Errorf("%v: exit code %d, %s", args, code, errs.String())
		}
	}
}
