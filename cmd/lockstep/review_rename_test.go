package main

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"
)

// TestReview_rename: a page that is renamed keeps its threads, in the log and in what
// was exported, and its review goes on.
func TestReview_rename(t *testing.T) {
	dir := reviewedSite(t)
	must := func(s *server, want int, method, path, body string) []byte {
		t.Helper()
		status, data, err := sendJSON(t.Context(), method, s.address+path, body)
		if err != nil || status != want {
			t.Fatalf("%s %s: %d %s %v, want %d", method, path, status, data, err, want)
		}
		return data
	}
	say := func(want string, args ...string) {
		t.Helper()
		if out, err := command(t, append(append([]string{"review"}, args...), "--dir", dir)...); err != nil || !strings.Contains(out, want) {
			t.Fatalf("review %v: %v\n%s\nwant %q", args, err, out, want)
		}
	}
	s := startServer(t, dir)
	must(s, 201, "POST", "/api/reviews/adr/0001-use-a-log/threads", `{"id":"t1","body":"Why?","anchor":{"quote":"one log per shard"}}`)
	say("1 pages", "export")
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.ended
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "begin")
	runGit(t, dir, "mv", "adr/0001-use-a-log.md", "adr/0001-keep-a-log.md")
	runGit(t, dir, "commit", "-q", "-m", "rename")

	s = startServer(t, dir)
	const api = "/api/reviews/adr/0001-keep-a-log"
	must(s, 201, "POST", api+"/threads/t1/comments", `{"id":"c1","body":"Since."}`)
	must(s, 201, "POST", "/api/reviews/adr/0001-use-a-log/threads/t1/comments", `{"id":"c2","body":"By the old name."}`)
	var review struct {
		Threads []struct {
			Anchor   struct{ State string }
			Comments []struct{ ID string }
		}
	}
	if err := json.Unmarshal(must(s, 200, "GET", api, ""), &review); err != nil {
		t.Fatal(err)
	}
	if len(review.Threads) != 1 || len(review.Threads[0].Comments) != 3 || review.Threads[0].Anchor.State != "exact" {
		t.Errorf("the review of the renamed page: %+v", review)
	}
	if list := must(s, 200, "GET", "/reviews/", ""); !strings.Contains(string(list), "adr/0001-keep-a-log/") {
		t.Error("the list of open threads does not lead to the renamed page")
	}
	say("1 pages", "export")
	say("adr/0001-keep-a-log.md:14", "list")
	say("verified: 1 pages", "verify")
}
