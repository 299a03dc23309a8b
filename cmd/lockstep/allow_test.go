package main

import (
	"net/http"
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
