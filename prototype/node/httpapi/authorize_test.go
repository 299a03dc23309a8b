//go:build !js

package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/order"
)

// tokens is an access file with a token for each role, whose text is the role's name.
func tokens(t *testing.T) (path string, file *access.File) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "access")
	grant(t, path, access.Read, access.Write, access.Operate)
	file, err := access.Open(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return path, file
}

func grant(t *testing.T, path string, roles ...access.Role) {
	t.Helper()
	var lines []string
	for _, role := range roles {
		line, err := access.Line(role, "the-"+role.String(), role.String())
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line+"\n")
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// needs is what each route asks for; one that is not here fails TestAuthorize_matrix.
var needs = map[string]access.Role{
	"POST /v1/conversations/{conversation}/messages": access.Write,
	"GET /v1/conversations/{conversation}/messages":  access.Read,
	"POST /v1/conversations/{conversation}/sessions": access.Write,
	"POST /v1/reads": access.Read,
	"GET /v1/conversations/{conversation}/events": access.Read,
	"GET /v1/conversations/{conversation}/digest": access.Read,
	"GET /v1/status":                       access.Read,
	"GET /v1/shards/{shard}/conversations": access.Operate,
	"GET /v1/members":                      access.Read,
	"DELETE /v1/members/{member}":          access.Operate,
	"POST /v1/drain":                       access.Operate,
	"DELETE /v1/drain":                     access.Operate,
	"GET /v1/faults":                       access.Operate,
	"POST /v1/faults":                      access.Operate,
	"DELETE /v1/faults":                    access.Operate,
	"GET /healthz":                         access.Nobody,
	"GET /readyz":                          access.Nobody,
	"GET /metrics":                         access.Read,
}

// TestAuthorize_matrix: with an access file every route answers to the roles that include
// its own and to nobody else, from here and from elsewhere, and says what is lacking. At
// the machine an operator needs no token, and neither does who reads metrics.
func TestAuthorize_matrix(t *testing.T) {
	_, file := tokens(t)
	n := openAlone(t, nil)
	a := answers(t, n, func(c *Config) { c.Access, c.AllowFaults, c.AllowHosts = file, true, []string{"n1.example"} })
	fill := strings.NewReplacer("{conversation}", "room", "{member}", "n9", "{shard}", "0")
	counted := map[string]float64{}
	for _, route := range a.routes() {
		need, known := needs[route.method+" "+route.path]
		if !known {
			t.Errorf("%s %s: nobody has said here who may", route.method, route.path)
		}
		for _, from := range []string{"127.0.0.1", "10.0.0.6"} {
			for _, operator := range []string{"", "cli"} {
				for _, token := range []string{"", "read", "write", "operate", "wrong-canary", "Basic cmVhZDpyZWFk", "two"} {
					// A stream of events ends at once.
					ctx, cancel := context.WithCancel(t.Context())
					cancel()
					r := httptest.NewRequestWithContext(ctx, route.method, fill.Replace(route.path), strings.NewReader("{}"))
					r.Host, r.RemoteAddr = "n1.example", from+":5000"
					if operator != "" {
						r.Header.Set("Lockstep-Operator", operator)
					}
					role := access.Nobody
					switch token {
					case "":
					case "two":
						r.Header.Add("Authorization", "Bearer operate")
						r.Header.Add("Authorization", "Bearer operate")
					case "Basic cmVhZDpyZWFk":
						r.Header.Set("Authorization", token)
					default:
						r.Header.Set("Authorization", "bearer "+token)
						role, _ = access.ParseRole(token)
					}
					want := 0 // the route's own answer
					switch here := from == "127.0.0.1"; {
					case need == access.Nobody:
					case token != "" && role == access.Nobody:
						want = 401
					case here && operator != "", here && token == "" && route.path == "/metrics":
					case token == "":
						want = 401
					case role < need:
						want = 403
					}
					w := httptest.NewRecorder()
					a.Handler().ServeHTTP(w, r.WithContext(withLocal(r, net.IPv4(127, 0, 0, 1))))
					var p api.Problem
					json.Unmarshal(w.Body.Bytes(), &p)
					refused := p.Type == "urn:lockstep:unauthorized" || p.Type == "urn:lockstep:role"
					if refused != (want != 0) || refused && (w.Code != want || p.Status != want || p.Outcome != api.Fail || w.Header().Get("Content-Type") != "application/problem+json") {
						t.Errorf("%s %s with %q from %s, operator %q: %d %s, want %d", route.method, route.path, token, from, operator, w.Code, w.Body, want)
					}
					if lacks := need.String(); refused && (token == "" || want == 403) && !strings.Contains(p.Detail, "role "+lacks) {
						t.Errorf("%s %s with %q: the problem does not name the role %s: %s", route.method, route.path, token, lacks, p.Detail)
					}
					if refused {
						counted[strings.TrimPrefix(p.Type, "urn:lockstep:")]++
					}
					if challenge := w.Header().Get("WWW-Authenticate"); refused != strings.HasPrefix(challenge, "Bearer ") {
						t.Errorf("%s %s with %q: challenge %q", route.method, route.path, token, challenge)
					}
					if strings.Contains(w.Body.String(), "canary") {
						t.Errorf("the answer repeats the token: %s", w.Body)
					}
				}
			}
		}
	}
	if got := refusedAskers(t, n); !maps.Equal(got, counted) || len(got) != 2 {
		t.Errorf("metrics count %v, and there were %v", got, counted)
	}
}

func refusedAskers(t *testing.T, n *node.Node) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	families, err := n.Metrics().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "lockstep_askers_refused_total" {
			for _, m := range f.Metric {
				got[m.Label[0].GetValue()] = m.Counter.GetValue()
			}
		}
	}
	return got
}

