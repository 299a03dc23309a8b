package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lockstep/prototype/node"
)

type answer struct {
	Seq       uint64 `json:"seq"`
	Duplicate bool   `json:"duplicate"`
	Session   uint64 `json:"session"`
	Window    int    `json:"window"`
	Type      string `json:"type"`
	Status    int    `json:"status"`
	Outcome   string `json:"outcome"`
	FirstSeq  uint64 `json:"first_seq"`
	LastSeq   uint64 `json:"last_seq"`
}

func call(t *testing.T, method, url, contentType, body string) (answer, http.Header) {
	t.Helper()
	resp, text := ask(t, method, url, contentType, body)
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a, resp.Header
}

// TestHTTP_sessions: a numbered message is ordered once and in its turn, however
// often and in whatever order it is sent.
func TestHTTP_sessions(t *testing.T) {
	base := serve(t, false) + "/v1/conversations/room"
	s, _ := call(t, "POST", base+"/sessions", inJSON, `{"sender":"ann"}`)
	if s.Session == 0 || s.Window < 1 {
		t.Fatalf("opening a session: %+v", s)
	}
	send := func(number int, id string) answer {
		a, _ := call(t, "POST", base+"/messages", inJSON, fmt.Sprintf(`{"id":%q,"sender":"ann","body":"x","session":%d,"number":%d}`, id, s.Session, number))
		return a
	}
	if a := send(2, "b"); a.Status != http.StatusConflict || a.Outcome != "fail" {
		t.Errorf("number 2 before number 1: %+v", a)
	}
	if a := send(1, "a"); a.Seq != 1 || a.Duplicate {
		t.Errorf("number 1: %+v", a)
	}
	if a := send(2, "b"); a.Seq != 2 {
		t.Errorf("number 2 after number 1: %+v", a)
	}
	if a := send(1, "a"); a.Seq != 1 || !a.Duplicate {
		t.Errorf("number 1 again: %+v", a)
	}
	for i := 3; i <= s.Window+2; i++ {
		send(i, fmt.Sprint(i))
	}
	if a := send(1, "a"); a.Status != http.StatusConflict {
		t.Errorf("a number whose result is forgotten: %+v", a)
	}
	for name, body := range map[string]string{
		"a session that never was":  `{"id":"z","sender":"ann","body":"x","session":9,"number":1}`,
		"another sender's session":  fmt.Sprintf(`{"id":"z","sender":"bob","body":"x","session":%d,"number":99}`, s.Session),
		"a number without session":  `{"id":"z","sender":"ann","body":"x","number":1}`,
		"a session without number":  fmt.Sprintf(`{"id":"z","sender":"ann","body":"x","session":%d}`, s.Session),
		"a session without sender ": `{"id":"z","body":"x","session":9,"number":1}`,
	} {
		if a, _ := call(t, "POST", base+"/messages", inJSON, body); a.Outcome != "fail" || a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	resp, lines := ask(t, "POST", base+"/messages", inLines, fmt.Sprintf(`{"id":"l1","sender":"ann","body":"x","session":%d,"number":%d}
{"id":"l2","sender":"ann","body":"x","session":%d,"number":%d}
`, s.Session, s.Window+3, s.Session, s.Window+9))
	if got := strings.Split(strings.TrimSpace(lines), "\n"); resp.StatusCode != 200 || len(got) != 2 || !strings.Contains(got[0], `"duplicate":false`) || !strings.Contains(got[1], `"status":409`) {
		t.Errorf("a stream of numbered lines: %s", lines)
	}
}

// TestHTTP_retention: what is forgotten is gone with 410, which says where to go
// on; what is left is there.
func TestHTTP_retention(t *testing.T) {
	base := serveWith(t, func(c *node.Config) { c.Retain = 10 }) + "/v1/conversations/room"
	var lines strings.Builder
	for i := range 700 {
		fmt.Fprintf(&lines, `{"id":"%d","sender":"ann","body":"x"}`+"\n", i+1)
	}
	if resp, _ := ask(t, "POST", base+"/messages", inLines, lines.String()); resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
	gone, _ := call(t, "GET", base+"/messages?after=0", "", "")
	if gone.Status != http.StatusGone || gone.FirstSeq < 2 || 700-gone.FirstSeq < 9 || gone.Outcome != "fail" {
		t.Fatalf("messages that were forgotten: %+v", gone)
	}
	if a, _ := call(t, "GET", fmt.Sprintf("%s/messages?after=%d&limit=10000", base, gone.FirstSeq-1), "", ""); a.LastSeq != 700 {
		t.Errorf("what is left: %+v", a)
	}
	for _, path := range []string{"/events?after=0", "/digest?upto=1"} {
		if a, _ := call(t, "GET", base+path, "", ""); a.Status != http.StatusGone {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if a, _ := call(t, "GET", base+"/digest?upto=700", "", ""); a.Seq != 700 {
		t.Errorf("the digest at the end: %+v", a)
	}
	if a, _ := call(t, "POST", base+"/messages", inJSON, `{"id":"700","sender":"ann","body":"x"}`); a.Seq != 700 || !a.Duplicate {
		t.Errorf("an id that is retained: %+v", a)
	}
}

// TestHTTP_admission: over its limit a conversation is told when to come again,
// and its neighbours are not.
func TestHTTP_admission(t *testing.T) {
	base := serveWith(t, func(c *node.Config) { c.AdmitRate = 5 }) + "/v1/conversations/"
	refused := 0
	for i := range 20 {
		a, header := call(t, "POST", base+"hot/messages", inJSON, fmt.Sprintf(`{"id":"%d","sender":"ann","body":"x"}`, i))
		if a.Status == http.StatusTooManyRequests {
			refused++
			if header.Get("Retry-After") != "1" || a.Outcome != "fail" {
				t.Fatalf("%+v, Retry-After %q", a, header.Get("Retry-After"))
			}
		}
	}
	if refused == 0 {
		t.Error("twenty messages at once at a limit of five a second, and none refused")
	}
	if a, _ := call(t, "POST", base+"quiet/messages", inJSON, `{"id":"1","sender":"ann","body":"x"}`); a.Seq != 1 {
		t.Errorf("the neighbour: %+v", a)
	}
}

// TestHTTP_reads: many reads in one request, answered in order, each for itself.
func TestHTTP_reads(t *testing.T) {
	base := serve(t, false)
	for _, room := range []string{"a", "b"} {
		ask(t, "POST", base+"/v1/conversations/"+room+"/messages", inJSON, `{"id":"1","sender":"ann","body":"in `+room+`"}`)
	}
	_, text := ask(t, "POST", base+"/v1/reads", inLines, `{"conversation":"a"}
{"conversation":"b","read":"leader","limit":1}
{"conversation":"b","read":"sideways"}
nonsense
{"conversation":"a","read":"local","after":1}
{"conversation":"nobody","read":"session","min_seq":0}
`)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 6 {
		t.Fatalf("%d answers: %s", len(lines), text)
	}
	for i, want := range []string{`"body":"in a"`, `"body":"in b"`, `"status":400`, `"status":400`, `"messages":[],"last_seq":1,"read":"local"`, `"messages":[],"last_seq":0`} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("answer %d is %s, want %s in it", i+1, lines[i], want)
		}
	}
}
