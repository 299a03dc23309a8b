package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/prototype/api"
	"lockstep/prototype/backup"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi"
)

// serve starts a cluster in memory, with a real socket before each of its nodes.
func serve(t *testing.T, nodes, shards int, tune func(*node.Config)) (targets []string) {
	t.Helper()
	m, err := cluster.NewMemory(nodes, func(c *node.Config) {
		c.Shards = shards
		if tune != nil {
			tune(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, id := range m.IDs() {
		a, err := httpapi.New(m.Node(id), httpapi.DefaultConfig())
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(a.Handler())
		t.Cleanup(func() {
			server.CloseClientConnections()
			server.Close()
		})
		targets = append(targets, server.URL)
	}
	return targets
}

// fill sends n messages more to each room, of two senders in turn.
func fill(t *testing.T, targets []string, rooms, begin, n int) {
	t.Helper()
	c := client.New(client.Config{Targets: client.Fixed(targets...)})
	for room := range rooms {
		stream := c.OpenStream(fmt.Sprintf("room %d", room), 64)
		failed := make(chan error, n)
		for i := begin; i < begin+n; i++ {
			go func() {
				_, err := stream.Send(t.Context(), api.Message{ID: fmt.Sprint("m", i), Sender: fmt.Sprint("s", i%2), Body: fmt.Sprintf("<%d> \"text\" & \u2028 of %d\n", i, room)})
				failed <- err
			}()
		}
		for range n {
			if err := <-failed; err != nil {
				t.Fatal(err)
			}
		}
		stream.Close()
	}
}

func take(t *testing.T, dir string, targets []string) backup.Manifest {
	t.Helper()
	m, err := backup.Take(t.Context(), backup.Config{Dir: dir, Targets: targets, FileSize: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Verify(dir, nil); err != nil {
		t.Fatal(err)
	}
	return m
}

// same holds the messages of two clusters against each other.
func same(t *testing.T, rooms int, a, b []string) {
	t.Helper()
	for room := range rooms {
		var views [2]api.View
		for i, targets := range [][]string{a, b} {
			c := client.New(client.Config{Targets: client.Fixed(targets...)})
			view, err := c.Read(t.Context(), api.ReadRequest{Conversation: fmt.Sprintf("room %d", room), Limit: 10_000})
			if err != nil {
				t.Fatal(err)
			}
			views[i] = view
		}
		if len(views[0].Messages) == 0 || len(views[0].Messages) != len(views[1].Messages) {
			t.Fatalf("room %d has %d messages, and %d where it was restored", room, len(views[0].Messages), len(views[1].Messages))
		}
		for i, m := range views[0].Messages {
			if n := views[1].Messages[i]; m.Seq != n.Seq || m.ID != n.ID || m.Sender != n.Sender || m.Body != n.Body {
				t.Fatalf("room %d: %+v, and %+v where it was restored", room, m, n)
			}
		}
	}
}

// TestTake_incremental: a second run copies what is new and nothing else, and one
// without news is a run, too.
func TestTake_incremental(t *testing.T) {
	t.Parallel()
	targets, dir := serve(t, 1, 3, nil), t.TempDir()
	fill(t, targets, 4, 0, 100)
	first := take(t, dir, targets)
	if first.Messages() != 400 || len(first.Conversations) != 4 || first.Shards != 3 || first.Cluster == "" {
		t.Fatalf("%+v", first)
	}
	fill(t, targets, 5, 100, 10)
	second := take(t, dir, targets)
	if second.Runs[1].Messages != 50 || len(second.Conversations) != 5 {
		t.Errorf("the second run: %+v", second.Runs[1])
	}
	if third := take(t, dir, targets); third.Runs[2].Messages != 0 || len(third.Runs[2].Files) != 0 {
		t.Errorf("the third run: %+v", third.Runs[2])
	}
	if _, err := backup.Take(t.Context(), backup.Config{Dir: dir, Targets: serve(t, 1, 1, nil)}); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another cluster: %v", err)
	}
}

// TestVerify_damage: one flipped bit in any byte is found, in its line.
func TestVerify_damage(t *testing.T) {
	t.Parallel()
	targets, dir := serve(t, 1, 1, nil), t.TempDir()
	fill(t, targets, 2, 0, 3)
	take(t, dir, targets)
	files, err := filepath.Glob(filepath.Join(dir, "*.json*"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		sound, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range sound {
			damaged := bytes.Clone(sound)
			damaged[i] ^= 1 << (i % 8)
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			want := path
			if strings.HasSuffix(path, ".jsonl") {
				want = fmt.Sprintf("%s:%d:", path, 1+bytes.Count(sound[:i], []byte{'\n'}))
			}
			if _, err := backup.Verify(dir, nil); err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("byte %d of %s: %v, want %s", i, path, err, want)
			}
		}
		for _, cut := range []int{0, len(sound) / 2, len(sound) - 1} {
			if err := os.WriteFile(path, sound[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Verify(dir, nil); !errors.Is(err, backup.ErrDamaged) {
				t.Errorf("%s is cut at %d: %v", path, cut, err)
			}
		}
		if err := os.WriteFile(path, sound, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range files {
		if strings.HasSuffix(path, ".jsonl") {
			os.Remove(path)
		}
	}
	if _, err := backup.Verify(dir, nil); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("a file is missing: %v", err)
	}
	if _, err := backup.Verify(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "no backup") {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestVerify_line_removed: a line that is missing whole is missed.
func TestVerify_line_removed(t *testing.T) {
	t.Parallel()
	targets, dir := serve(t, 1, 1, nil), t.TempDir()
	fill(t, targets, 1, 0, 5)
	take(t, dir, targets)
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	sound, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(sound, []byte{'\n'})
	for i := range 6 {
		left := bytes.Join(append(append([][]byte(nil), lines[:i]...), lines[i+1:]...), nil)
		if err := os.WriteFile(files[0], left, 0o600); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s:%d:", files[0], i+1)
		if i == 5 {
			want = "was written with"
		}
		if _, err := backup.Verify(dir, nil); !errors.Is(err, backup.ErrDamaged) || i > 0 && !strings.Contains(err.Error(), want) {
			t.Errorf("without line %d: %v, want %s", i+1, err, want)
		}
	}
}

// changed passes requests on, and answers with what change makes of the body.
type changed struct {
	change func(r *http.Request, body []byte) ([]byte, error)
}

func (c changed) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err == nil {
		body, err = c.change(r, body)
	}
	if err != nil {
		return nil, err
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return response, nil
}

// TestTake_order_changed: where the cluster has another order than the backup, the
// conversation is named and the backup stays as it is; and so where one is lost, or a
// message is not the one that the digest covers.
func TestTake_order_changed(t *testing.T) {
	t.Parallel()
	targets, dir := serve(t, 1, 1, nil), t.TempDir()
	fill(t, targets, 3, 0, 10)
	take(t, dir, targets)
	before, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	list := func(change func([]byte) []byte) func(*http.Request, []byte) ([]byte, error) {
		return func(r *http.Request, body []byte) ([]byte, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/shards/") {
				body = change(body)
			}
			return body, nil
		}
	}
	room1 := func(body []byte, edit func(text string) string) []byte {
		head, rest, _ := strings.Cut(string(body), `{"conversation":"room 1"`)
		own, tail, _ := strings.Cut(rest, "}")
		return []byte(head + `{"conversation":"room 1"` + edit(own) + "}" + tail)
	}
	for name, change := range map[string]func(*http.Request, []byte) ([]byte, error){
		"another digest": list(func(body []byte) []byte {
			return room1(body, func(text string) string { return strings.Replace(text, `"digest":"`, `"digest":"0`, 1) })
		}),
		"fewer messages": list(func(body []byte) []byte {
			return room1(body, func(text string) string { return strings.Replace(text, `"last_seq":10`, `"last_seq":9`, 1) })
		}),
		"a conversation less": list(func(body []byte) []byte {
			return []byte(strings.Replace(string(room1(body, func(string) string { return "@" })), `{"conversation":"room 1"@},`, "", 1))
		}),
	} {
		_, err := backup.Take(t.Context(), backup.Config{Dir: dir, Targets: targets, Transport: changed{change}})
		if !errors.Is(err, backup.ErrChanged) || !strings.Contains(err.Error(), "room 1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	fill(t, targets, 3, 10, 10)
	_, err = backup.Take(t.Context(), backup.Config{Dir: dir, Targets: targets, Transport: changed{func(r *http.Request, body []byte) ([]byte, error) {
		if strings.HasSuffix(r.URL.Path, "/room 1/messages") {
			body = bytes.Replace(body, []byte(`"sender":"s1"`), []byte(`"sender":"s2"`), 1)
		}
		return body, nil
	}}})
	if !errors.Is(err, backup.ErrChanged) || !strings.Contains(err.Error(), "room 1") {
		t.Errorf("another message: %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Equal(before, after) {
		t.Error("the backup was changed")
	}
	if _, err := backup.Verify(dir, nil); err != nil {
		t.Error(err)
	}
	take(t, dir, targets)
}

// TestTake_interrupted: whenever a run ends early, the backup of the run before is
// there, and the next run makes up for it.
func TestTake_interrupted(t *testing.T) {
	t.Parallel()
	targets, dir := serve(t, 1, 2, nil), t.TempDir()
	fill(t, targets, 3, 0, 50)
	take(t, dir, targets)
	fill(t, targets, 3, 50, 200)
	for end := range int32(5) {
		ctx, cancel := context.WithCancel(t.Context())
		var requests atomic.Int32
		_, err := backup.Take(ctx, backup.Config{Dir: dir, Targets: targets, FileSize: 1 << 10, Transport: changed{func(_ *http.Request, body []byte) ([]byte, error) {
			if requests.Add(1) > end {
				cancel()
				return nil, context.Canceled
			}
			return body, nil
		}}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("ended at request %d: %v", end, err)
		}
		if m, err := backup.Verify(dir, nil); err != nil || m.Messages() != 150 {
			t.Fatalf("ended at request %d: %d messages, %v", end, m.Messages(), err)
		}
	}
	m := take(t, dir, targets)
	if m.Messages() != 750 {
		t.Errorf("%d messages", m.Messages())
	}
	named := 1
	for _, r := range m.Runs {
		named += len(r.Files)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != named {
		t.Errorf("%d files, and the manifest names %d", len(left), named)
	}
}

// TestRestore_shape: into a cluster with other numbers of nodes and shards, once and
// again; what people write behind it afterwards is no hindrance.
func TestRestore_shape(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 2, nil), serve(t, 3, 5, nil), t.TempDir()
	fill(t, source, 6, 0, 60)
	take(t, dir, source)
	fill(t, source, 6, 60, 5)
	take(t, dir, source)
	for _, sent := range []uint64{390, 0} {
		r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target})
		if err != nil || r.Sent != sent || r.There != 390-sent || r.Conversations != 6 || r.Nodes != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
		same(t, 6, source, target)
	}
	fill(t, target, 1, 1000, 1)
	if r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target}); err != nil || r.Sent != 0 {
		t.Errorf("a message behind it: %+v, %v", r, err)
	}
}

// TestRestore_interrupted: a restore that ends anywhere is repeated, and every message
// is there once.
func TestRestore_interrupted(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 2, nil), serve(t, 1, 3, nil), t.TempDir()
	fill(t, source, 3, 0, 100)
	take(t, dir, source)
	for i := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		var sends atomic.Int32
		_, err := backup.Restore(ctx, backup.Config{Dir: dir, Targets: target, Transport: changed{func(r *http.Request, body []byte) ([]byte, error) {
			if r.Method == http.MethodPost && sends.Add(1) > 50 {
				cancel() // it was ordered, and nobody is told
				return nil, context.Canceled
			}
			return body, nil
		}}})
		cancel()
		if !errors.Is(err, context.Canceled) && !strings.Contains(fmt.Sprint(err), "canceled") {
			t.Fatalf("restore %d: %v", i, err)
		}
	}
	r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target})
	if err != nil || r.There < 150 || r.Sent+r.There != 300 {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, 3, source, target)
}

// TestRestore_other: a conversation that has other messages is named, and nothing is
// sent to any.
func TestRestore_other(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, nil), serve(t, 1, 1, nil), t.TempDir()
	fill(t, source, 3, 0, 10)
	take(t, dir, source)
	c := client.New(client.Config{Targets: client.Fixed(target...)})
	if _, err := c.Send(t.Context(), "room 2", api.Message{ID: "m0", Sender: "s0", Body: "another text"}); err != nil {
		t.Fatal(err)
	}
	r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target})
	if !errors.Is(err, backup.ErrOther) || !strings.Contains(err.Error(), "room 2") || r.Sent != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	for room, want := range []uint64{0, 0, 1} {
		if view, err := c.Read(t.Context(), api.ReadRequest{Conversation: fmt.Sprintf("room %d", room)}); err != nil || view.Last != want {
			t.Errorf("room %d has %d messages, %v; want %d", room, view.Last, err, want)
		}
	}
}

// TestRestore_ids: neither the age of ids nor their number is in the way, though the
// cluster would refuse them from anybody else.
func TestRestore_ids(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, nil), serve(t, 1, 1, func(c *node.Config) { c.IDMemory = 64 << 10 }), t.TempDir()
	fill(t, source, 2, 0, 1000)
	take(t, dir, source)
	if r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target}); err != nil || r.Sent != 2000 {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, 2, source, target)
	c := client.New(client.Config{Targets: client.Fixed(target...)})
	if _, err := c.Attempt(t.Context(), "room 0", api.Message{ID: "new", Sender: "s0", Body: "text"}); err == nil {
		t.Error("the cluster has room for one id more, so the test shows nothing")
	}
}

