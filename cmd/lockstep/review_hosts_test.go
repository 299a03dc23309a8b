package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// freePorts are ports on loopback that nobody had a moment ago. They lie below those
// that systems give to outgoing connections and to port 0, or a test that runs beside
// this one could be given one before it is used.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(10_000)))
		if err != nil {
			continue
		}
		defer l.Close()
		if ports = append(ports, l.Addr().(*net.TCPAddr).Port); len(ports) == n {
			return ports
		}
	}
	t.Fatalf("%d free ports: found %d", n, len(ports))
	return nil
}

// TestReview_hosts: three servers keep reviews together, by TLS. Any one of them
// may be killed: what was acknowledged is at the others, who go on; what happened
// meanwhile is at it when it is back, redactions too. One alone takes nothing and
// still shows everything.
func TestReview_hosts(t *testing.T) {
	dir := reviewedSite(t)
	certs := filepath.Join(t.TempDir(), "certs")
	ids := []string{"a", "b", "c"}
	var peers []string
	for i, port := range freePorts(t, 3) {
		if code := run(t.Context(), []string{"certs", "--out", certs, ids[i] + "=127.0.0.1"}, nil, io.Discard, io.Discard); code != 0 {
			t.Fatalf("certs: exit code %d", code)
		}
		peers = append(peers, fmt.Sprintf("%s=127.0.0.1:%d", ids[i], port))
	}
	data := t.TempDir()
	servers := make(map[string]*server)
	launch := func(id string) {
		servers[id] = launchServer(t, dir, "--data", filepath.Join(data, id), "--review-id", id, "--review-peers", strings.Join(peers, ","),
			"--tls-cert", filepath.Join(certs, id+".pem"), "--tls-key", filepath.Join(certs, id+".key"), "--tls-ca", filepath.Join(certs, "ca.pem"))
	}
	kill := func(id string) {
		servers[id].cmd.Process.Signal(syscall.SIGKILL)
		<-servers[id].ended
	}
	for _, id := range ids {
		launch(id)
	}
	for _, id := range ids {
		servers[id].await(t)
	}
	api := func(id string) string { return servers[id].address + "/api/reviews/adr/0001-use-a-log" }
	// post repeats what was not acknowledged, as the page does, until it is answered: a
	// host that has lost its company asks to wait, and so does one that is asked too
	// often.
	post := func(host, path, body string, want ...int) {
		t.Helper()
		var last string
		wait(t, fmt.Sprintf("%s takes %s", host, body), func() bool {
			status, data, err := sendJSON(t.Context(), "POST", api(host)+path, body)
			if last = fmt.Sprintf("%d %s %v", status, data, err); err == nil && status != 503 && status != 429 {
				if !slices.Contains(want, status) {
					t.Fatalf("%s: %s: %s, want %v", host, body, last, want)
				}
				return true
			}
			return false
		})
	}
	shows := func(host string, want ...string) {
		t.Helper()
		wait(t, fmt.Sprintf("%s shows %q", host, want), func() bool {
			status, data, err := sendJSON(t.Context(), "GET", api(host), "")
			return err == nil && status == 200 && !slices.ContainsFunc(want, func(w string) bool { return !bytes.Contains(data, []byte(w)) })
		})
	}

	post("a", "/threads", `{"id":"t1","body":"first","anchor":{"quote":"one log per shard"}}`, 201)
	for _, id := range ids {
		shows(id, `"body":"first"`, `"state":"exact"`)
	}
	post("b", "/threads", `{"id":"t1","body":"first"}`, 200) // the same again, elsewhere
	if status, list, err := sendJSON(t.Context(), "GET", servers["c"].address+"/reviews/", ""); err != nil || status != 200 || !bytes.Contains(list, []byte("first")) {
		t.Errorf("c does not list what a took: %d %v", status, err)
	}

	// One is killed, whoever leads: the other two go on.
	for i, gone := range ids {
		kill(gone)
		here := ids[(i+1)%3]
		post(here, "/threads", fmt.Sprintf(`{"id":"without-%s","body":"canary of %s"}`, gone, gone), 201, 200)
		post(here, "/threads/without-"+gone+"/comments", fmt.Sprintf(`{"id":"redacted-%s","body":"to be forgotten"}`, gone), 201, 200)
		wait(t, "a redaction", func() bool {
			status, _, err := sendJSON(t.Context(), "DELETE", api(here)+"/comments/redacted-"+gone, "")
			return err == nil && status == 200
		})
		launch(gone)
		servers[gone].await(t)
		shows(gone, "canary of "+gone, `"redacted":true`)
	}
	head := func(id string) string {
		out, err := command(t, "review", "verify", "--dir", dir, "--data", filepath.Join(data, id))
		if err != nil || !strings.Contains(out, "verified") {
			t.Errorf("%s: %v %s", id, err, out)
		}
		return out
	}
	if a, b, c := head("a"), head("b"), head("c"); a != b || b != c {
		t.Errorf("three heads:\n%s\n%s\n%s", a, b, c)
	}

	// The only one that is left says that it cannot, and loses nothing.
	kill("a")
	kill("b")
	var problem struct{ Code, Detail string }
	status, said, err := sendJSON(t.Context(), "POST", api("c")+"/threads", `{"id":"alone","body":"alone"}`)
	if err != nil || status != 503 || json.Unmarshal(said, &problem) != nil || problem.Code != "unavailable" {
		t.Errorf("alone: %d %s %v", status, said, err)
	}
	shows("c", "canary of a", "canary of b", "canary of c")
	launch("b")
	post("c", "/threads", `{"id":"alone","body":"alone"}`, 201, 200)
	servers["b"].await(t)
	shows("b", `"body":"alone"`)
	kill("c")
	kill("b")

	for _, tt := range []struct {
		want string
		args []string
	}{
		{"kept by 3 servers together", []string{"review", "list", "--dir", dir, "--data", filepath.Join(data, "a")}},
		{"with other --review-peers", []string{"serve", "--dir", dir, "--data", filepath.Join(data, "a"), "--review-id", "b", "--review-peers", "a=127.0.0.1:1,b=127.0.0.1:2,c=127.0.0.1:3"}},
		{"can be reached from elsewhere", []string{"serve", "--dir", dir, "--review-id", "a", "--review-peers", "a=10.0.0.1:1,b=10.0.0.2:2,c=10.0.0.3:3"}},
		{"an even number tolerates", []string{"serve", "--dir", dir, "--review-id", "a", "--review-peers", "a=127.0.0.1:1,b=127.0.0.1:2"}},
		{"--review-id is missing", []string{"serve", "--dir", dir, "--review-peers", "a=127.0.0.1:1"}},
		{"--review-peers is missing", []string{"serve", "--dir", dir, "--review-id", "a"}},
	} {
		if tt.args[0] == "serve" {
			tt.args = append(tt.args, "--addr", "127.0.0.1:0", "--no-cluster")
		}
		if out, err := command(t, tt.args...); err == nil || !strings.Contains(out, tt.want) {
			t.Errorf("%v: %v %s, want %q", tt.args, err, out, tt.want)
		}
	}
}

