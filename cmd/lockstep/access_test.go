//go:build unix

package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// newToken makes a token by the verb, and adds its line to a file.
func newToken(t *testing.T, access, role, name string) (file, token string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), name)
	var line, errs bytes.Buffer
	if code := run(t.Context(), []string{"token", "new", "--role", role, "--out", file, name}, nil, &line, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("token new: exit code %d: %s", code, errs.String())
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of a token: %v %v", info.Mode(), err)
	}
	to, err := os.OpenFile(access, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write(line.Bytes()); errors.Join(err, to.Close()) != nil {
		t.Fatal(err)
	}
	return file, strings.TrimSpace(string(secret))
}

// TestToken_new: without --out the line alone is on standard output, so that it can be
// appended to the file, and a token is never written over another one.
func TestToken_new(t *testing.T) {
	var line, errs bytes.Buffer
	if code := run(t.Context(), []string{"token", "new", "--role", "write", "app"}, nil, &line, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	token := strings.TrimSpace(errs.String())
	if !strings.HasPrefix(line.String(), "write app sha256:") || strings.Count(line.String(), "\n") != 1 || len(token) < 40 || strings.Contains(line.String(), token) {
		t.Errorf("the line %q, the token %q", line.String(), token)
	}
	file, _ := newToken(t, filepath.Join(t.TempDir(), "access"), "read", "grafana")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--role", "read", "--out", file, "grafana"}, "file exists"},
		{[]string{"grafana"}, "--role is missing"},
		{[]string{"--role", "admin", "grafana"}, "there are read, write and operate"},
		{[]string{"--role", "read"}, "name who will have the token"},
		{[]string{"--role", "read", "two words"}, "other signs than letters"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"token", "new"}, tt.args...), nil, &out, &errs); code == 0 || !strings.Contains(errs.String(), tt.says) || out.Len() > 0 {
			t.Errorf("%q: exit code %d, %s%s", tt.args, code, out.String(), errs.String())
		}
	}
}

// TestAccess_clear: no verb shows a token to an address where it would go in clear text,
// nor takes for one what is none, and none has a part of it in its output.
func TestAccess_clear(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	verbs := [][]string{{"status"}, {"send", "room", "hello"}, {"tail", "room"}, {"members"}, {"leave", "n9"}, {"drain"}, {"probe", "--addr", ""}, {"bench", "--duration", "100ms"}, {"backup", dir}, {"restore", dir}}
	for _, verb := range verbs {
		for _, from := range []string{"file", "environment"} {
			for _, tt := range []struct{ token, says string }{
				{"token-canary", "clear text: write https://n1.invalid:7001"},
				{"token-canary and more", "this is no token"},
				{"token-canary\x1b[2J", "this is no token"},
				{strings.Repeat("token-canary", 1000), "this is no token"},
			} {
				args := append(verb, "--target", "https://127.0.0.1:1,http://n1.invalid:7001")
				if from == "file" {
					write(tt.token + "\n")
					args = append(args, "--token-file", file)
					t.Setenv(tokenVariable, "")
				} else {
					t.Setenv(tokenVariable, tt.token)
				}
				var out, errs bytes.Buffer
				code := run(t.Context(), args, nil, &out, &errs)
				if code != exitUsage || !strings.Contains(errs.String(), tt.says) || strings.Contains(out.String()+errs.String(), "canary") {
					t.Errorf("%s with a token of the %s: exit code %d, %s%s", verb[0], from, code, out.String(), errs.String())
				}
			}
		}
	}
	t.Setenv(tokenVariable, "")
	write("\n")
	for _, name := range []string{file, file + ".none"} {
		var out bytes.Buffer
		if code := run(t.Context(), []string{"status", "--token-file", name}, nil, &out, &out); code != exitUsage || !strings.Contains(out.String(), "--token-file") {
			t.Errorf("an empty file, or none: exit code %d, %s", code, out.String())
		}
	}
}