// TestTake_dropped: where the cluster keeps only the newest messages, what it has
// dropped between two runs is named, and such a conversation is left out of a restore.
func TestTake_dropped(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, func(c *node.Config) { c.Retain = 10 }), serve(t, 1, 1, nil), t.TempDir()
	fill(t, source, 2, 0, 20)
	take(t, dir, source)
	fill(t, source, 1, 20, 1000)
	var notes []string
	m, err := backup.Take(t.Context(), backup.Config{Dir: dir, Targets: source, Note: func(text string) { notes = append(notes, text) }})
	if err != nil {
		t.Fatal(err)
	}
	c := m.Conversations[0]
	if c.Name != "room 0" || c.First <= 21 || c.Last != 1020 || len(notes) != 1 || !strings.Contains(notes[0], fmt.Sprintf("messages 21 to %d", c.First-1)) {
		t.Errorf("%+v, and it says %q", c, notes)
	}
	if _, err := backup.Verify(dir, nil); err != nil {
		t.Error(err)
	}
	r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target})
	if err != nil || r.Sent != 20 || len(r.LeftOut) != 1 || r.LeftOut[0] != c {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestRestore_intruder: somebody else who writes meanwhile is found out, and no further
// message goes to that conversation.
func TestRestore_intruder(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, nil), serve(t, 1, 1, nil), t.TempDir()
	fill(t, source, 1, 0, 20)
	take(t, dir, source)
	c := client.New(client.Config{Targets: client.Fixed(target...)})
	var sends int
	r, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target, Transport: changed{func(r *http.Request, body []byte) ([]byte, error) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages") {
			if sends++; sends == 5 {
				_, err := c.Send(r.Context(), "room 0", api.Message{ID: "intruder", Sender: "eve", Body: "text"})
				return body, err
			}
		}
		return body, nil
	}}})
	if !errors.Is(err, backup.ErrOther) || !strings.Contains(err.Error(), "message 6 got the number 7") || r.Sent != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	if view, err := c.Read(t.Context(), api.ReadRequest{Conversation: "room 0"}); err != nil || view.Last != 7 {
		t.Errorf("%d messages, %v", view.Last, err)
	}
}