// TestReview_grow: a server's reviews move to several, whole.
func TestReview_grow(t *testing.T) {
	dir := reviewedSite(t)
	alone := filepath.Join(t.TempDir(), "alone")
	s := startServer(t, dir, "--data", alone)
	if status, _, err := sendJSON(t.Context(), "POST", s.address+"/api/reviews/adr/0001-use-a-log/threads", `{"id":"t1","body":"hello"}`); err != nil || status != 201 {
		t.Fatal(status, err)
	}
	backup := filepath.Join(t.TempDir(), "backup.jsonl")
	if out, err := command(t, "review", "backup", backup, "--dir", dir, "--data", alone); err != nil {
		t.Fatal(err, out)
	}
	before, err := command(t, "review", "verify", "--dir", dir, "--data", alone)
	if err != nil {
		t.Fatal(err, before)
	}
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.ended
	port := freePorts(t, 1)[0]
	one := []string{"--review-id", "a", "--review-peers", fmt.Sprintf("a=127.0.0.1:%d", port)}
	if out, err := command(t, append([]string{"serve", "--dir", dir, "--addr", "127.0.0.1:0", "--no-cluster", "--data", alone}, one...)...); err == nil || !strings.Contains(out, "lockstep review backup") {
		t.Errorf("a store of one server was opened as one of several: %v %s", err, out)
	}
	together := filepath.Join(t.TempDir(), "together")
	startServer(t, dir, append([]string{"--data", together}, one...)...)
	if out, err := command(t, "review", "restore", backup, "--dir", dir, "--data", together); err != nil || !strings.Contains(out, "2 events added") {
		t.Errorf("restore: %v %s", err, out)
	}
	if out, err := command(t, "review", "restore", backup, "--dir", dir, "--data", together); err == nil || !strings.Contains(out, "already") {
		t.Errorf("restore again: %v %s", err, out)
	}
	if after, err := command(t, "review", "verify", "--dir", dir, "--data", together); err != nil || after != before {
		t.Errorf("after:\n%s\nbefore:\n%s", after, before)
	}
}
