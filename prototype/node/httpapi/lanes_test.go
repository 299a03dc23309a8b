package httpapi_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/node"
)

// TestHTTP_lanes: each lane has conversations of its own, and the weak ones do
// not pretend to read strongly.
func TestHTTP_lanes(t *testing.T) {
	base := serveWith(t, func(c *node.Config) { c.Lazy = time.Second })
	room := base + "/v1/conversations/room"
	awaitLazy(t, base)
	for _, lane := range node.Lanes {
		if a, _ := call(t, "POST", room+"/messages?lane="+lane, inJSON, `{"id":"1","sender":"ann","body":"in `+lane+`"}`); a.Seq != 1 || a.Duplicate {
			t.Errorf("the first message of lane %s: %+v", lane, a)
		}
		if _, text := ask(t, "POST", room+"/messages?lane="+lane, inLines, `{"id":"1","sender":"ann","body":"in `+lane+`"}`+"\n"+`{"id":"2","sender":"ann","body":"x"}`+"\n"); !strings.Contains(text, `"duplicate":true`) || !strings.Contains(text, `"seq":2`) {
			t.Errorf("a stream in lane %s: %s", lane, text)
		}
		if _, text := ask(t, "GET", room+"/messages?lane="+lane, "", ""); !strings.Contains(text, "in "+lane) || !strings.Contains(text, `"last_seq":2`) {
			t.Errorf("reading lane %s: %s", lane, text)
		}
		if a, _ := call(t, "GET", room+"/digest?lane="+lane, "", ""); a.Seq != 2 {
			t.Errorf("the digest of lane %s: %+v", lane, a)
		}
		if _, text := ask(t, "GET", base+"/v1/status?lane="+lane, "", ""); !strings.Contains(text, `"lane":"`+lane+`"`) {
			t.Errorf("the status of lane %s: %s", lane, text)
		}
	}
	for _, path := range []string{"/messages?lane=lazy&read=linearizable", "/messages?lane=leader&read=linearizable", "/messages?lane=clock&read=leader", "/messages?lane=sideways"} {
		if a, _ := call(t, "GET", room+path, "", ""); a.Status != 400 {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if _, text := ask(t, "GET", base+"/v1/status", "", ""); strings.Contains(text, `"lane":"clock"`) || strings.Count(text, `"shards":[{"shard":0,"lane":"quorum"`) != 1 || strings.Contains(text, `"shard":1`) {
		t.Errorf("the status lists shards that nobody asked for: %s", text)
	}
	if _, text := ask(t, "GET", base+"/v1/members", "", ""); !strings.Contains(text, `"shards":1`) || !strings.Contains(text, `"voter":1`) {
		t.Errorf("the lazy lane counts as a shard: %s", text)
	}
	if a, _ := call(t, "GET", base+"/v1/conversations/"+url.PathEscape("\x00lazy/room")+"/messages", "", ""); a.Status != 400 {
		t.Errorf("the inner name of a conversation of the lazy lane: %+v", a)
	}
}

// awaitLazy waits until the lazy lane has a leader.
func awaitLazy(t *testing.T, base string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if _, text := ask(t, "GET", base+"/v1/status?lane=lazy", "", ""); strings.Contains(text, `"role":"leader"`) {
			return
		}
	}
	t.Fatal("nobody leads the lazy lane")
}

// TestHTTP_no_lazy_lane: a node that was not told to have the lane says how one gets
// it, wherever it is asked for.
func TestHTTP_no_lazy_lane(t *testing.T) {
	base := serve(t, false)
	room := base + "/v1/conversations/room"
	for _, r := range [][3]string{
		{"POST", room + "/messages?lane=lazy", `{"id":"1","sender":"ann","body":"x"}`},
		{"GET", room + "/messages?lane=lazy", ""}, {"GET", room + "/events?lane=lazy", ""}, {"GET", room + "/digest?lane=lazy", ""},
		{"POST", room + "/sessions?lane=lazy", `{"sender":"ann"}`}, {"GET", base + "/v1/status?lane=lazy", ""},
	} {
		if resp, text := ask(t, r[0], r[1], inJSON, r[2]); resp.StatusCode != 400 || !strings.Contains(text, "--lazy-lane") || !strings.Contains(text, `"outcome":"fail"`) {
			t.Errorf("%s %s: %d %s", r[0], r[1], resp.StatusCode, text)
		}
	}
	if _, text := ask(t, "GET", base+"/v1/status?lane=all", "", ""); strings.Contains(text, "lazy") {
		t.Errorf("the status of all lanes: %s", text)
	}
}