// forgetful acknowledges the last message and keeps it from the cluster.
type forgetful struct{ last string }

func (f forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(body, []byte(f.last)) {
			answer := `{"conversation":"room 0","seq":10,"id":"m9","epoch":1}`
			return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestRestore_lost: an acknowledgement alone is not believed; what is there is read.
func TestRestore_lost(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, nil), serve(t, 1, 1, nil), t.TempDir()
	c := client.New(client.Config{Targets: client.Fixed(source...)})
	for i := range 10 {
		if _, err := c.Send(t.Context(), "room 0", api.Message{ID: fmt.Sprint("m", i), Sender: "ann", Body: "text"}); err != nil {
			t.Fatal(err)
		}
	}
	take(t, dir, source)
	_, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target, Transport: forgetful{`"m9"`}})
	if !errors.Is(err, backup.ErrOther) || !strings.Contains(err.Error(), "ends at 9") {
		t.Error(err)
	}
}

// TestRestore_nodes_differ: nodes of the new cluster that have other digests are named.
func TestRestore_nodes_differ(t *testing.T) {
	t.Parallel()
	source, target, dir := serve(t, 1, 1, nil), serve(t, 3, 1, nil), t.TempDir()
	fill(t, source, 1, 0, 3)
	take(t, dir, source)
	_, err := backup.Restore(t.Context(), backup.Config{Dir: dir, Targets: target, Transport: changed{func(r *http.Request, body []byte) ([]byte, error) {
		if strings.HasSuffix(r.URL.Path, "/digest") && "http://"+r.URL.Host == target[2] {
			body = bytes.Replace(body, []byte(`"digest":"`), []byte(`"digest":"0`), 1)
		}
		return body, nil
	}}})
	if err == nil || !strings.Contains(err.Error(), "the node "+target[2]+" has the digest 0") {
		t.Error(err)
	}
}
