package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestShortID: what is shown of an id is its own.
func TestShortID(t *testing.T) {
	all := []string{"abcdef12", "abcdef13", "abcdef", "x", "zzzzzzzz"}
	for id, want := range map[string]string{"abcdef12": "abcdef12", "abcdef13": "abcdef13", "abcdef": "abcdef", "x": "x", "zzzzzzzz": "zzzzzz"} {
		if got := shortID(id, all); got != want {
			t.Errorf("%s is shown as %s, want %s", id, got, want)
		}
	}
}

// TestReview_short: the id that the list prints is one that apply takes, and one that
// could be several is refused with a list of them.
func TestReview_short(t *testing.T) {
	dir := reviewedSite(t)
	s := startServer(t, dir)
	for _, thread := range []string{
		`{"id":"a1b2c3d4-0000-1","body":"Better so.","suggestion":"One log per shard.","anchor":{"quote":"We keep one log per shard."}}`,
		`{"id":"a1b2c3d4-0000-2","body":"Or so.","suggestion":"A log per shard.","anchor":{"quote":"We keep one log per shard."}}`,
		`{"id":"ffffffff-0000-3","body":"And this.","suggestion":"We need an order.","anchor":{"quote":"We need one order, for everybody."}}`,
	} {
		if status, data, err := sendJSON(t.Context(), "POST", s.address+"/api/reviews/adr/0001/threads", thread); err != nil || status != 201 {
			t.Fatalf("%d %v %s", status, err, data)
		}
	}
	list, err := command(t, "review", "list", "--dir", dir)
	short := regexp.MustCompile(`(?m)^(\S+) .*And this`).FindStringSubmatch(list)
	if err != nil || short == nil || short[1] != "ffffff" {
		t.Fatalf("%v\n%s", err, list)
	}
	out, err := command(t, "review", "apply", "--dir", dir, "adr/0001", "a1b2")
	if err == nil || !strings.Contains(out, "2 threads") || !strings.Contains(out, "a1b2c3d4-0000-1  Ada: Better so.") || !strings.Contains(out, "a1b2c3d4-0000-2  Ada: Or so.") {
		t.Errorf("an id that could be two: %v\n%s", err, out)
	}
	if out, err := command(t, "review", "apply", "--dir", dir, "adr/0001", "none"); err == nil || !strings.Contains(out, "no thread") {
		t.Errorf("an id of nothing: %v\n%s", err, out)
	}
	if out, err := command(t, "review", "apply", "--dir", dir, "adr/0001", short[1]); err != nil || !strings.Contains(out, "written") {
		t.Errorf("the id of the list: %v\n%s", err, out)
	}
}

// TestReview_invite: a link has the address at which browsers reach the server, also
// when it has ended, and names a page that is there.
func TestReview_invite(t *testing.T) {
	dir := reviewedSite(t)
	invite := func(args ...string) string {
		t.Helper()
		out, err := command(t, append([]string{"review", "invite", "--dir", dir, "--name", "Bob"}, args...)...)
		if err != nil {
			return "error: " + out
		}
		return out
	}
	if link := invite(); !strings.HasPrefix(link, "http://127.0.0.1:8080/invite/") {
		t.Errorf("before any server: %s", link)
	}
	s := startServer(t, dir, "--review-invites")
	if link := invite(); !strings.HasPrefix(link, s.address+"/invite/") {
		t.Errorf("the link is %s, and the server is at %s", link, s.address)
	}
	if link := invite("--page", "adr/9999-none"); !strings.Contains(link, "error: ") || !strings.Contains(link, "no page") {
		t.Errorf("a page that is not there: %s", link)
	}
	if link := invite("--url", "ftp://x"); !strings.Contains(link, "is not an address") {
		t.Errorf("an address that is none: %s", link)
	}
	other := reviewedSite(t)
	startServer(t, other, "--review-invites", "--review-url", "https://review.example.org/")
	dir = other
	if link := invite("--page", "adr/0001-use-a-log.md"); !strings.HasPrefix(link, "https://review.example.org/invite/") {
		t.Errorf("behind a proxy: %s", link)
	}
}
