//go:build !js

package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// lines are messages of a stream, from a number on.
func lines(from, to int, body string) string {
	var out strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&out, `{"id":"%d","sender":"ann","body":%q}`+"\n", i, body)
	}
	return out.String()
}

// TestQuota_conversation: a conversation takes messages up to its quota, one by one and in
// a stream, where the first lines are ordered and the others refused; what was there stays
// and is read, and other conversations go on. A retry of what was ordered is not told that
// it was not, but that nothing happened now.
func TestQuota_conversation(t *testing.T) {
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.Quotas.ConversationMessages = 5 }))
	messages := "/v1/conversations/room/messages"
	if a := askAs(t, s, "POST", messages, strings.TrimSpace(lines(1, 1, "x"))); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a := askAs(t, s, "POST", messages, lines(2, 8, "x"), "Content-Type", "application/x-ndjson")
	answered := strings.Split(strings.TrimSpace(a.body), "\n")
	if len(answered) != 7 {
		t.Fatalf("%d answers: %s", len(answered), a.body)
	}
	for i, line := range answered {
		seq, refused := fmt.Sprintf(`"seq":%d,`, i+2), strings.Contains(line, `"urn:lockstep:quota-conversation"`) && strings.Contains(line, `"status":507`) && strings.Contains(line, `"outcome":"fail"`)
		if i < 4 && !strings.Contains(line, seq) || i >= 4 && !refused {
			t.Errorf("line %d: %s", i+2, line)
		}
	}
	for _, path := range []string{messages, "/v1/conversations/room/sessions"} {
		a := askAs(t, s, "POST", path, strings.TrimSpace(lines(9, 9, "x")))
		if path != messages {
			a = askAs(t, s, "POST", path, `{"sender":"ann"}`)
		}
		if a.status != http.StatusInsufficientStorage || a.Outcome != api.Fail || !strings.Contains(a.Detail, "--quota-conversation-messages") || !strings.Contains(a.Detail, "is 5") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := askAs(t, s, "GET", messages, ""); a.status != 200 || strings.Count(a.body, `"id"`) != 5 {
		t.Errorf("what was there: %d %s", a.status, a.body)
	}
	if a := askAs(t, s, "POST", "/v1/conversations/other/messages", strings.TrimSpace(lines(1, 1, "x"))); a.status != 200 {
		t.Errorf("another conversation: %d %s", a.status, a.body)
	}
}

// TestQuota_conversation_bytes: a conversation takes messages as long as their ids, senders
// and bodies fit into its quota, one by one and in a stream, of which the first lines are
// ordered; in a weak lane, too. Others go on.
func TestQuota_conversation_bytes(t *testing.T) {
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.Quotas.ConversationBytes = 30 }))
	send := func(path string, i, length int) said { // of 4 bytes and so many
		return askAs(t, s, "POST", "/v1/conversations/"+path, strings.TrimSpace(lines(i, i, strings.Repeat("x", length))))
	}
	refused := func(a said, has, would int) bool {
		return a.status == http.StatusInsufficientStorage && a.Type == "urn:lockstep:quota-conversation" && a.Outcome == api.Fail &&
			strings.Contains(a.Detail, fmt.Sprintf("--quota-conversation-bytes) is 30, and this one has %d and would have %d", has, would))
	}
	for _, lane := range []string{"", "?lane=clock", "?lane=leader"} {
		if a := send("room/messages"+lane, 1, 6); a.status != 200 {
			t.Fatalf("%s: %d %s", lane, a.status, a.body)
		}
		a := askAs(t, s, "POST", "/v1/conversations/room/messages"+lane, lines(2, 5, "xx"), "Content-Type", "application/x-ndjson")
		if said := strings.Split(strings.TrimSpace(a.body), "\n"); len(said) != 4 || !strings.Contains(said[2], `"seq":4,`) || !strings.Contains(said[3], "has 10 and would have 34") {
			t.Errorf("a stream%s: %s", lane, a.body)
		}
		if a := send("room/messages"+lane, 6, 0); !refused(a, 28, 32) {
			t.Errorf("%s: %d %s", lane, a.status, a.body)
		}
	}
	if a := send("other/messages", 1, 27); !refused(a, 0, 31) {
		t.Errorf("one that is too large by itself: %d %s", a.status, a.body)
	}
	if a := send("other/messages", 1, 26); a.status != 200 {
		t.Errorf("one that fits: %d %s", a.status, a.body)
	}
	if a := askAs(t, s, "POST", "/v1/conversations/other/sessions", `{"sender":"ann"}`); !refused(a, 30, 33) {
		t.Errorf("a session: %d %s", a.status, a.body)
	}
}

