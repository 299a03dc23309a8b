//go:build !js

package httpapi

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func withLocal(r *http.Request, ip net.IP) context.Context {
	return context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: ip, Port: 7001})
}

// TestOperator: only a program at the machine of the node may change the cluster,
// and what a proxy at that machine passes on is from elsewhere, whatever it says.
func TestOperator(t *testing.T) {
	a := answers(t, openAlone(t, nil), nil)
	for _, tt := range []struct {
		name, from, local string
		header            []string
		ok                bool
	}{
		{"at the machine", "127.0.0.1:5000", "127.0.0.1", nil, true},
		{"at the machine, version 6", "[::1]:5000", "::1", nil, true},
		{"at the machine, by its address", "10.0.0.5:5000", "10.0.0.5", nil, true},
		{"elsewhere", "10.0.0.6:5000", "10.0.0.5", nil, false},
		{"behind a proxy", "127.0.0.1:5000", "127.0.0.1", []string{"X-Forwarded-For", "203.0.113.9"}, false},
		{"behind a proxy, says it is not", "127.0.0.1:5000", "127.0.0.1", []string{"X-Forwarded-For", "127.0.0.1"}, false},
		{"behind a proxy, empty", "127.0.0.1:5000", "127.0.0.1", []string{"X-Forwarded-For", ""}, false},
		{"behind a proxy, twice", "127.0.0.1:5000", "127.0.0.1", []string{"X-Forwarded-For", "", "X-Forwarded-For", "203.0.113.9"}, false},
		{"elsewhere, says it is here", "10.0.0.6:5000", "10.0.0.5", []string{"X-Forwarded-For", "127.0.0.1", "Forwarded", "for=127.0.0.1"}, false},
		{"Forwarded", "127.0.0.1:5000", "127.0.0.1", []string{"Forwarded", "for=203.0.113.9"}, false},
		{"X-Real-IP", "127.0.0.1:5000", "127.0.0.1", []string{"X-Real-IP", "203.0.113.9"}, false},
		{"X-Forwarded-Proto alone", "127.0.0.1:5000", "127.0.0.1", []string{"X-Forwarded-Proto", "https"}, false},
		{"Via", "127.0.0.1:5000", "127.0.0.1", []string{"Via", "1.1 proxy"}, false},
		{"no address", "client", "127.0.0.1", nil, false},
	} {
		for _, route := range [][2]string{{"POST", "/v1/drain"}, {"DELETE", "/v1/drain"}, {"DELETE", "/v1/members/n9"}, {"GET", "/v1/shards/0/conversations"}} {
			r := httptest.NewRequest(route[0], route[1], nil)
			r.Host, r.RemoteAddr = "localhost:7001", tt.from
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Add(tt.header[i], tt.header[i+1])
			}
			for _, header := range []string{"", "cli"} {
				r.Header.Set("Lockstep-Operator", header)
				w := httptest.NewRecorder()
				a.Handler().ServeHTTP(w, r.WithContext(withLocal(r, net.ParseIP(tt.local))))
				if may := w.Code != http.StatusForbidden; may != (tt.ok && header != "") {
					t.Errorf("%s, operator %q: %v: %d %s", tt.name, header, route, w.Code, w.Body)
				}
			}
		}
	}
}