// TestNode_open: a node that other machines can reach does not start without tokens and
// TLS, says what is missing, and makes nothing; unless it is told that something else keeps
// others out.
func TestNode_open(t *testing.T) {
	certs := t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"certs", "--out", certs, "n1=127.0.0.1"}, nil, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	access := filepath.Join(t.TempDir(), "access")
	newToken(t, access, "read", "grafana")
	secure := []string{"--tls-cert", filepath.Join(certs, "n1.pem"), "--tls-key", filepath.Join(certs, "n1.key"), "--tls-ca", filepath.Join(certs, "ca.pem")}
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("# nobody\nwrite app\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		http string
		args []string
		says []string
	}{
		{"0.0.0.0:0", nil, []string{"other machines can reach 0.0.0.0:0; add ", "--access", "--http-tls", "--open-to-network"}},
		{"[::]:0", nil, []string{"other machines can reach [::]:0; add "}},
		{":0", secure, []string{"add --access, so that it asks them for a token, and --http-tls"}},
		{"0.0.0.0:0", append(secure, "--http-tls"), []string{"add --access, so that it asks them for a token\n"}},
		{"0.0.0.0:0", []string{"--access", access}, []string{"add --http-tls, so that nobody on the way listens\n"}},
		{"127.0.0.1:0", []string{"--access", broken}, []string{broken + ":2: a line has three words"}},
		{"127.0.0.1:0", []string{"--access", broken + ".none"}, []string{broken + ".none: no such file"}},
	} {
		data := filepath.Join(t.TempDir(), "n1")
		var out, errs bytes.Buffer
		args := append([]string{"node", "--id", "n1", "--data", data, "--peers", "n1=127.0.0.1:1/127.0.0.1:0", "--http", tt.http}, tt.args...)
		code := run(t.Context(), args, nil, &out, &errs)
		for _, says := range tt.says {
			if code == 0 || !strings.Contains(errs.String(), says) {
				t.Errorf("%q: exit code %d, %s", args, code, errs.String())
			}
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%q makes the folder of its data", args)
		}
	}
	for _, args := range [][]string{{"--open-to-network"}, append(secure, "--http-tls", "--access", access)} {
		n := startNode(t, "0.0.0.0", "http", args...)
		if warned := strings.Contains(n.log(), "open to the network"); warned != (len(args) == 1) {
			t.Errorf("%q: %s", args, n.log())
		}
	}
	t.Setenv("LOCKSTEP_NODE_OPEN_TO_NETWORK", "true") // as before an upgrade
	startNode(t, "0.0.0.0", "http")
}

// nodeProcess is a cluster of one, at a free port.
type nodeProcess struct {
	*exec.Cmd
	t      *testing.T
	target string
	file   string
}

func (n *nodeProcess) log() string {
	said, err := os.ReadFile(n.file)
	if err != nil {
		n.t.Fatal(err)
	}
	return string(said)
}

// startNode starts one at an interface, and waits until it is ready for clients.
func startNode(t *testing.T, at, scheme string, args ...string) *nodeProcess {
	t.Helper()
	dir, ports := t.TempDir(), freePorts(t, 2)
	n := &nodeProcess{t: t, target: fmt.Sprintf("%s://127.0.0.1:%d", scheme, ports[0]), file: filepath.Join(dir, "log")}
	log, err := os.Create(n.file)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	n.Cmd = exec.Command(program(t), append([]string{"node", "--id", "n1", "--data", filepath.Join(dir, "n1"), "--shards", "1",
		"--peers", fmt.Sprintf("n1=127.0.0.1:%d/127.0.0.1:%d", ports[0], ports[1]), "--http", fmt.Sprintf("%s:%d", at, ports[0])}, args...)...)
	n.Stdout, n.Stderr = log, log
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := n.Wait(); err != nil {
			t.Errorf("the node did not end in good order: %v", err)
		}
		if t.Failed() {
			t.Log(n.log())
		}
	})
	wait(t, "the node is ready", func() bool { return strings.Contains(n.log(), "ready for clients") })
	return n
}

