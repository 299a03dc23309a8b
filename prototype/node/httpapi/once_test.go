package httpapi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/node"
)

// uuid makes a UUIDv7 of a moment.
func uuid(at time.Time, n int) string {
	ms := at.UnixMilli()
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, n)
}

type onceAnswer struct {
	answer
	Detail string `json:"detail"`
	SHA256 string `json:"sha256"`
}

func lines(t *testing.T, url, body string) (answers []onceAnswer) {
	t.Helper()
	_, text := ask(t, "POST", url, inLines, body)
	for line := range strings.Lines(text) {
		var a onceAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		answers = append(answers, a)
	}
	return answers
}

// TestHTTP_ids_of_senders: an id is the sender's own, in a request and in a line, in
// every lane; with another body it is a conflict that names the first.
func TestHTTP_ids_of_senders(t *testing.T) {
	base := serveWith(t, func(c *node.Config) { c.Lazy = node.LazyEvery }) + "/v1/conversations/room/messages"
	for _, lane := range node.Lanes {
		url := base + "?lane=" + lane
		answers := lines(t, url, `{"id":"m1","sender":"ann","body":"one"}`+"\n"+`{"id":"m1","sender":"bob","body":"two"}`+"\n"+
			`{"id":"m1","sender":"ann","body":"one"}`+"\n"+`{"id":"m1","sender":"ann","body":"three"}`+"\n")
		for _, body := range []string{"one", "three"} {
			_, text := ask(t, "POST", url, inJSON, `{"id":"m1","sender":"ann","body":"`+body+`"}`)
			var a onceAnswer
			if err := json.Unmarshal([]byte(text), &a); err != nil {
				t.Fatal(err)
			}
			answers = append(answers, a)
		}
		sum := sha256.Sum256([]byte("one"))
		hash := hex.EncodeToString(sum[:])
		for i, a := range answers {
			switch i {
			case 0, 1:
				if a.Seq != uint64(i+1) || a.Duplicate || a.Status != 0 {
					t.Errorf("%s, message %d: %+v", lane, i, a)
				}
			case 2, 4:
				if a.Seq != 1 || !a.Duplicate || a.Status != 0 {
					t.Errorf("%s, the retry: %+v", lane, a)
				}
			default:
				if a.Status != http.StatusConflict || a.Outcome != "fail" || a.Type != "urn:lockstep:id-conflict" || a.Seq != 1 || a.SHA256 != hash ||
					!strings.Contains(a.Detail, "seq 1") || !strings.Contains(a.Detail, hash) {
					t.Errorf("%s, another body: %+v", lane, a)
				}
			}
		}
		if a, _ := call(t, "GET", url+"&read=local", "", ""); a.LastSeq != 2 {
			t.Errorf("%s ends at seq %d, want 2", lane, a.LastSeq)
		}
	}
}

// TestHTTP_id_memory: with its budget used up, a shard still knows its ids though
// their messages are gone, refuses plain ones with advice, and takes those that
// carry a time, and sessions.
func TestHTTP_id_memory(t *testing.T) {
	base := serveWith(t, func(c *node.Config) { c.IDMemory, c.Retain = 64<<10, 10 }) + "/v1/conversations/room"
	url := base + "/messages"
	first := `{"id":"retry-me","sender":"ann","body":"hello"}`
	call(t, "POST", url, inJSON, first)
	var all strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&all, `{"id":"%d","sender":"bob","body":"x"}`+"\n", i)
	}
	refused := 0
	for _, a := range lines(t, url, all.String()) {
		if a.Status != 0 {
			refused++
			if a.Status != http.StatusServiceUnavailable || a.Outcome != "fail" || a.Type != "urn:lockstep:id-memory" || !strings.Contains(a.Detail, "UUIDv7") {
				t.Fatalf("%+v", a)
			}
		}
	}
	if refused < 1200 || refused > 1400 {
		t.Errorf("%d of 2000 were refused", refused)
	}
	if a, header := call(t, "POST", url, inJSON, `{"id":"new","sender":"ann","body":"x"}`); a.Status != http.StatusServiceUnavailable || header.Get("Retry-After") != "60" {
		t.Errorf("%+v, Retry-After %q", a, header.Get("Retry-After"))
	}
	if a, _ := call(t, "POST", url, inJSON, first); a.Seq != 1 || !a.Duplicate {
		t.Errorf("the retry: %+v", a)
	}
	if a, _ := call(t, "POST", url, inJSON, strings.Replace(first, "hello", "other", 1)); a.Status != http.StatusConflict || a.Seq != 1 {
		t.Errorf("with another body: %+v", a)
	}
	last := uint64(2001 - refused)
	if a, _ := call(t, "POST", url, inJSON, fmt.Sprintf(`{"id":"%s","sender":"ann","body":"x"}`, uuid(time.Now(), 1))); a.Seq != last+1 {
		t.Errorf("an id with a time: %+v", a)
	}
	s, _ := call(t, "POST", base+"/sessions", inJSON, `{"sender":"ann"}`)
	for range 2 {
		if a, _ := call(t, "POST", url, inJSON, fmt.Sprintf(`{"id":"s1","sender":"ann","body":"x","session":%d,"number":1}`, s.Session)); a.Seq != last+2 {
			t.Errorf("in a session: %+v", a)
		}
	}
	if a, _ := call(t, "POST", url, inJSON, fmt.Sprintf(`{"id":"%s","sender":"ann","body":"x"}`, uuid(time.Now().Add(48*time.Hour), 1))); a.Status != http.StatusConflict || a.Type != "urn:lockstep:id-ahead" {
		t.Errorf("an id from the day after tomorrow: %+v", a)
	}
	// What has a time is forgotten by it, and refused from then on.
	old := uuid(time.Now().Add(-time.Hour), 1)
	call(t, "POST", url, inJSON, `{"id":"`+old+`","sender":"ann","body":"x"}`)
	all.Reset()
	for i := range 1500 {
		fmt.Fprintf(&all, `{"id":"%s","sender":"bob","body":"x"}`+"\n", uuid(time.Now().Add(time.Duration(i)*6*time.Millisecond), i))
	}
	for i, a := range lines(t, url, all.String()) {
		if a.Status != 0 {
			t.Fatalf("id %d of the present: %+v", i, a)
		}
	}
	if a, _ := call(t, "POST", url, inJSON, `{"id":"`+old+`","sender":"ann","body":"x"}`); a.Status != http.StatusConflict || a.Type != "urn:lockstep:id-too-old" || a.Outcome != "fail" {
		t.Errorf("an id that may have been forgotten: %+v", a)
	}
}
