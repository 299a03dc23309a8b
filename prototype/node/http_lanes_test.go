package node_test

import (
	"strings"
	"testing"
)

// TestHTTP_lanes: each lane has conversations of its own, and the weak ones do
// not pretend to read strongly.
func TestHTTP_lanes(t *testing.T) {
	base := serve(t, false)
	room := base + "/v1/conversations/room"
	for _, lane := range []string{"quorum", "leader", "clock"} {
		if a, _ := call(t, "POST", room+"/messages?lane="+lane, inJSON, `{"id":"1","sender":"ann","body":"in `+lane+`"}`); a.Seq != 1 || a.Duplicate {
			t.Errorf("the first message of lane %s: %+v", lane, a)
		}
		if _, text := ask(t, "POST", room+"/messages?lane="+lane, inLines, `{"id":"1","sender":"ann","body":"again"}`+"\n"+`{"id":"2","sender":"ann","body":"x"}`+"\n"); !strings.Contains(text, `"duplicate":true`) || !strings.Contains(text, `"seq":2`) {
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
	for _, path := range []string{"/messages?lane=leader&read=linearizable", "/messages?lane=clock&read=leader", "/messages?lane=sideways"} {
		if a, _ := call(t, "GET", room+path, "", ""); a.Status != 400 {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if _, text := ask(t, "GET", base+"/v1/status", "", ""); strings.Contains(text, `"lane":"clock"`) {
		t.Errorf("the status lists lanes that nobody asked for: %s", text)
	}
}