// TestAccess: at a real node with TLS each verb does what the role of its token allows,
// says what is lacking where it does not, and a token that is taken back is worth nothing
// after SIGHUP. Neither the log nor any output has a token.
func TestAccess(t *testing.T) {
	certs := t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"certs", "--out", certs, "n1=127.0.0.1"}, nil, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	ca := filepath.Join(certs, "ca.pem")
	access := filepath.Join(t.TempDir(), "access")
	reader, readSecret := newToken(t, access, "read", "grafana")
	operator, operateSecret := newToken(t, access, "operate", "ops")
	kept, err := os.ReadFile(access)
	if err != nil {
		t.Fatal(err)
	}
	writer, writeSecret := newToken(t, access, "write", "app")
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("wrong-canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := startNode(t, "127.0.0.1", "https", "--http-tls", "--access", access,
		"--tls-cert", filepath.Join(certs, "n1.pem"), "--tls-key", filepath.Join(certs, "n1.key"), "--tls-ca", ca)
	said := ""
	ask := func(token string, code int, says string, verb ...string) {
		t.Helper()
		args := append(verb, "--target", n.target, "--tls-ca", ca)
		if token != "" {
			args = append(args, "--token-file", token)
		}
		out, err := exec.Command(program(t), args...).CombinedOutput()
		said += string(out)
		got := 0
		var ended *exec.ExitError
		switch {
		case errors.As(err, &ended):
			got = ended.ExitCode()
		case err != nil:
			t.Fatal(err)
		}
		if got != code || !strings.Contains(string(out), says) {
			t.Errorf("%q: exit code %d, want %d and %q:\n%s", verb, got, code, says, out)
		}
	}
	backup := t.TempDir()
	ask("", 1, "refuses: this needs a token with the role read", "status")
	ask(wrong, 1, "does not know the token", "status")
	ask(reader, 0, "leader", "status")
	ask(reader, 1, "this needs the role write, and the token of grafana has the role read", "send", "room", "hello")
	ask(reader, 1, "this needs the role write", "bench", "--duration", "100ms", "--clients", "1", "--conversations", "1", "--mode", "stream")
	ask(writer, 0, "room 1 epoch", "send", "room", "hello")
	ask(writer, 0, "acknowledged a second", "bench", "--duration", "2s", "--clients", "2", "--conversations", "1", "--mode", "stream")
	ask(writer, 1, " acknowledged, 0 not; 0 comparisons", "probe", "--for", "500ms", "--every", "20ms", "--addr", "")
	ask(operator, 0, "messages are new", "backup", backup)
	ask(operator, 0, "conversations are the same at 1 nodes", "restore", backup)
	ask("", 0, "n1", "members") // by an operator at the machine
	ask(wrong, 1, "does not know the token", "drain")
	for _, tt := range []struct{ target, says string }{
		{n.target, "its certificate is not good: x509: certificate signed by unknown authority (see --tls-ca)"},
		{strings.Replace(n.target, "https", "http", 1), "speaks TLS, or is no node: write https://"},
	} {
		if out, err := exec.Command(program(t), "status", "--target", tt.target, "--token-file", reader).CombinedOutput(); err == nil || !strings.Contains(string(out), tt.says) {
			t.Errorf("%s: %v, want %q\n%s", tt.target, err, tt.says, out)
		}
	}

	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/v1/status": 401} {
		secure, err := authorities(ca)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: secure}}).Get(n.target + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want || answer.TLS.Version != tls.VersionTLS13 {
			t.Errorf("%s without a token: %s", path, answer.Status)
		}
	}

	if err := os.WriteFile(access, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := n.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	wait(t, "the file is read again", func() bool { return strings.Contains(n.log(), "the access file was read again") })
	ask(writer, 1, "does not know the token", "send", "room", "hello")
	ask(reader, 0, "leader", "status")
	for _, secret := range []string{readSecret, operateSecret, writeSecret, "canary"} {
		if strings.Contains(said, secret) || strings.Contains(n.log(), secret) {
			t.Errorf("a token is in an output or in the log:\n%s\n%s", said, n.log())
		}
	}
}

// TestAccess_follow: who follows a conversation is told when his token is taken back.
func TestAccess_follow(t *testing.T) {
	access := filepath.Join(t.TempDir(), "access")
	_, token := newToken(t, access, "read", "app")
	other := filepath.Join(t.TempDir(), "other")
	newToken(t, other, "read", "grafana")
	n := startNode(t, "127.0.0.1", "http", "--access", access)
	if out, err := exec.Command(program(t), "status", "--target", strings.Replace(n.target, "http", "https", 1)).CombinedOutput(); err == nil || !strings.Contains(string(out), "speaks no TLS: write http://") {
		t.Errorf("a node without TLS: %v\n%s", err, out)
	}
	c := client.New(client.Config{Targets: client.Fixed(n.target), Transport: client.WithToken(client.NewTransport(), token)})
	ended := make(chan error, 1)
	go func() { ended <- c.Follow(t.Context(), "room", 0, nil) }()
	wait(t, "the node has a follower, or has told it something", func() bool {
		answer, err := http.Get(n.target + "/metrics")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == 200
	})
	if err := os.Rename(other, access); err != nil {
		t.Fatal(err)
	}
	if err := n.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "does not know the token") {
			t.Errorf("the follower ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the follower still follows")
	}
}

