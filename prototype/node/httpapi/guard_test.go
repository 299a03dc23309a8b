//go:build !js

package httpapi

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/roster"
)

// answers is the API of a node.
func answers(t *testing.T, n *node.Node, tune func(*Config)) *API {
	t.Helper()
	cfg := DefaultConfig()
	if tune != nil {
		tune(&cfg)
	}
	a, err := New(n, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// listen serves an API as lockstep node does.
func listen(t *testing.T, a *API) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config = a.Server()
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

type said struct {
	status int
	header http.Header
	body   string
	api.Problem
}

// askAs makes one with the headers that are given, and reads the beginning of the
// answer.
func askAs(t *testing.T, s *httptest.Server, method, path, body string, header ...string) said {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	a := said{status: resp.StatusCode, header: resp.Header}
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		a.body = string(data)
	}
	if resp.Header.Get("Content-Type") == "application/problem+json" && method != "HEAD" {
		if err := json.Unmarshal([]byte(a.body), &a.Problem); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// every lists a request for each route, and for what is none.
func every(a *API) (list []route) {
	fill := strings.NewReplacer("{conversation}", "room", "{member}", "n9")
	for _, r := range a.routes() {
		list = append(list, route{method: r.method, path: fill.Replace(r.path)})
	}
	return append(list, route{method: "PUT", path: "/v1/reads"}, route{method: "OPTIONS", path: "/v1/status"}, route{method: "HEAD", path: "/healthz"},
		route{method: "GET", path: "/v1/nothing"}, route{method: "GET", path: "//v1//status"})
}

// TestGuard_matrix: no route answers to a name that is not the node's, nor to a page
// of another origin; each answers to the others. The routes are those of the node,
// so a new one is tried with the others, and one beside the guard is found.
func TestGuard_matrix(t *testing.T) {
	n := openAlone(t, func(c *node.Config) { c.Lazy = time.Second })
	a := answers(t, n, func(c *Config) {
		c.AllowFaults = true
		c.AllowHosts, c.AllowOrigins = []string{"Chat.example.org", "ported.example:8443"}, []string{"https://app.example"}
	})
	if _, ok := a.Handler().(*guard); !ok {
		t.Fatal("a handler without the guard in front of it")
	}
	s := listen(t, a)
	if _, ok := s.Config.Handler.(*guard); !ok {
		t.Fatal("a server without the guard in front of it")
	}
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, tt := range []struct {
		name   string
		want   int // 0: the route's own answer
		header []string
	}{
		{"own address", 0, nil},
		{"loopback name", 0, []string{"Host", "localhost:" + port}},
		{"loopback name below", 0, []string{"Host", "A.Localhost."}},
		{"loopback network", 0, []string{"Host", "127.9.9.9:1"}},
		{"loopback of version 6", 0, []string{"Host", "[::1]:7001"}},
		{"configured", 0, []string{"Host", "n1.example:7001"}},
		{"configured, forwarded port", 0, []string{"Host", "N1.example:80"}},
		{"allowed", 0, []string{"Host", "chat.example.org"}},
		{"allowed with its port", 0, []string{"Host", "ported.example:8443"}},
		{"allowed with another port", 421, []string{"Host", "ported.example:8444"}},
		{"rebound name", 421, []string{"Host", "evil.example:" + port, "Origin", "http://evil.example:" + port}},
		{"rebound name, no origin", 421, []string{"Host", "evil.example"}},
		{"name that begins like loopback", 421, []string{"Host", "localhost.evil.example"}},
		{"name that ends like loopback", 421, []string{"Host", "evillocalhost"}},
		{"name with an address in it", 421, []string{"Host", "127.0.0.1.evil.example"}},
		{"address of somebody else", 421, []string{"Host", "10.9.8.7:7001"}},
		{"address written as a number", 421, []string{"Host", "2130706433"}},
		{"forwarded host does not count", 421, []string{"Host", "evil.example", "X-Forwarded-Host", "localhost"}},
		{"own origin", 0, []string{"Host", "localhost:" + port, "Origin", "http://localhost:" + port}},
		{"own origin, port left out", 0, []string{"Host", "n1.example:80", "Origin", "http://n1.example"}},
		{"allowed origin", 0, []string{"Origin", "https://app.example"}},
		{"allowed origin, port given", 0, []string{"Origin", "https://app.example:443"}},
		{"other origin", 403, []string{"Origin", "https://evil.example"}},
		{"other port", 403, []string{"Host", "localhost:" + port, "Origin", "http://localhost:1"}},
		{"other scheme", 403, []string{"Host", "localhost:" + port, "Origin", "https://localhost:" + port}},
		{"other loopback name", 403, []string{"Host", "localhost:" + port, "Origin", "http://127.0.0.1:" + port}},
		{"allowed origin, other scheme", 403, []string{"Origin", "http://app.example"}},
		{"nobody's origin", 403, []string{"Origin", "null"}},
		{"empty origin", 403, []string{"Origin", ""}},
		{"two origins", 403, []string{"Origin", "https://app.example", "Origin", "https://evil.example"}},
		{"loaded by another site", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		{"framed by another site", 403, []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"typed by somebody", 0, []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			flag := map[int]string{421: "--allow-host", 403: "--allow-origin"}[tt.want]
			for _, route := range every(a) {
				a := askAs(t, s, route.method, route.path, "", tt.header...)
				refused := a.Type == "urn:lockstep:host" || a.Type == "urn:lockstep:origin"
				if route.method == "HEAD" {
					refused = a.status == tt.want
				} else if tt.want != 0 && (a.Outcome != api.Fail || !strings.Contains(a.Detail, flag)) {
					t.Errorf("%s %s: the problem does not name %s: %s", route.method, route.path, flag, a.body)
				}
				if refused != (tt.want != 0) || refused && a.status != tt.want {
					t.Errorf("%s %s: %d %s", route.method, route.path, a.status, a.body)
				}
				if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s %s: headers %v", route.method, route.path, a.header)
				}
			}
		})
	}
}

// TestGuard_local_address: health is asked for by address.
func TestGuard_local_address(t *testing.T) {
	a := answers(t, openAlone(t, nil), nil)
	for local, want := range map[string]int{"10.0.0.5": 200, "fd00::5": 200, "10.0.0.6": 421} {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = net.JoinHostPort(local, "7001")
			own := map[string]net.IP{"10.0.0.6": net.ParseIP("10.0.0.5")}[local]
			if own == nil {
				own = net.ParseIP(local)
			}
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r.WithContext(withLocal(r, own)))
			if w.Code != want {
				t.Errorf("%s of %s: %d, want %d", path, r.Host, w.Code, want)
			}
		}
	}
}

