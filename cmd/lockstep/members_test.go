package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestMembers_silent: a node that takes the connection and says nothing, as a stopped
// one does, is passed over.
func TestMembers_silent(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"shards":1,"members":[{"id":"n7"}]}`)
	}))
	defer answers.Close()
	code, out := ran(t.Context(), "members", "--target", silent.Addr().String()+","+answers.URL)
	if code != 0 || !strings.Contains(out, "n7") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if code, out := ran(t.Context(), "members", "--target", silent.Addr().String()); code != 1 {
		t.Errorf("nobody answers: exit code %d\n%s", code, out)
	}
}
