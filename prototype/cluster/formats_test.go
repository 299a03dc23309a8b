//go:build unix

package cluster

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
)

// TestFormats: a folder of a cluster that somebody has kept is known again, and other
// programs find its members.
func TestFormats(t *testing.T) {
	layoutIn := func(data []byte) (have layout, err error) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "layout.json"), data, 0o600); err != nil {
			return have, err
		}
		return layout{5, 64}, claim(dir, layout{5, 64}) // which refuses any other one
	}
	formattest.Hold(t, "layout.json", layout{5, 64}, layoutIn, func(l layout) []byte {
		dir := t.TempDir()
		if err := claim(dir, l); err != nil {
			t.Error(err)
		}
		return lines(t, filepath.Join(dir, "layout.json"))
	}, cmp.AllowUnexported(layout{}))
	formattest.Hold(t, "cluster.json", []Member{{ID: "n1", PID: 4711, HTTP: "127.0.0.1:8001", Raft: "127.0.0.1:9001"}, {ID: "n2", HTTP: "127.0.0.1:8002", Raft: "127.0.0.1:9002"}},
		func([]byte) ([]Member, error) { return ReadMembers(filepath.Join("testdata", "formats")) },
		func(members []Member) []byte {
			dir := t.TempDir()
			if err := writeMembers(dir, members); err != nil {
				t.Error(err)
			}
			return lines(t, filepath.Join(dir, rosterName))
		})
}

// lines gives a file but for the end of its last line.
func lines(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return bytes.TrimSuffix(data, []byte("\n"))
}
