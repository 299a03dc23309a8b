package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi"
	"lockstep/prototype/node/storage"
)

// serve starts a cluster of one node and its HTTP API.
func serve(t *testing.T, allowFaults bool) string {
	t.Helper()
	return serveAs(t, allowFaults, func(*node.Config) {})
}

func serveWith(t *testing.T, tune func(*node.Config)) string {
	t.Helper()
	return serveAs(t, false, tune)
}

func serveAs(t *testing.T, allowFaults bool, tune func(*node.Config)) string {
	t.Helper()
	m, err := cluster.NewMemory(1, func(c *node.Config) {
		c.Shards = 1
		tune(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := httpapi.DefaultConfig()
	cfg.AllowFaults = allowFaults
	a, err := httpapi.New(m.Node("n1"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := m.AwaitLeader(ctx, "room", ""); err != nil {
		t.Fatal(err)
	}
	return server.URL
}

func ask(t *testing.T, method, url, contentType, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(data)
}

const (
	inJSON  = "application/json"
	inLines = "application/x-ndjson"
)

// TestHTTP_bad_input: each mistake gets a problem that says what is wrong, and
// that nothing was ordered.
func TestHTTP_bad_input(t *testing.T) {
	base := serve(t, false)
	const messages = "/v1/conversations/room/messages"
	long := strings.Repeat("a", 129)
	for _, tt := range []struct {
		name, method, path, contentType, body string
		status                                int
		detail                                string
	}{
		{"malformed", "POST", messages, inJSON, `{"id":`, 400, "malformed"},
		{"empty", "POST", messages, inJSON, ``, 400, "malformed"},
		{"another kind of JSON", "POST", messages, inJSON, `[]`, 400, "malformed"},
		{"unknown field", "POST", messages, inJSON, `{"id":"1","sender":"s","body":"b","to":"x"}`, 400, "unknown field"},
		{"trailing data", "POST", messages, inJSON, `{"id":"1","sender":"s","body":"b"}{}`, 400, "more after"},
		{"empty id", "POST", messages, inJSON, `{"id":"","sender":"s","body":"b"}`, 400, "id is missing"},
		{"long id", "POST", messages, inJSON, `{"id":"` + long + `","sender":"s","body":"b"}`, 400, "129 bytes"},
		{"no sender", "POST", messages, inJSON, `{"id":"1","body":"b"}`, 400, "sender is missing"},
		{"control character", "POST", messages, inJSON, `{"id":"a\u0007","sender":"s","body":"b"}`, 400, "control"},
		{"half a character", "POST", messages, inJSON, `{"id":"\ud800","sender":"s","body":"b"}`, 400, "half a character"},
		{"the other half first", "POST", messages, inJSON, `{"id":"1","sender":"s","body":"\udc00\ud800"}`, 400, "half a character"},
		{"half a character behind a backslash", "POST", messages, inJSON, `{"id":"1","sender":"s","body":"\\\ud83d\u0041"}`, 400, "half a character"},
		{"invalid UTF-8", "POST", messages, inJSON, "{\"id\":\"1\",\"sender\":\"s\",\"body\":\"\xff\"}", 400, "UTF-8"},
		{"body over the limit", "POST", messages, inJSON, `{"id":"1","sender":"s","body":"` + strings.Repeat("a", 64<<10+1) + `"}`, 413, "more bytes"},
		{"request over the limit", "POST", messages, inJSON, strings.Repeat("a", 1<<20), 413, "more bytes"},
		{"content type", "POST", messages, "text/plain", `x`, 415, "application/json"},
		{"long conversation", "POST", "/v1/conversations/" + long + "/messages", inJSON, `{"id":"1","sender":"s","body":"b"}`, 400, "conversation"},
		{"lane", "POST", messages + "?lane=sideways", inJSON, `{"id":"1","sender":"s","body":"b"}`, 400, "lane"},
		{"read level", "GET", messages + "?read=strong", "", "", 400, "read level"},
		{"limit", "GET", messages + "?limit=0", "", "", 400, "limit"},
		{"after", "GET", messages + "?after=x", "", "", 400, "after"},
		{"session not reached", "GET", messages + "?read=session&min_seq=9", "", "", 503, "min_seq"},
		{"method", "PUT", messages, "", "", 405, "POST, GET"},
		{"route", "GET", "/v1/nothing", "", "", 404, "API"},
		{"faults", "POST", "/v1/faults", inJSON, `{"fault":"isolate"}`, 403, "--allow-faults"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := ask(t, tt.method, base+tt.path, tt.contentType, tt.body)
			var p struct {
				Status                 int
				Title, Detail, Outcome string
			}
			if err := json.Unmarshal([]byte(body), &p); err != nil || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%s is not a problem: %v %s", resp.Header.Get("Content-Type"), err, body)
			}
			if resp.StatusCode != tt.status || p.Status != tt.status || p.Outcome != "fail" || !strings.Contains(p.Detail, tt.detail) || p.Title == "" {
				t.Errorf("%s %+v, want %d and %q", resp.Status, p, tt.status, tt.detail)
			}
			if (tt.status == 503) != (resp.Header.Get("Retry-After") != "") {
				t.Errorf("Retry-After is %q", resp.Header.Get("Retry-After"))
			}
		})
	}
	if _, body := ask(t, "GET", base+messages, "", ""); !strings.Contains(body, `"messages":[]`) || !strings.Contains(body, `"last_seq":0`) {
		t.Errorf("after bad input only, the conversation is %s", body)
	}
}

// TestHTTP_messages: one message, again, many, one bad among them; then read.
func TestHTTP_messages(t *testing.T) {
	base := serve(t, false)
	const messages = "/v1/conversations/a%2Fb%20%C3%BC/messages"
	for _, tt := range []struct{ contentType, body, want string }{
		{inJSON, `{"id":"1","sender":"s","body":"b"}`, `"seq":1,"id":"1"`},
		{inJSON, `{"id":"1","sender":"s","body":"b"}`, `"duplicate":true`},
		{inLines, `{"id":"2","sender":"s","body":"b"}` + "\nnonsense\n" + `{"id":"3","sender":"s","body":"b"}`, `"seq":3,"id":"3"`},
	} {
		resp, body := ask(t, "POST", base+messages, tt.contentType, tt.body)
		if resp.StatusCode != 200 || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %s %s, want %s", tt.body, resp.Status, body, tt.want)
		}
		if n := strings.Count(strings.TrimSpace(body), "\n"); tt.contentType == inLines && (n != 2 || !strings.Contains(body, `"status":400`)) {
			t.Errorf("answers to three lines, one of them bad:\n%s", body)
		}
	}
	if _, body := ask(t, "GET", base+messages+"?after=1&limit=1", "", ""); !strings.Contains(body, `"conversation":"a/b ü"`) || !strings.Contains(body, `"last_seq":3`) || strings.Count(body, `"seq"`) != 1 {
		t.Errorf("read: %s", body)
	}
	_, all := ask(t, "GET", base+"/v1/conversations/a%2Fb%20%C3%BC/digest", "", "")
	_, some := ask(t, "GET", base+"/v1/conversations/a%2Fb%20%C3%BC/digest?upto=2", "", "")
	if !strings.Contains(all, `"seq":3`) || !strings.Contains(some, `"seq":2`) || all == some {
		t.Errorf("digests %s and %s", all, some)
	}
}

// TestHTTP_events: the stream gives every message once and resumes after the
// last one that was seen.
func TestHTTP_events(t *testing.T) {
	base := serve(t, false)
	for i := range 3 {
		ask(t, "POST", base+"/v1/conversations/room/messages", inJSON, fmt.Sprintf(`{"id":"%d","sender":"s","body":"b"}`, i))
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", base+"/v1/conversations/room/events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "1")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	scanner := bufio.NewScanner(resp.Body)
	var ids []string
	for len(ids) < 3 && scanner.Scan() {
		if id, ok := strings.CutPrefix(scanner.Text(), "id: "); ok {
			if ids = append(ids, id); len(ids) == 2 {
				ask(t, "POST", base+"/v1/conversations/room/messages", inJSON, `{"id":"later","sender":"s","body":"b"}`)
			}
		}
	}
	if got := strings.Join(ids, " "); got != "2 3 4" {
		t.Errorf("events %q, want 2 3 4", got)
	}
}

func TestHTTP_faults(t *testing.T) {
	base := serve(t, true)
	if resp, body := ask(t, "POST", base+"/v1/faults", inJSON, `{"fault":"cut","peers":["n9"]}`); resp.StatusCode != 400 {
		t.Errorf("a cut to a stranger: %s %s", resp.Status, body)
	}
	if _, body := ask(t, "POST", base+"/v1/faults", inJSON, `{"fault":"isolate"}`); !strings.Contains(body, `"isolate"`) {
		t.Errorf("faults after one: %s", body)
	}
	if _, body := ask(t, "DELETE", base+"/v1/faults", "", ""); !strings.Contains(body, `"faults":[]`) {
		t.Errorf("faults after healing: %s", body)
	}
}

// TestShardOf pins the hash: a change would strand every conversation on the
// shard where it was (ADR-0007).
func TestShardOf(t *testing.T) {
	for name, want := range map[string]int{"": 3525, "room": 634, "general": 363, "größe": 1178} {
		if got := node.Slot(name); got != want {
			t.Errorf("Slot(%q) = %d, want %d", name, got, want)
		}
	}
	if node.ShardOf("room", 4) != node.Slot("room")%4 {
		t.Error("a shard is the slot modulo the number of shards")
	}
}

func TestConfig_lease(t *testing.T) {
	c := node.DefaultConfig()
	c.ID, c.Peers = "n1", []node.Peer{{ID: "n1", Raft: "r"}}
	c.Network, c.Stores = node.TCP{}, storage.MemoryStores()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	c.LeaseTimeout = c.HeartbeatTimeout/2 + time.Millisecond
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "half") {
		t.Errorf("a lease above half the heartbeat: %v", err)
	}
}
