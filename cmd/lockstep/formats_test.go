package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
	"lockstep/prototype/node"
	"lockstep/site/review"
	"lockstep/static"
)

// TestFormats_labScript: the script of the laboratory's page reads the links and the saved
// runs that package run has held as fixtures, and writes the links in the same letters.
func TestFormats_labScript(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	scripts, err := static.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "package.json"), `{"type": "module"}`)
	for name, data := range scripts {
		if filepath.Base(name) == "lab-browser.js" { // which pages start, and nobody imports
			data = append(data, "\nexport { encode, saved };\n"...)
		}
		put(t, filepath.Join(dir, filepath.Base(name)), string(data))
	}
	type action struct{ At, Name, Node, Rate, Scenario any }
	type run struct {
		Seed, At float64
		Bug      string
		Actions  []action
	}
	cutOff := action{5e9, "play", "", "", "cut-off"}
	files := []string{"link.txt", "link-bug.txt", "link-empty.txt", "link-number.txt", "saved.json"}
	want := []run{
		{7, 9200, "", []action{cutOff, {6e9 + 1, "kill", "n1", "", ""}, {7e9, "start", "", "50", ""}}},
		{1<<31 - 1, 1000, "no-dedupe", []action{{5e9, "play", "", "", "retry-storm"}}},
		{1, 0, "", []action{}},
		{1, 0, "", []action{{5.0, "frames", "", "500", ""}}},
		{1, 9200, "", []action{cutOff}},
	}
	const fixtures = "../../site/run/testdata/formats"
	args := []string{"testdata/lab-links.js", dir}
	for _, name := range files {
		args = append(args, filepath.Join(fixtures, name))
	}
	out, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := json.NewDecoder(bytes.NewReader(out))
	for i, name := range files {
		var got struct {
			Run  run
			Link string
		}
		if err := lines.Decode(&got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if diff := cmp.Diff(want[i], got.Run); diff != "" {
			t.Errorf("the script does not read %s as it was (-want +got):\n%s\n%s", name, diff, formattest.Frozen)
		}
		text, err := os.ReadFile(filepath.Join(fixtures, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".txt") && name != "link-number.txt" && got.Link != "#"+strings.TrimSpace(string(text)) {
			t.Errorf("the script writes the run of %s as %s today. %s\nthe fixture:\n%s", name, got.Link, formattest.Frozen, text)
		}
	}
}

// TestFormats_reviewStore: a folder in which an earlier version keeps reviews is opened, and
// holds the same events and texts as it had: two pages, an answer that was redacted, and a
// verdict that was signed. What each of its files is like, package store has fixtures of.
func TestFormats_reviewStore(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xzf", filepath.Join("testdata", "formats", "review-store.tar.gz"), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	opened, err := openReviewStore(t.Context(), storeOptions{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("%v. %s", err, formattest.Frozen)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	}()
	service, err := review.Open(t.Context(), review.Options{Log: opened.Log, Keys: opened.Keys, Revisions: opened.Revisions})
	if err != nil {
		t.Fatalf("%v. %s", err, formattest.Frozen)
	}
	var all bytes.Buffer
	if err := service.Backup(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	formattest.Hold(t, "review-store.jsonl", strings.TrimSuffix(all.String(), "\n"),
		func(data []byte) (string, error) { return string(data), nil }, func(text string) []byte { return []byte(text) })
}

// TestFormats_hosts: a store that several servers keep is known by what an earlier version
// has written down of them.
func TestFormats_hosts(t *testing.T) {
	type hosts struct {
		ID    string
		Peers []node.Peer
	}
	formattest.Hold(t, "hosts.json", hosts{"a", []node.Peer{{ID: "a", Raft: "10.0.0.1:7201"}, {ID: "b", Raft: "10.0.0.2:7201"}, {ID: "c", Raft: "10.0.0.3:7201"}}}, func(data []byte) (hosts, error) {
		dir := t.TempDir()
		put(t, filepath.Join(dir, hostsFile), string(data))
		h := hosts{"a", []node.Peer{{ID: "a", Raft: "10.0.0.1:7201"}, {ID: "b", Raft: "10.0.0.2:7201"}, {ID: "c", Raft: "10.0.0.3:7201"}}}
		return h, sameHosts(dir, &reviewHosts{ID: h.ID, Peers: h.Peers}) // which refuses any other ones
	}, func(h hosts) []byte {
		dir := t.TempDir()
		if err := sameHosts(dir, &reviewHosts{ID: h.ID, Peers: h.Peers}); err != nil {
			t.Error(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, hostsFile))
		if err != nil {
			t.Error(err)
		}
		return data
	})
}

// TestFormats_serving: commands find a server of another version that has the store open.
func TestFormats_serving(t *testing.T) {
	formattest.HoldJSON(t, servingFile, serving{URL: "http://127.0.0.1:8000", Token: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
}

// TestFormats_imported: a comment that was brought from a file has the id by which it is
// known when the file is read again.
func TestFormats_imported(t *testing.T) {
	if got := digest("adr/0001-log", "Größe", "17"); got != "9ea4a9c76d826c6ce0b8" {
		t.Errorf("a comment that is imported has the id import.%s today. %s", got, formattest.Frozen)
	}
}
