package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/prototype/cluster"
)

// TestNode_allowed: a node is asked by the names and from the pages that it was
// started with, and by no others; whoever starts nodes can pass them on.
func TestNode_allowed(t *testing.T) {
	p, err := cluster.Start(t.Context(), cluster.Config{Executable: buildLockstep(t), Nodes: 1, Shards: 1, Dir: t.TempDir(),
		AllowHosts: []string{"chat.example", "other.example:8443"}, AllowOrigins: []string{"https://app.example", "https://chat.example"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, tt := range []struct {
		host, origin string
		want         int
	}{
		{"", "", 200},
		{"chat.example", "https://chat.example", 200},
		{"other.example:8443", "https://app.example", 200},
		{"other.example", "", 421},
		{"evil.example", "http://evil.example", 421},
		{"", "https://evil.example", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.Members()[0].HTTP+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Host = tt.host; tt.host == "" {
			r.Host = r.URL.Host
		}
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != tt.want {
			t.Errorf("host %q, origin %q: %s, want %d", tt.host, tt.origin, answer.Status, tt.want)
		}
	}
}

// TestAllowed_refused: what cannot be a host or an origin is refused by whoever starts
// nodes, before anything is made, and with the flag's name.
func TestAllowed_refused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"cluster", "--allow-host", "https://chat.example"}, "--allow-host"},
		{[]string{"cluster", "--allow-origin", "app.example"}, "--allow-origin"},
		{[]string{"serve", "--allow-host", "chat.example/x"}, "--allow-host"},
		{[]string{"serve", "--allow-origin", "https://app.example/x"}, "--allow-origin"},
		{[]string{"node", "--allow-origin", "null"}, "--allow-origin"},
		{[]string{"node", "--id", "n1", "--peers", "n1=127.0.0.1:1/127.0.0.1:2", "--max-in-flight", "1000"}, "1000 bytes for the requests of clients"},
	} {
		var out, errs strings.Builder
		if code := run(t.Context(), append(tt.args, "--data", dir), strings.NewReader(""), &out, &errs); code == 0 || !strings.Contains(errs.String(), tt.says) {
			t.Errorf("%q: exit code %d, %s", tt.args, code, errs.String())
		}
		if _, err := os.Stat(dir); err == nil {
			t.Fatalf("%q makes the folder of its data", tt.args)
		}
	}
}