// TestAccess_replaced: a verb that runs for long goes on with the token that its file has
// now; a file that is gone or broken changes nothing.
func TestAccess_replaced(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got.Store(r.Header.Get("Authorization")) }))
	defer s.Close()
	write("one")
	to, err := reachFlags{target: s.URL, tokenFile: file}.open()
	if err != nil {
		t.Fatal(err)
	}
	shown := func(want string) func() bool {
		return func() bool {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := to.transport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			return got.Load() == "Bearer "+want
		}
	}
	if !shown("one")() {
		t.Errorf("%v", got.Load())
	}
	write("two")
	wait(t, "the new token is shown", shown("two"))

	token := replaced(file, "old", 0)
	for _, tt := range []struct{ text, want string }{{"no token", "old"}, {"", "old"}, {"new", "new"}, {"gone", "gone"}} {
		if write(tt.text); token() != tt.want {
			t.Errorf("with %q in the file the token is %q", tt.text, token())
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if token() != "gone" {
		t.Errorf("a file that is gone took the token away: %q", token())
	}
}

// TestNode_quotas: a real node holds its files and its clients to the quotas that it was
// started with; the verb says which one it was, and does not try again where that is in vain.
func TestNode_quotas(t *testing.T) {
	n := startNode(t, "127.0.0.1", "http", "--quota-conversation-messages", "2", "--quota-client-conversations", "2", "--quota-client-messages", "50", "--quota-client-bytes", "100000")
	send := func(room, text, says string) {
		t.Helper()
		began := time.Now()
		out, err := exec.Command(program(t), "send", "--target", n.target, "--timeout", "1m", room, text).CombinedOutput()
		if !strings.Contains(string(out), says) || (err == nil) != strings.HasPrefix(says, room) || time.Since(began) > 30*time.Second {
			t.Errorf("%s after %s: %v\n%s", room, time.Since(began), err, out)
		}
	}
	send("room", "one", "room 1 epoch")
	send("room", "two", "room 2 epoch")
	send("room", "three", "--quota-conversation-messages) is 2, and this one has 2")
	send("other", "one", "other 1 epoch")
	out, err := exec.Command(program(t), "send", "--target", n.target, "--timeout", "1s", "third", "one").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--quota-client-conversations) is 2, and 127.0.0.1 has begun so many") {
		t.Errorf("a third conversation: %v\n%s", err, out)
	}

	n = startNode(t, "127.0.0.1", "http", "--quota-node-bytes", "1")
	wait(t, "the node without room refuses", func() bool {
		out, err := exec.Command(program(t), "send", "--target", n.target, "--timeout", "1s", "room", "one").CombinedOutput()
		return err != nil && strings.Contains(string(out), "--quota-node-bytes) is 1 bytes")
	})
	n = startNode(t, "127.0.0.1", "http", "--quota-node-conversations", "1", "--quota-conversation-bytes", "200")
	send("room", "one", "room 1 epoch")
	out, err = exec.Command(program(t), "send", "--target", n.target, "--timeout", "1s", "other", "one").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--quota-node-conversations) is 1, and it has 1") {
		t.Errorf("a second conversation: %v\n%s", err, out)
	}
	send("room", "two", "room 2 epoch")
	send("room", strings.Repeat("x", 100), "--quota-conversation-bytes) is 200")

	var said, errs bytes.Buffer
	if code := run(t.Context(), []string{"node", "--id", "n1", "--data", t.TempDir(), "--peers", "n1=127.0.0.1:1/127.0.0.1:2", "--quota-client-bytes", "-1"}, nil, &said, &errs); code != exitUsage || !strings.Contains(errs.String(), "a quota is 0") {
		t.Errorf("a quota below none: exit code %d, %s", code, errs.String())
	}
}

// TestNodes_quota_of_a_laggard: a node whose disk hangs knows nothing of what it passes on,
// and lets no more through than the quota.
func TestNodes_quota_of_a_laggard(t *testing.T) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: buildLockstep(t), AllowFaults: true,
		Env: append(os.Environ(), "LOCKSTEP_NODE_QUOTA_CONVERSATION_MESSAGES=5")}), t: t}
	p.send()
	leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
	laggard := slices.IndexFunc(p.ids(), func(id string) bool { return id != leader })
	if _, err := p.Break(t.Context(), p.ids()[laggard], fault.Fault{Kind: fault.HungDisk}); err != nil {
		t.Fatal(err)
	}
	c := client.New(client.Config{Targets: client.Fixed("http://" + p.Members()[laggard].HTTP), AttemptTimeout: 10 * time.Second})
	acknowledged := 0
	for i := range 8 {
		if _, err := c.Attempt(t.Context(), "full", api.Message{ID: fmt.Sprint(i), Sender: "ann", Body: "x"}); err == nil {
			acknowledged++
		}
	}
	if err := p.Heal(t.Context(), p.ids()[laggard]); err != nil {
		t.Fatal(err)
	}
	if acknowledged > 5 {
		t.Errorf("%d messages of a conversation came through a node that lags, with a quota of 5", acknowledged)
	}
	wait(t, "the node that lagged refuses by the quota or orders up to it", func() bool {
		_, err := c.Attempt(t.Context(), "full", api.Message{ID: client.NewID(), Sender: "ann", Body: "x"})
		return err != nil && strings.Contains(err.Error(), "--quota-conversation-messages) is 5, and this one has 5")
	})
}

// TestFolderSize: the size of a folder follows what is in it, and what is not there is 0.
func TestFolderSize(t *testing.T) {
	dir := t.TempDir()
	size := folderSize(t.Context(), filepath.Join(dir, "data"))
	if got := size(); got != 0 {
		t.Errorf("no folder has %d bytes", got)
	}
	if err := os.MkdirAll(filepath.Join(dir, "data", "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "below", "file"), make([]byte, 1234), 0o600); err != nil {
		t.Fatal(err)
	}
	wait(t, "the folder has 1234 bytes", func() bool { return size() == 1234 })
}
