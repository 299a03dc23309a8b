//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// TestEarlierData: the data of a node that an earlier program has written is read: every
// message with its number, and the memory of ids. In one store a snapshot holds most of
// it, in the other nothing but the log.
//
// The program of a commit wrote it, as node n1 with one shard: message i has the id m<i>,
// the sender s<i mod 4> and the text "message <i>", and every third is of the conversation
// other, the rest of room.
func TestEarlierData(t *testing.T) {
	binary := buildLockstep(t)
	for name, tt := range map[string]struct {
		store    string
		messages int
		snapshot bool
	}{
		"data-ce0e543-wal":  {"wal", 9000, true},
		"data-ce0e543-bolt": {"bolt", 60, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			data := filepath.Join(dir, "n1")
			if err := os.Mkdir(data, 0o700); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("tar", "-xzf", filepath.Join("testdata", "earlier", name+".tar.gz"), "-C", data).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if kept, _ := filepath.Glob(filepath.Join(data, "shard-0", "snapshots", "*", "state.bin")); (len(kept) > 0) != tt.snapshot {
				t.Fatalf("snapshots: %v", kept)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			p, err := cluster.Start(ctx, cluster.Config{Executable: binary, Dir: dir, Nodes: 1, Shards: 1, LogStore: tt.store, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			}()
			if err := p.Ready(ctx); err != nil {
				said, _ := os.ReadFile(filepath.Join(data, "log"))
				t.Fatalf("%v\n%s", err, said)
			}
			c := client.New(client.Config{Targets: client.Fixed("http://" + p.Members()[0].HTTP)})
			room, err1 := readAll(ctx, c, "room", api.LevelLinearizable)
			other, err2 := readAll(ctx, c, "other", api.LevelLinearizable)
			if err := errors.Join(err1, err2); err != nil || len(room)+len(other) != tt.messages {
				t.Fatalf("%d and %d messages, %v", len(room), len(other), err)
			}
			at := make(map[string]int)
			for i := 1; i <= tt.messages; i++ {
				in, have := "room", room
				if i%3 == 0 {
					in, have = "other", other
				}
				m := have[at[in]]
				at[in]++
				if m.ID != fmt.Sprint("m", i) || m.Sender != fmt.Sprint("s", i%4) || m.Body != fmt.Sprint("message ", i) || m.Seq != uint64(at[in]) {
					t.Fatalf("message %d of %s is %+v", at[in], in, m)
				}
			}
			again, err1 := c.Send(ctx, "room", api.Message{ID: "m1", Sender: "s1", Body: "message 1"})
			fresh, err2 := c.Send(ctx, "room", api.Message{ID: "fresh", Sender: "s1", Body: "later"})
			if err := errors.Join(err1, err2); err != nil || !again.Duplicate || again.Seq != 1 || fresh.Duplicate || fresh.Seq != uint64(len(room)+1) {
				t.Errorf("sent again: %+v, and afterwards: %+v, %v", again, fresh, err)
			}
		})
	}
}