// TestGuard_own_name: the address that a node is configured with is one of its names,
// in whatever form it was written.
func TestGuard_own_name(t *testing.T) {
	for self, tt := range map[string][]string{
		"n1:http": {"n1", "n1:80"}, "N1.Example.:7001": {"n1.example:7001"}, "[fd00::5]:7001": {"[fd00::5]:7001", "[FD00:0::5]"},
		"10.0.0.5:7001": {"10.0.0.5:7001", "10.0.0.5"}, "0.0.0.0:7001": {"0.0.0.0:7001"}, ":7001": {"localhost:7001"},
	} {
		g := newGuard(DefaultConfig(), roster.Peer{HTTP: self}, nil)
		for _, host := range tt {
			r := httptest.NewRequest("GET", "/", nil)
			if r.Host = host; !g.knows(r) {
				t.Errorf("%s does not know itself as %s", self, host)
			}
		}
		for _, host := range []string{"", ":7001", "n2", "evil.example:7001", "[]"} {
			r := httptest.NewRequest("GET", "/", nil)
			if r.Host = host; g.knows(r) {
				t.Errorf("%s takes %q for itself", self, host)
			}
		}
	}
}

// TestGuard_content_type: what a page can send unasked is not taken for JSON, and
// programs need not say what they send.
func TestGuard_content_type(t *testing.T) {
	n := openAlone(t, nil)
	s := listen(t, answers(t, n, nil))
	message := `{"id":"%d","sender":"ann","body":"x"}`
	for i, tt := range []struct {
		want   int
		header []string
	}{
		{200, nil},
		{200, []string{"Content-Type", "application/json"}},
		{200, []string{"Origin", s.URL, "Content-Type", "application/json; charset=utf-8"}},
		{200, []string{"Origin", s.URL, "Content-Type", "application/x-ndjson"}},
		{415, []string{"Origin", s.URL}},
		{415, []string{"Origin", s.URL, "Content-Type", "text/plain"}},
		{415, []string{"Sec-Fetch-Site", "same-origin"}},
	} {
		if a := askAs(t, s, "POST", "/v1/conversations/room/messages", fmt.Sprintf(message, i), tt.header...); a.status != tt.want {
			t.Errorf("%q: %d %s", tt.header, a.status, a.body)
		}
	}
}

// TestGuard_shares: a page of an allowed origin may ask beforehand, and may not
// become an operator.
func TestGuard_shares(t *testing.T) {
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.AllowOrigins = []string{"https://app.example"} }))
	asking := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,lockstep-operator"}
	a := askAs(t, s, "OPTIONS", "/v1/drain", "", append(asking, "Origin", "https://app.example")...)
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "https://app.example" || strings.Contains(strings.ToLower(a.header.Get("Access-Control-Allow-Headers")), "operator") {
		t.Errorf("a page of an allowed origin: %d %v", a.status, a.header)
	}
	if allowed := a.header.Get("Access-Control-Allow-Headers"); !strings.Contains(allowed, "Authorization") {
		t.Errorf("a page cannot show its token: %s", allowed)
	}
	if a := askAs(t, s, "GET", "/v1/status", "", "Origin", "https://app.example"); a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("an answer that its page may not read: %v", a.header)
	}
	for _, origin := range []string{"https://evil.example", s.URL} {
		if a := askAs(t, s, "OPTIONS", "/v1/drain", "", append(asking, "Origin", origin)...); a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", origin, a.header)
		}
	}
}

// TestConfig_hosts: what cannot be a host or an origin is refused at the start.
func TestConfig_hosts(t *testing.T) {
	for _, tt := range []struct {
		hosts, origins []string
		ok             bool
	}{
		{[]string{"chat.example", "chat.example:443", "10.0.0.1", "[fd00::1]:7001"}, []string{"https://chat.example", "http://[fd00::1]:7001"}, true},
		{[]string{"https://chat.example"}, nil, false},
		{[]string{""}, nil, false},
		{[]string{"*.example"}, nil, false},
		{[]string{"chat.example/v1"}, nil, false},
		{[]string{"fd00::1"}, nil, false},
		{nil, []string{"chat.example"}, false},
		{nil, []string{"https://chat.example/"}, false},
		{nil, []string{"null"}, false},
		{nil, []string{"*"}, false},
	} {
		c := DefaultConfig()
		c.AllowHosts, c.AllowOrigins = tt.hosts, tt.origins
		if err := c.Validate(); (err == nil) != tt.ok {
			t.Errorf("hosts %q, origins %q: %v", tt.hosts, tt.origins, err)
		}
	}
}
