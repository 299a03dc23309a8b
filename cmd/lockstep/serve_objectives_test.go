package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lockstep/prototype/cluster"
)

// TestAskCounts: what nodes that do not answer, refuse or say something else would have
// counted is left out, and the others count.
func TestAskCounts(t *testing.T) {
	var members []cluster.Member
	for _, answer := range []string{"# TYPE x counter\nx 1\n", "", "no metrics {"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if answer == "" {
				http.Error(w, "not now", http.StatusServiceUnavailable)
			}
			io.WriteString(w, answer)
		}))
		defer server.Close()
		members = append(members, cluster.Member{HTTP: strings.TrimPrefix(server.URL, "http://")})
	}
	members = append(members, cluster.Member{HTTP: "127.0.0.1:1"})
	got := askCounts(func() []cluster.Member { return members })(t.Context())
	if len(got) != 1 || len(got[0].Names()) != 1 {
		t.Errorf("%d answers count, want one", len(got))
	}
}