// TestQuota_node: a node whose files have grown beyond its quota takes nothing more, and
// goes on when there is room again; it is read all the time.
func TestQuota_node(t *testing.T) {
	var stored atomic.Int64
	s := listen(t, answers(t, openAlone(t, nil), func(c *Config) { c.Quotas.NodeBytes, c.Quotas.Stored = 1000, stored.Load }))
	send := func(i int) said {
		return askAs(t, s, "POST", "/v1/conversations/room/messages", strings.TrimSpace(lines(i, i, "x")))
	}
	if a := send(1); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	stored.Store(1000)
	if a := send(2); a.status != http.StatusInsufficientStorage || a.Type != "urn:lockstep:quota-node" || a.Outcome != api.Fail || !strings.Contains(a.Detail, "--quota-node-bytes) is 1000 bytes") || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := askAs(t, s, "GET", "/v1/conversations/room/messages", ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	stored.Store(999)
	if a := send(2); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestQuota_conversations: a node that holds as many conversations as it may lets none
// begin, by a message, a stream or a session, in no lane, and says which quota that is.
// Those that it holds go on, and so does one that has no more than a session.
func TestQuota_conversations(t *testing.T) {
	s := listen(t, answers(t, openAlone(t, func(c *node.Config) { c.Lazy, c.Shards = time.Second, 2 }), func(c *Config) { c.Quotas.NodeConversations = 4 }))
	const one, session = `{"id":"1","sender":"ann","body":"x"}`, `{"sender":"ann"}`
	ask := func(path, body string, header ...string) said {
		return askAs(t, s, "POST", "/v1/conversations/"+path, body, header...)
	}
	for path, body := range map[string]string{"a/messages": one, "b/sessions": session, "a/messages?lane=lazy": one, "a/messages?lane=clock": one} {
		if a := ask(path, body); a.status != 200 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
	}
	for path, body := range map[string]string{"c/messages": one, "c/sessions": session, "c/messages?lane=leader": one, "a/messages?lane=leader": one, "b/messages?lane=lazy": one} {
		if a := ask(path, body); a.status != http.StatusForbidden || a.Type != "urn:lockstep:quota-conversations" || a.Outcome != api.Fail ||
			!strings.Contains(a.Detail, "--quota-node-conversations) is 4, and it has 4") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := ask("c/messages", lines(1, 3, "x"), "Content-Type", "application/x-ndjson"); strings.Count(a.body, `"urn:lockstep:quota-conversations"`) != 3 {
		t.Errorf("a stream: %s", a.body)
	}
	for _, path := range []string{"a/messages", "b/messages", "a/messages?lane=lazy", "a/messages?lane=clock"} {
		if a := ask(path, strings.Replace(one, "1", "2", 1)); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := askAs(t, s, "GET", "/v1/conversations/c/messages", ""); a.status != 200 || strings.Contains(a.body, `"id"`) {
		t.Errorf("what was refused: %d %s", a.status, a.body)
	}
}

// TestQuota_client: a token is a client, and so is an address without one; one that has used
// its allowance keeps no other from sending, and is told when to come again.
func TestQuota_client(t *testing.T) {
	path, file := tokens(t)
	grant(t, path, access.Write, access.Operate)
	file.Reload()
	a := answers(t, openAlone(t, nil), func(c *Config) { c.Access, c.Quotas.ClientMessages = file, 3 })
	still := time.Now()
	a.quotas.now = func() time.Time { return still }
	s := listen(t, a)
	send := func(token string, i int) said {
		return askAs(t, s, "POST", "/v1/conversations/room/messages", strings.TrimSpace(lines(i, i, "x")), "Authorization", "Bearer "+token)
	}
	for i := range 3 {
		if a := send("write", i); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	over := send("write", 3)
	if wait, err := strconv.Atoi(over.header.Get("Retry-After")); over.status != 429 || over.Type != "urn:lockstep:quota-client" || over.Outcome != api.Fail || err != nil || wait != 1 ||
		!strings.Contains(over.Detail, "--quota-client-messages) is 3") || !strings.Contains(over.Detail, "token the-write") {
		t.Errorf("%d %s, again after %d s", over.status, over.body, wait)
	}
	if a := send("operate", 4); a.status != 200 {
		t.Errorf("another client: %d %s", a.status, a.body)
	}
	still = still.Add(time.Second)
	if a := send("write", 5); a.status != 200 {
		t.Errorf("a second later: %d %s", a.status, a.body)
	}
}

// TestQuotas: bytes, new conversations and networks are counted, larger messages than the
// allowance come through one at a time, and clients without number share an allowance.
func TestQuotas(t *testing.T) {
	now := time.Now()
	have := map[string]uint64{"old": 7}
	open := func(c Quotas) *quotas {
		q := newQuotas(c, nil)
		q.now, q.have = func() time.Time { return now }, func(_ context.Context, _, conversation string) (order.View, *outcome.Error) {
			return order.View{Last: have[conversation]}, nil
		}
		return q
	}
	of := func(room string, bodies ...string) (list []order.Command) {
		for _, body := range bodies {
			list = append(list, order.Command{Conversation: room, Body: body})
		}
		return list
	}

	unasked := newQuotas(Quotas{NodeBytes: 10, Stored: func() int64 { return 1 }, ClientMessages: 5}, nil)
	unasked.have = func(context.Context, string, string) (order.View, *outcome.Error) {
		t.Error("the leader is asked about a conversation, of which no quota wants to know")
		return order.View{}, nil
	}
	if n, over := unasked.admit(t.Context(), "ann", "", of("old", "x")); n != 1 || over != nil {
		t.Errorf("within all quotas: %d, %v", n, over)
	}
	if newQuotas(Quotas{}, nil) != nil {
		t.Error("no quota is one")
	}

	q := open(Quotas{ClientBytes: 10})
	if n, over := q.admit(t.Context(), "ann", "", of("old", "12345", "12345", "1")); n != 2 || over == nil || !strings.Contains(over.Detail, "--quota-client-bytes) is 10") {
		t.Errorf("11 bytes of 10: %d, %v", n, over)
	}
	now = now.Add(time.Second)
	if n, over := q.admit(t.Context(), "ann", "", of("old", strings.Repeat("x", 25))); n != 1 || over != nil {
		t.Errorf("one message of 25 bytes: %d, %v", n, over)
	}
	if n, over := q.admit(t.Context(), "ann", "", of("old", "1")); n != 0 || over.RetryAfter != 1600*time.Millisecond {
		t.Errorf("in debt: %d, %v", n, over)
	}

	q = open(Quotas{ClientConversations: 2})
	for _, room := range []string{"a", "a", "old", "b", "a"} {
		if n, over := q.admit(t.Context(), "ann", "", of(room, "x")); n != 1 {
			t.Errorf("%s: %v", room, over)
		}
	}
	if n, over := q.admit(t.Context(), "ann", "", of("c", "x")); n != 0 || over.RetryAfter != time.Hour || !strings.Contains(over.Detail, "--quota-client-conversations) is 2") {
		t.Errorf("a third one: %d, %v", n, over)
	}
	if n, _ := q.admit(t.Context(), "ben", "", of("c", "x")); n != 1 {
		t.Error("another client begins none")
	}
	now = now.Add(time.Hour)
	if n, over := q.admit(t.Context(), "ann", "", of("c", "x")); n != 1 {
		t.Errorf("an hour later: %v", over)
	}

	q = open(Quotas{ClientMessages: 1})
	for i := range clientsKept + 5 {
		n, _ := q.admit(t.Context(), fmt.Sprint(i), "", of("old", "x"))
		if want := i <= clientsKept; (n == 1) != want {
			t.Fatalf("client %d: %d", i, n)
		}
	}
	if len(q.clients) > clientsKept+1 {
		t.Errorf("%d clients are kept", len(q.clients))
	}
	now = now.Add(2 * time.Second)
	if n, _ := q.admit(t.Context(), "new", "", of("old", "x")); n != 1 || len(q.clients) != 1 {
		t.Errorf("when the others are quiet: %d, %d clients are kept", n, len(q.clients))
	}

	for remote, want := range map[string]string{"10.0.0.1:5000": "10.0.0.1", "[::ffff:10.0.0.1]:5000": "10.0.0.1", "[2001:db8:1:2:3::4]:5000": "2001:db8:1:2::/64", "@": "somebody"} {
		if got := clientOf(context.Background(), remote); got != want {
			t.Errorf("%s is %s, want %s", remote, got, want)
		}
	}
}

// TestQuota_none: without quotas nothing is counted.
func TestQuota_none(t *testing.T) {
	a := answers(t, openAlone(t, nil), nil)
	s := listen(t, a)
	if a.quotas != nil {
		t.Error("there are quotas")
	}
	r, err := http.Post(s.URL+"/v1/conversations/room/messages", "application/x-ndjson", strings.NewReader(lines(1, 3000, "x")))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if data, err := io.ReadAll(r.Body); err != nil || strings.Count(string(data), `"seq"`) != 3000 {
		t.Errorf("%v: %.300s", err, data)
	}
}