// TestAuthorize_stream: who streams messages without a token is told at once, while the
// stream goes on.
func TestAuthorize_stream(t *testing.T) {
	_, file := tokens(t)
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.Access = file }))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, token := range []string{"", "Bearer wrong", "Bearer read"} {
		body, w := io.Pipe()
		defer w.Close()
		r, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/v1/conversations/room/messages", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-ndjson")
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 401 && answer.StatusCode != 403 {
			t.Errorf("with %q: %d", token, answer.StatusCode)
		}
	}
}

// TestAuthorize_unasked: a follower is shown nothing more once the file has changed, also if
// nobody says so and nobody else asks.
func TestAuthorize_unasked(t *testing.T) {
	path, file := tokens(t)
	n := openAlone(t, nil)
	s := listen(t, answers(t, n, func(c *Config) { c.Access = file }))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v1/conversations/room/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer read")
	events, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || events.StatusCode != 200 {
		t.Fatalf("%v: %v", events, err)
	}
	defer events.Body.Close()
	grant(t, path, access.Operate)
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, events.Body)
		ended <- err
	}()
	for i := 0; ; i++ {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
		if _, err := n.SubmitIn(ctx, node.LaneQuorum, "room", []order.Command{{Conversation: "room", ID: fmt.Sprint(i), Sender: "ann", Body: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
}

// saying opens a stream of messages, with a token unless that is "", and gives what says a
// line and reads the answer to it.
func saying(t *testing.T, ctx context.Context, to http.RoundTripper, address, token string) (say func(id string) api.Problem) {
	t.Helper()
	body, lines := io.Pipe()
	t.Cleanup(func() { lines.Close() })
	r, err := http.NewRequestWithContext(ctx, "POST", address+"/v1/conversations/room/messages", body)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	sends, err := to.RoundTrip(r)
	if err != nil || sends.StatusCode != 200 {
		t.Fatalf("%v: %v", sends, err)
	}
	t.Cleanup(func() { sends.Body.Close() })
	answered := json.NewDecoder(sends.Body)
	return func(id string) (p api.Problem) {
		t.Helper()
		if _, err := io.WriteString(lines, `{"id":"`+id+`","sender":"ann","body":"x"}`+"\n"); err != nil {
			t.Fatal(err)
		}
		if err := answered.Decode(&p); err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// TestAuthorize_revoked: what was begun with a token ends when the token is taken back:
// followers at once, streams of messages at their next line.
func TestAuthorize_revoked(t *testing.T) {
	path, file := tokens(t)
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.Access = file }))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	follow := func(token string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/v1/conversations/room/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%v: %v", answer, err)
		}
		return answer
	}
	events := follow("read")
	defer events.Body.Close()
	kept := follow("operate")
	say := saying(t, ctx, http.DefaultTransport, s.URL, "write")
	if p := say("1"); p.Status != 0 {
		t.Fatalf("before: %+v", p)
	}
	grant(t, path, access.Operate)
	file.Reload()
	if _, err := io.ReadAll(events.Body); err != nil && err != io.ErrUnexpectedEOF {
		t.Errorf("the follower: %v", err)
	}
	if p := say("2"); p.Status != 401 || p.Outcome != api.Fail {
		t.Errorf("the line after: %+v", p)
	}
	beginning := make([]byte, 10)
	if _, err := io.ReadFull(kept.Body, beginning); err != nil {
		t.Errorf("whose token stayed: %v", err)
	}
	kept.Body.Close()
	if a := askAs(t, s, "GET", "/v1/conversations/room/messages", "", "Authorization", "Bearer operate"); a.status != 200 || strings.Count(a.body, `"seq"`) != 1 {
		t.Errorf("what is there: %d %s", a.status, a.body)
	}
}
